/** What becomes of a pod: by a cue that a test has given, by the pod's annotations, else as real programs would end. */
import type { Pod } from 'kubernetes-types/core/v1';

export type Outcome =
  /** Runs and stays ready. What a pod of no Job does. */
  | 'run'
  /** Exits 0. What a pod of a Job does. */
  | 'succeed'
  /** Exits with `exitCode`. */
  | 'fail'
  /** Killed for its memory: reason `OOMKilled`, exit code 137. */
  | 'oom'
  /** Evicted by its kubelet for want of a resource: a disruption, no failure. */
  | 'evict'
  /** Exits and is restarted, again and again: `CrashLoopBackOff`. */
  | 'crash'
  /** Runs, but is never ready. */
  | 'unready'
  /** Its image cannot be pulled: `ImagePullBackOff`. */
  | 'image-pull'
  /** Has a node, and nothing more. */
  | 'pending';

export interface Cue {
  readonly outcome: Outcome;

  /**
   * The container's last words, or why it waits.
   *
   * @default - of the steps `check` and `publish`, what their scripts report; else none
   */
  readonly message?: string;

  /** @default 1 */
  readonly exitCode?: number;

  /**
   * Milliseconds from the node to the start.
   *
   * @default 20
   */
  readonly delay?: number;

  /**
   * Milliseconds from the start to the end; with 0, the end is written at once, which is a write less.
   *
   * @default 20
   */
  readonly duration?: number;
}

/** Which pods a cue is for. */
export interface PodSelector {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The name of one of its containers. */
  readonly container?: string;
  /** What its name begins with, such as the name of its Job. */
  readonly namePrefix?: string;

  /**
   * How many pods it is for, from now on: with 1, the next attempt is another's.
   *
   * @default - all
   */
  readonly times?: number;
}

/** `cluster.test/outcome`, `/message`, `/exit-code`, `/delay` and `/duration` are the fields of a cue. */
const PREFIX = 'cluster.test';
const OUTCOMES: readonly Outcome[] = ['run', 'succeed', 'fail', 'oom', 'evict', 'crash', 'unready', 'image-pull', 'pending'];

/** The cues of a test. The last one given that fits a pod is its. */
export class Cues {
  private readonly cues: { readonly selector: PodSelector; readonly cue: Cue; left: number }[] = [];

  /** From now on, the pods that start and fit `selector` end as `cue` says. Call what it returns to take that back. */
  public add(selector: PodSelector, cue: Cue): () => void {
    const entry = { selector, cue, left: selector.times ?? Infinity };
    this.cues.unshift(entry);
    return () => { entry.left = 0; };
  }

  /** What becomes of `pod`, which is about to start. */
  public take(pod: Pod): Cue {
    const entry = this.cues.find(({ selector, left }) => left > 0 && fits(pod, selector));
    if (entry) entry.left -= 1;
    const outcome = isOfJob(pod) ? 'succeed' : 'run';
    return entry?.cue ?? annotated(pod, outcome) ?? { outcome };
  }
}

function fits({ metadata, spec }: Pod, { namespace, labels = {}, container, namePrefix = '' }: PodSelector): boolean {
  return (namespace === undefined || metadata?.namespace === namespace)
    && Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value)
    && (container === undefined || spec?.containers.some(({ name }) => name === container) === true)
    && metadata?.name?.startsWith(namePrefix) === true;
}

function annotated({ metadata }: Pod, usual: Outcome): Cue | undefined {
  const value = (key: string) => metadata?.annotations?.[`${PREFIX}/${key}`];
  const number = (key: string) => (value(key) === undefined ? undefined : Number(value(key)));
  if (!Object.keys(metadata?.annotations ?? {}).some((key) => key.startsWith(`${PREFIX}/`))) return undefined;
  const asked = value('outcome') ?? usual;
  const outcome = OUTCOMES.find((each) => each === asked);
  if (!outcome) return { outcome: 'fail', message: `${PREFIX}/outcome is '${asked}'; use one of ${OUTCOMES.join(', ')}` };
  return { outcome, message: value('message'), exitCode: number('exit-code'), delay: number('delay'), duration: number('duration') };
}

function isOfJob({ metadata }: Pod): boolean {
  return metadata?.ownerReferences?.some(({ kind }) => kind === 'Job') ?? false;
}
