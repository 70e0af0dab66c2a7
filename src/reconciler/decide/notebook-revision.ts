/**
 * When a notebook takes a new revision: its kernels are someone's work, so one that runs goes on as it is until it starts next, or
 * someone asks for it.
 */
import { RESTART_ANNOTATION } from '../../api/resource';
import type { NotebookSpec } from '../../api/resource';
import type { Inputs } from '../../expand';
import type { Observed } from '../observe/observed';
import type { Serving } from './serving';

/**
 * Whether the pod stays though another revision is there.
 *
 * @param isOlder whether nobody has changed what is declared: the library or the platform is another.
 */
export function keepsRunning(serving: Serving, isOlder: boolean): boolean {
  const { rollOnUpgrade, resource: { spec } } = serving.view;
  const isWanted = isOlder ? rollOnUpgrade : (spec as NotebookSpec).restartOnChange === true;
  return !isWanted && isRunning(serving) && !isAskedToRestart(serving);
}

/** What its annotation says: another value asks for what is new. */
export function restartOf({ kind, metadata: { annotations } }: Observed): string | undefined {
  return kind === 'Notebook' ? annotations?.[RESTART_ANNOTATION] : undefined;
}

function isAskedToRestart({ view: { resource }, deployment }: Serving): boolean {
  const asked = restartOf(resource);
  return asked !== undefined && asked !== deployment?.applied?.restart;
}

/** Of a pod that does not start, or is going anyway, nothing is lost. Where no pod is known, the Deployment counts. */
function isRunning({ view: { pods }, deployment }: Serving): boolean {
  const { replicas = 0, available = 0 } = deployment?.deployment ?? {};
  if (replicas === 0) return false;
  const own = pods.filter(({ role }) => role === 'run');
  if (own.length === 0) return available > 0;
  return own.some(({ phase, trouble, isEnding }) => phase === 'Running' && !trouble && !isEnding);
}

/** What there is that a notebook has not taken, and how it is taken. */
export function outdatedWords({ view: { resource }, deployment, inputs }: Serving): string {
  const { namespace, name } = resource.metadata;
  const what = newInput(deployment?.applied?.inputs, inputs) ?? 'its spec, the library or the platform has changed';
  return `${what}; the notebook runs on, and takes that when it starts next; to restart it now, which ends its kernels: `
    + `kubectl annotate --overwrite -n ${namespace} notebook/${name} ${RESTART_ANNOTATION}="$(date +%s)"`;
}

function newInput(before: Inputs = {}, now: Inputs): string | undefined {
  const changed = (['model', 'dataset'] as const).filter((field) => before[field]?.recipeDigest !== now[field]?.recipeDigest);
  const words = changed.map((field) => {
    const [from, to] = [before[field], now[field]];
    return to ? `${to.kind} ${to.name} is there${from && from.name !== to.name ? `, in place of ${from.name}` : ''}` : `it has no ${field} any more`;
  });
  return words.length > 0 ? words.join(', ') : undefined;
}
