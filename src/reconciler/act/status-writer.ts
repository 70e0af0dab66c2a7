/** Tells the outcome: one write of the status, and an Event where a person may want to know. */
import { keyOfResource } from '../../expand';
import type { Clock } from '../clock';
import type { Verdict } from '../decide/decision';
import { changedStatus } from '../decide/status';
import { ApiError } from '../kube/api-error';
import type { Client } from '../kube/client';
import type { Caches } from '../observe/caches';
import { observeResource } from '../observe/observed';
import type { Observed } from '../observe/observed';
import type { EventRecorder } from '../runtime/events';
import type { Outcome } from '../runtime/workers';
import { RESOURCE_TYPES } from '../types';

/** Progress is told once in this time; an end at once. */
const EVERY_MS = 1000;
/** For how long mere progress is not worth a write: it may be over by then. */
const SETTLE_MS = 200;

export const STATUS_MANAGER = 'substratus-status';

/** Reasons that are worth a Warning though they may pass by themselves. */
const TROUBLES: readonly string[] = [
  'Unschedulable', 'ImagePullFailed', 'QuotaExceeded', 'Forbidden', 'NoPods', 'CrashLooping', 'VolumePending',
];

export interface StatusWriterContext {
  readonly client: Client;
  readonly caches: Caches;
  readonly events: EventRecorder;
  readonly clock: Clock;
}

/** Whether progress is the first word on a spec, or that it is no longer Ready. */
function isUrgent({ metadata: { generation }, status }: Observed): boolean {
  return status?.ready === true || status?.observedGeneration !== generation;
}

export class StatusWriter {
  private readonly toldAt = new Map<string, number>();
  /** When there was first something to tell that has not been told. */
  private readonly untoldSince = new Map<string, number>();

  constructor(private readonly context: StatusWriterContext) {}

  /** Writes the status, if it says anything new. */
  public async tell(resource: Observed, verdict: Verdict): Promise<Outcome> {
    const { clock } = this.context;
    const status = changedStatus(resource, verdict, clock.date().toISOString().replace(/\.\d+Z$/, 'Z'));
    const key = keyOfResource(resource);
    if (!status) {
      this.untoldSince.delete(key);
      return {};
    }
    const waitMs = verdict.reconciling && !verdict.ready ? this.waitMs(key, isUrgent(resource) ? 0 : SETTLE_MS) : 0;
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    this.toldAt.set(key, clock.now());
    this.untoldSince.delete(key);
    if (await this.write(resource, status)) this.announce(resource, verdict);
    return {};
  }

  public forget(key: string): void {
    this.toldAt.delete(key);
    this.untoldSince.delete(key);
  }

  private waitMs(key: string, settleMs: number): number {
    const now = this.context.clock.now();
    const since = this.untoldSince.get(key) ?? now;
    this.untoldSince.set(key, since);
    return Math.max((this.toldAt.get(key) ?? -Infinity) + EVERY_MS, since + settleMs) - now;
  }

  /** Says whether the resource is still there. */
  private async write(resource: Observed, status: object): Promise<boolean> {
    const { client, caches } = this.context;
    const { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } } = resource;
    const body = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
    try {
      const live = await client.apply(RESOURCE_TYPES[kind], body, { force: true, subresource: 'status', fieldManager: STATUS_MANAGER });
      caches.resources[kind].observe(observeResource(live, kind));
      return true;
    } catch (error) {
      if (ApiError.isNotFound(error)) return false;
      throw error;
    }
  }

  private announce(resource: Observed, { ready, reason, message, stalled, reconciling }: Verdict): void {
    const before = resource.status?.conditions?.find(({ type }) => type === 'Ready');
    const isTrouble = stalled === true || TROUBLES.includes(reason);
    const isNews = before?.reason !== reason && (isTrouble || !reconciling) && !(ready && before?.status === 'True');
    if (isNews) this.context.events.record(resource, { type: isTrouble ? 'Warning' : 'Normal', reason, message });
  }
}
