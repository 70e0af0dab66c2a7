/** What has to be written to reach the desired state. Empty if it is reached. */
import type { KubeObject } from '../../expand';
import type { Desired } from '../decide/decision';
import { latchesOf, writeApplied } from '../observe/applied';
import type { Applied } from '../observe/applied';
import { fingerprintOf } from '../observe/fingerprint';
import type { ObservedChild } from '../observe/observed';

export interface Write {
  readonly object: KubeObject;
  readonly applied: Applied;
  /** The object that is there; `undefined` if it is to be made. */
  readonly child?: ObservedChild;
  /** Whether its pod template stays as it is. */
  readonly keepsTemplate: boolean;
  /** Whether only someone else's edit is put right. */
  readonly isRepair: boolean;
}

/** Whether an object that differs from what was applied is to be left alone: the API server has made it so itself. */
export type IsAccepted = (child: ObservedChild) => boolean;

/** The write that an object needs; `undefined` if it is as desired, or is being deleted. */
export function writeOf(desired: Desired, child: ObservedChild | undefined, isAccepted: IsAccepted): Write | undefined {
  const { object, keepsTemplate = false, onlyIfThere } = desired;
  if (!child) return onlyIfThere ? undefined : { object, applied: appliedOf(desired), keepsTemplate: false, isRepair: false };
  if (child.metadata.deletionTimestamp) return undefined;
  const applied = keepsTemplate ? keptApplied(desired, child) : appliedOf(desired);
  const isChange = child.applied === undefined || writeApplied(applied) !== writeApplied(child.applied);
  const isDrift = child.live.rest !== applied.rest || (!keepsTemplate && child.live.template !== applied.template);
  if (!isChange && (!isDrift || isAccepted(child))) return undefined;
  return { object, applied, child, keepsTemplate, isRepair: !isChange };
}

function appliedOf(desired: Desired): Applied {
  return { ...fingerprintOf(desired.object), ...latchesOf(desired) };
}

/** The template's part stays as it was written. */
function keptApplied(desired: Desired, { applied, live }: ObservedChild): Applied {
  const before = applied ?? { ...appliedOf(desired), template: live.template };
  return { ...before, rest: fingerprintOf(desired.object).rest, culledAt: desired.culledAt };
}
