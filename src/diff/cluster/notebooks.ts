/** Notebooks: whether kernels end, now or when the notebook starts next. */
import { RESTART_ANNOTATION } from '../../api/resource';
import type { NotebookResource, NotebookSpec } from '../../api/resource';
import type { Effect } from '../effect';
import { effectOn } from '../effect';
import { gpusOf } from './context';
import type { ResourceContext } from './context';
import { lostNodes, moveOf, otherChildren, problemOf, rollsOnUpgrade, servingOf } from './serving';
import type { Serving } from './serving';

const ENDS = 'restarts, which ends its kernels; its disk stays';

export function notebookEffects(context: ResourceContext): Effect[] {
  const { from, to, subject, causes, clusters } = context;
  if (from && to) return changed(servingOf(context, from, to));
  if (!to) return [effectOn(subject, ['deleted', 'is deleted, and its disk with it'])];
  const problem = problemOf(servingOf(context, to, to));
  if (problem !== undefined) return [effectOn(subject, ['stalls', 'cannot run'], { notes: [problem] })];
  if (to.spec.suspend) return [effectOn(subject, ['unchanged', 'is suspended: nothing runs'])];
  const gpus = gpusOf(to, clusters.to);
  return [effectOn(subject, ['starts', `starts${gpus === undefined ? '' : ` on ${gpus}`}`], { causes })];
}

function changed(serving: Serving): Effect[] {
  const { subject, changes, causes, from, to } = serving;
  const problem = problemOf(serving) ?? lockedDisk(serving);
  if (problem !== undefined) return [effectOn(subject, ['stalls', 'cannot run as declared; what runs goes on'], { changes, notes: [problem] })];
  if (to.spec.suspend && !from.spec.suspend) return [effectOn(subject, ['stops', 'stops; its disk stays'], { changes })];
  if (from.spec.suspend && !to.spec.suspend) return [effectOn(subject, ['starts', 'starts again'], { changes, causes })];
  const notes = otherChildren(serving);
  if (changes.some(({ field }) => field === `metadata.annotations.${RESTART_ANNOTATION}`)) {
    return [effectOn(subject, ['restarts', ENDS], { changes, causes, notes })];
  }
  if (serving.hasOtherPods) return otherPods(serving, notes);
  if (changes.length === 0 && notes.length === 0) return [];
  return [effectOn(subject, ['unchanged', 'goes on as it is'], { changes, causes, notes })];
}

function otherPods(serving: Serving, notes: readonly string[]): Effect[] {
  const { subject, to, changes, causes, isAsked } = serving;
  if (to.spec.suspend) return [effectOn(subject, ['unchanged', 'takes the change when it starts next'], { changes, causes, notes })];
  const isTaken = isAsked ? (to.spec as NotebookSpec).restartOnChange === true : rollsOnUpgrade(serving);
  const problem = isTaken ? undefined : lostNodes(serving);
  if (problem !== undefined) {
    const remedy = 'suspend it before, and let it go on afterwards; its disk stays';
    return [effectOn(subject, ['stalls', 'stops when its nodes go, and does not start again by itself'], { changes, causes, notes: [...notes, problem, remedy] })];
  }
  const effect = isTaken ? effectOn(subject, ['restarts', ENDS], { changes, causes, notes })
    : effectOn(subject, ['waits', 'restarts when it starts next: what runs goes on until then'], { changes, causes, notes });
  const move = moveOf(serving);
  return move ? [effect, effectOn(subject, ['moves', `moves to other nodes${isTaken ? '' : ' then'}: ${move.from} → ${move.to}`])] : [effect];
}

/** The definitions lock the class of a disk once it is set. */
function lockedDisk({ from, to }: Serving): string | undefined {
  const [before, after] = [from, to].map(({ spec }) => (spec as NotebookResource['spec']).storage?.storageClassName);
  return before === undefined || before === after ? undefined
    : 'storage.storageClassName belongs to the disk and cannot change once it is set; create a Notebook with another name';
}
