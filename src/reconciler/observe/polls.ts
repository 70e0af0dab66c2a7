/** Answers that are asked for beside the reconciles, for they may take their time. */
import type { Clock } from '../clock';

const AT_LEAST_MS = 1000;

/** What is known, and how often in a row asking has failed. */
export interface Known<A> {
  readonly answer?: A;
  readonly failures: number;
}

export interface Reply<A> {
  readonly answer?: A;
  readonly isFailure: boolean;
}

export interface Inquiry<A> {
  /** Asks; knows the answer before. Does not reject. */
  readonly send: (before: A | undefined) => Promise<Reply<A>>;
  /** For how long an answer is good. */
  readonly everyMs: (known: Known<A>) => number;
  readonly onAnswer: (isNew: boolean) => void;
}

export interface Polled<A> {
  readonly answer?: A;
  /** When there will be more to know. */
  readonly lookAgainMs: number;
}

interface State<A> extends Known<A> {
  readonly at: number;
  readonly isAsking: boolean;
}

export class Polls<A> {
  private readonly states = new Map<string, State<A>>();

  constructor(private readonly clock: Clock) {}

  /** What is known; asks again if that is stale. */
  public ask(key: string, inquiry: Inquiry<A>): Polled<A> {
    const now = this.clock.now();
    const state = this.states.get(key);
    const every = inquiry.everyMs(state ?? { failures: 0 });
    const isDue = !state || (!state.isAsking && now - state.at >= every);
    if (isDue) this.send(key, inquiry);
    return { answer: state?.answer, lookAgainMs: Math.max(AT_LEAST_MS, every - (isDue ? 0 : now - state.at)) };
  }

  public forget(key: string): void {
    this.states.delete(key);
  }

  private send(key: string, { send, onAnswer }: Inquiry<A>): void {
    const { answer: before, failures = 0 } = this.states.get(key) ?? {};
    const asking: State<A> = { at: this.clock.now(), answer: before, failures, isAsking: true };
    this.states.set(key, asking);
    void send(before).then(({ answer, isFailure }) => {
      if (this.states.get(key) !== asking) return; // forgotten meanwhile: it is not of the next pod
      this.states.set(key, { at: this.clock.now(), answer, failures: isFailure ? failures + 1 : 0, isAsking: false });
      onAnswer(answer !== before);
    });
  }
}
