/** How long notebooks have been idle. */
import { exponential } from '../backoff';
import type { Clock } from '../clock';
import { idleOf } from './activity';
import type { Idle } from './activity';
import { Polls } from './polls';
import type { Known } from './polls';

const EVERY_MS = 5 * 60_000;
const AT_LEAST_MS = 10_000;

export interface Asked {
  readonly idle?: Idle;
  /** When there will be more to know. */
  readonly lookAgainMs: number;
}

export interface Question {
  readonly url: string;
  readonly token: string;
  /** After how long without activity it is to sleep. */
  readonly limitSeconds: number;
}

export class Activities {
  private readonly polls: Polls<Idle>;

  constructor(clock: Clock, private readonly onAnswer: (key: string) => void) {
    this.polls = new Polls(clock);
  }

  /** What is known of a notebook; asks again if that is stale. */
  public ask(key: string, { url, token, limitSeconds }: Question): Asked {
    const { answer, lookAgainMs } = this.polls.ask(key, {
      send: async () => {
        const idle = await idleOf(url, token);
        return { answer: idle, isFailure: !('seconds' in idle) };
      },
      everyMs: (known) => interval(known, limitSeconds),
      onAnswer: () => this.onAnswer(key),
    });
    return { idle: answer, lookAgainMs };
  }

  public forget(key: string): void {
    this.polls.forget(key);
  }
}

/** Until it could be idle for long enough, but not too seldom; of one that does not answer, and may only just have started, soon. */
function interval({ answer, failures }: Known<Idle>, limitSeconds: number): number {
  if (failures > 0) return exponential({ baseMs: AT_LEAST_MS, capMs: EVERY_MS, failures: failures - 1 });
  const remaining = answer && 'seconds' in answer ? (limitSeconds - answer.seconds) * 1000 : EVERY_MS;
  return Math.min(EVERY_MS, Math.max(AT_LEAST_MS, remaining), Math.max(1000, limitSeconds * 1000));
}
