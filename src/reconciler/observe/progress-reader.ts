/** Reads how far the programs are that run for Models and Datasets. */
import { isArtifactResource } from '../../api/resource';
import { CONTAINER_NAMES, keyOfResource } from '../../expand';
import { exponential } from '../backoff';
import type { Clock } from '../clock';
import type { Client } from '../kube/client';
import { Limiter } from '../kube/limiter';
import { errorText } from '../runtime/log';
import type { Log } from '../runtime/log';
import { PODS } from '../types';
import type { Observed } from './observed';
import { newestFirst } from './pods';
import type { ObservedPod } from './pods';
import { Polls } from './polls';
import type { Reply } from './polls';
import { progressIn } from './progress';

const EVERY_MS = 30_000;
/** Until it has said something: many a run is over in less. */
const AT_FIRST_MS = 5000;
const SELDOM_MS = 300_000;
/** A program tells its progress every 10 seconds at most, among other output. */
const LINES = 40;
/** Output comes from the nodes, and one that has died does not answer: such requests must not take the place of all others. */
const MAX_IN_FLIGHT = 4;

export interface ProgressReaderContext {
  readonly client: Client;
  readonly clock: Clock;
  /** Called when a resource may have another progress. */
  readonly onNews: (key: string) => void;
}

export interface Told {
  /** Absent where the program has said nothing yet. */
  readonly text?: string;
  /** When there will be more to know. */
  readonly lookAgainMs: number;
}

interface Circumstances {
  readonly pods: readonly ObservedPod[];
  readonly log?: Log;
}

export class ProgressReader {
  /** By uid of the pod. Empty where it has said nothing. */
  private readonly polls: Polls<string>;
  private readonly limiter = new Limiter(MAX_IN_FLIGHT);
  private readonly untilTheEnd = new AbortController().signal;

  constructor(private readonly context: ProgressReaderContext) {
    this.polls = new Polls(context.clock);
  }

  /**
   * How far the run of a resource is; `undefined` if it does not run, or not a ready-made program. Until its output has been read, as
   * after a restart of the reconciler, that is what the status says.
   */
  public ask(resource: Observed, { pods, log }: Circumstances): Told | undefined {
    if (!isArtifactResource(resource) || !resource.spec.runtime) return undefined;
    const [pod] = newestFirst(pods.filter(isRunning));
    if (!pod) return undefined;
    const container = CONTAINER_NAMES[resource.kind];
    const { answer = resource.status?.progress, lookAgainMs } = this.polls.ask(pod.metadata.uid, {
      send: (before) => this.read(pod, { container, before, log }),
      everyMs: ({ answer: said, failures }) => exponential({
        baseMs: said || failures > 0 ? EVERY_MS : AT_FIRST_MS, capMs: SELDOM_MS, failures: Math.max(0, failures - 1),
      }),
      onAnswer: (isNew) => isNew && this.context.onNews(keyOfResource(resource)),
    });
    return { ...(answer && { text: answer }), lookAgainMs };
  }

  /** @param uid of a pod. */
  public forget(uid: string): void {
    this.polls.forget(uid);
  }

  /** Where other output has displaced the progress, or it cannot be read, what was said before stands. */
  private async read({ metadata: { namespace, name } }: ObservedPod, { container, before, log }: Reading): Promise<Reply<string>> {
    const { client } = this.context;
    try {
      const output = await this.limiter.run(() => client.output(PODS, { namespace, name }, { container, lines: LINES }), this.untilTheEnd);
      return { answer: progressIn(output) ?? before ?? '', isFailure: false };
    } catch (error) {
      log?.debug('the output of a pod cannot be read, so its progress is not known', { pod: name, error: errorText(error) });
      return { answer: before, isFailure: true };
    }
  }
}

interface Reading {
  readonly container: string;
  readonly before?: string;
  readonly log?: Log;
}

function isRunning({ role, phase, isEnding }: ObservedPod): boolean {
  return role === 'run' && phase === 'Running' && !isEnding;
}
