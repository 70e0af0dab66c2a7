/** Servers: whether their replicas roll, with or without a spare GPU, move, scale or stop. */
import { spansNodes } from '../../api/nodes';
import type { Resource, ServerSpec } from '../../api/resource';
import { gpuRequestOf, tooManyReplicas } from '../../expand';
import type { Effect } from '../effect';
import { effectOn } from '../effect';
import { gpusOf } from './context';
import type { ResourceContext } from './context';
import { isOfScaling, replicasOf, scalingWords } from './scaling';
import { lostNodes, moveOf, otherChildren, problemOf, rollsOnUpgrade, servingOf } from './serving';
import type { Serving } from './serving';

export function serverEffects(context: ResourceContext): Effect[] {
  const { from, to, subject, causes } = context;
  if (from && to) return changed(servingOf(context, from, to));
  if (!to) return [effectOn(subject, ['deleted', 'is deleted, and its replicas with it'])];
  const problem = problemOf(servingOf(context, to, to));
  if (problem !== undefined) return [effectOn(subject, ['stalls', 'cannot run'], { notes: [problem] })];
  const { suspend } = to.spec;
  if (suspend) return [effectOn(subject, ['unchanged', 'is suspended: nothing runs'])];
  return [effectOn(subject, ['starts', `starts with ${replicasWords(to, context)}`], { causes })];
}

function changed(serving: Serving): Effect[] {
  const { subject, changes, to, causes } = serving;
  const problem = problemOf(serving);
  if (problem !== undefined) return [effectOn(subject, ['stalls', 'cannot run as declared; the former revision goes on'], { changes, notes: [problem] })];
  const effects = [...(serving.hasOtherPods ? rolling(serving) : []), ...scales(serving)];
  if (effects.length > 0) return effects;
  if (changes.length === 0 && otherChildren(serving).length === 0) return [];
  const notes = [...otherChildren(serving), ...routingWords(serving)];
  const words = to.spec.suspend ? 'is suspended: the change comes into effect when it goes on' : 'goes on as it is';
  return [effectOn(subject, ['unchanged', words], { changes, causes, notes })];
}

/** What becomes of the picker beside the replicas, which go on as they are. */
function routingWords({ from, to }: Serving): string[] {
  const [before, after] = [from, to].map(({ spec }) => (spec as ServerSpec).routing);
  if (before === after) return [];
  return [after === undefined ? 'its endpoint picker is deleted, and a gateway sends requests to any replica'
    : 'an endpoint picker starts beside it, and a gateway sends each request to the replica that has computed its beginning'];
}

function scales({ from, to, subject, changes, hasOtherPods, ...context }: Serving): Effect[] {
  const words = scalingWords(from, to);
  if (words === undefined) return [];
  const own = changes.filter(({ field }) => isOfScaling(field));
  const notes = hasOtherPods ? [] : otherChildren({ ...context, from, to, subject, changes, hasOtherPods });
  if (replicasOf(to) === 0) return [effectOn(subject, ['stops', 'stops: no replica runs'], { changes: own })];
  if (replicasOf(from) === 0) return [effectOn(subject, ['starts', `starts again with ${replicasWords(to, { ...context, subject })}`], { changes: own })];
  return [effectOn(subject, ['scales', words], { changes: own, notes })];
}

function rolling(serving: Serving): Effect[] {
  const { subject, from, to, isAsked, causes } = serving;
  const changes = serving.changes.filter(({ field }) => !isOfScaling(field) && !['routing', 'surge'].includes(field));
  if (to.spec.suspend) return [effectOn(subject, ['unchanged', 'takes the change when it goes on'], { changes, causes })];
  if (from.spec.suspend) return [];
  if (!isAsked && !rollsOnUpgrade(serving)) return withoutRoll(serving);
  const waits = causes.length > 0 ? 'it rolls when its inputs are Ready, and the former revision serves until then' : undefined;
  const roll = effectOn(subject, ['rolls', `rolls ${surgeWords(serving)}`], { changes, causes, notes: [noRoom(serving), waits, ...otherChildren(serving)] });
  const move = moveOf(serving);
  return move ? [roll, effectOn(subject, ['moves', `moves to other nodes: ${move.from} → ${move.to}`])] : [roll];
}

/** Where only the platform has changed, its Deployment is left as it is. */
function withoutRoll(serving: Serving): Effect[] {
  const { subject } = serving;
  const problem = lostNodes(serving);
  if (problem !== undefined) {
    return [effectOn(subject, ['stalls', 'stops when its nodes go, and does not start again by itself'], {
      notes: [problem, 'set rollOnUpgrade of the Reconciler, or change the Server in the same step'],
    })];
  }
  const waits = effectOn(subject, ['waits', 'goes on as it is, for only the platform has changed; it rolls with its next change'], {
    notes: ['with rollOnUpgrade on the Reconciler, it would roll now'],
  });
  const move = moveOf(serving);
  return move ? [waits, effectOn(subject, ['moves', `moves to other nodes then: ${move.from} → ${move.to}`])] : [waits];
}

/** Whether a new replica starts beside the former ones. */
function surges({ spec }: Resource): boolean {
  const { surge = !spansNodes(spec as ServerSpec) } = spec as ServerSpec;
  return surge;
}

/** As the strategy of its Deployment is. */
function surgeWords({ to, clusters }: Serving): string {
  const surge = surges(to);
  const gpus = gpusOf(to, clusters.to);
  if (surge) return gpus === undefined ? 'beside the former replicas' : `with ${gpus.startsWith('1 ') ? 'a spare GPU' : 'spare GPUs'}: a new replica takes ${gpus} beside the former ones`;
  const gap = (replicasOf(to) ?? 2) > 1 ? 'one replica after the other' : 'with a gap until the model is loaded';
  return gpus === undefined ? gap : `without a spare GPU, ${gap}`;
}

/** Why the spare replica finds no node; `undefined` if it may. */
function noRoom({ to, clusters }: Serving): string | undefined {
  const { resources, nodes } = to.spec as ServerSpec;
  const platform = clusters.to?.platform;
  const request = platform && gpuRequestOf(resources, platform);
  const replicas = replicasOf(to);
  if (!surges(to) || !platform || !request || replicas === undefined) return undefined;
  const problem = tooManyReplicas({ field: 'replicas', replicas: replicas + 1, ...(nodes !== undefined && { nodes }) }, request, { platform, capacity: resources?.capacity });
  return problem && `no pool has room for the spare replica (${problem.replace(/^replicas is \d+ but /, '').replace(/;.*$/, '')}): `
    + 'the rollout waits; set surge: false, or raise maxNodes';
}

function replicasWords(resource: Resource, { clusters }: ResourceContext): string {
  const replicas = replicasOf(resource);
  const gpus = gpusOf(resource, clusters.to);
  const count = replicas === undefined ? 'as many replicas as its autoscaler says' : `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
  return gpus === undefined ? count : `${count}${replicas === 1 ? '' : ', each'} on ${gpus}`;
}
