/** What a user can ask of a resource that is there: which patch it takes, or why it makes no sense. Pure. */
import { RESTART_ANNOTATION, RESUME_ANNOTATION, RETRY_ANNOTATION } from '../../api/resource';
import { CliError } from '../errors';
import { titleOf } from './name';
import type { Patch } from './one';
import { conditionOf, isTrue } from './stored';
import type { Stored } from './stored';

export interface Action {
  /** Absent where there is nothing to change. */
  readonly patch?: Patch;
  /** What it means, for the user. */
  readonly words: string;
}

const RUNS: readonly string[] = ['Building', 'Checking', 'Running', 'Publishing'];

export interface RetryOptions {
  /** Also where it stops an attempt that runs. */
  readonly force?: boolean;
}

/** The step that failed is repeated; what is outdated takes the change at once. */
export function retryOf(resource: Stored, nowMs: number, { force }: RetryOptions = {}): Action {
  const title = titleOf(resource);
  const { reason = '', message = '' } = conditionOf(resource, 'Ready') ?? {};
  const now = new Date(nowMs).toISOString();
  const retry = { annotations: { [RETRY_ANNOTATION]: now } };
  if (resource.spec.suspend) throw new CliError(`${title} is suspended, so that nothing of it can be repeated; resume it first: substratus resume ${nameOf(resource)}`);
  if (isTrue(resource, 'Outdated')) return retryOutdated(resource, now, { force });
  if (RUNS.includes(reason) && !force) {
    throw new CliError(`${title} is at work (${reason}), and a retry stops the attempt that runs; add --force if that is meant`);
  }
  if (RUNS.includes(reason)) return { patch: retry, words: `${title}: the attempt that runs is stopped, and another begins` };
  if (isTrue(resource, 'Stalled') && (/Failed$/.test(reason) || reason === 'TooManyDisruptions')) {
    return { patch: retry, words: `${title}: the step that failed is repeated (it was ${reason})` };
  }
  throw new CliError(`${title}: no step of it has failed, so that nothing can be repeated; it is ${reason || 'without a status'}${message ? `: ${message}` : ''}`);
}

/** What runs is older than what is declared. */
function retryOutdated(resource: Stored, now: string, { force }: RetryOptions): Action {
  const title = titleOf(resource);
  const [what, annotation] = {
    Model: ['stops the attempt that runs', RETRY_ANNOTATION],
    Dataset: ['stops the attempt that runs', RETRY_ANNOTATION],
    Notebook: ['ends its kernels', RESTART_ANNOTATION],
    Server: ['', ''],
  }[resource.kind] as [string, string];
  if (annotation === '') throw new CliError(`${title} is Outdated: ${conditionOf(resource, 'Outdated')?.message ?? ''}`);
  if (!force) throw new CliError(`${title} is Outdated, and to take the change now ${what}; add --force if that is meant`);
  return { patch: { annotations: { [annotation]: now } }, words: `${title}: takes the change now, which ${what}` };
}

export function suspendOf(resource: Stored): Action {
  const title = titleOf(resource);
  if (resource.spec.suspend) return { words: `${title} is suspended already` };
  return { patch: { spec: { suspend: true } }, words: `${title}: nothing of it runs until substratus resume ${nameOf(resource)}` };
}

/** Also a notebook that was stopped because nobody used it. */
export function resumeOf(resource: Stored, nowMs: number): Action {
  const title = titleOf(resource);
  if (resource.spec.suspend) return { patch: { spec: { suspend: null } }, words: `${title}: goes on` };
  const { culledAt } = resource.status ?? {};
  if (culledAt === undefined) return { words: `${title} is not suspended` };
  // later than the time at which it was stopped, whatever this machine's clock says; in whole seconds, as the reconciler compares them
  const later = new Date(Math.max(nowMs, Date.parse(culledAt) + 1000)).toISOString().replace(/\.\d+Z$/, 'Z');
  return { patch: { annotations: { [RESUME_ANNOTATION]: later } }, words: `${title}: starts again` };
}

/** As it is written for a command. */
export function nameOf({ kind, metadata: { name } }: Stored): string {
  return `${kind.toLowerCase()}/${name}`;
}
