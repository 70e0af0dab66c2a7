export interface UntilOptions {
  /** @default 30 */
  readonly seconds?: number;
  /** @default 50 */
  readonly everyMs?: number;
}

type Truthy<T> = Exclude<T, false | '' | 0 | null | undefined>;

/** Asks until the answer is truthy, and returns it. What it waited for, and the last answer, are in the error. */
export async function until<T>(what: string, ask: () => Promise<T> | T, options: UntilOptions = {}): Promise<Truthy<T>> {
  const { seconds = 30, everyMs = 50 } = options;
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Truthy<T>;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain until ${what}; last seen: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
