/** How long notebooks have been idle: asked beside the reconciles, for an answer may take its time. */
import { exponential } from '../backoff';
import type { Clock } from '../clock';
import { idleOf } from './activity';
import type { Idle } from './activity';

const EVERY_MS = 5 * 60_000;
const AT_LEAST_MS = 10_000;

export interface Asked {
  readonly idle?: Idle;
  /** When there will be more to know. */
  readonly lookAgainMs: number;
}

interface Known {
  readonly at: number;
  readonly idle?: Idle;
  readonly isAsking?: boolean;
  /** How often in a row it has not said. */
  readonly failures: number;
}

export interface Question {
  readonly url: string;
  readonly token: string;
  /** After how long without activity it is to sleep. */
  readonly limitSeconds: number;
}

export class Activities {
  private readonly known = new Map<string, Known>();

  constructor(private readonly clock: Clock, private readonly onAnswer: (key: string) => void) {}

  /** What is known of a notebook; asks again if that is stale. */
  public ask(key: string, question: Question): Asked {
    const now = this.clock.now();
    const known = this.known.get(key);
    const every = interval(known, question.limitSeconds);
    if (!known || (!known.isAsking && now - known.at >= every)) this.send(key, question);
    return { idle: known?.idle, lookAgainMs: Math.max(AT_LEAST_MS / 10, every - (known ? now - known.at : 0)) };
  }

  public forget(key: string): void {
    this.known.delete(key);
  }

  private send(key: string, { url, token }: Question): void {
    const { idle: before, failures = 0 } = this.known.get(key) ?? {};
    const asking: Known = { at: this.clock.now(), idle: before, failures, isAsking: true };
    this.known.set(key, asking);
    void idleOf(url, token).then((idle) => {
      if (this.known.get(key) !== asking) return; // forgotten meanwhile: it is not of the next pod
      this.known.set(key, { at: this.clock.now(), idle, failures: 'seconds' in idle ? 0 : failures + 1 });
      this.onAnswer(key);
    });
  }
}

/** Until it could be idle for long enough, but not too seldom; of one that does not answer, and may only just have started, soon. */
function interval({ idle, failures }: Known = { at: 0, failures: 0 }, limitSeconds: number): number {
  if (failures > 0) return exponential({ baseMs: AT_LEAST_MS, capMs: EVERY_MS, failures: failures - 1 });
  const remaining = idle && 'seconds' in idle ? (limitSeconds - idle.seconds) * 1000 : EVERY_MS;
  return Math.min(EVERY_MS, Math.max(AT_LEAST_MS, remaining), Math.max(1000, limitSeconds * 1000));
}
