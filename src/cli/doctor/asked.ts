/** Questions that the user may not be allowed to ask. */
import { CliError, EXIT } from '../errors';

/** `mayRead` is false where the answer was that the user may not. */
export interface Answer<T> {
  readonly mayRead: boolean;
  readonly value?: T;
}

export async function asked<T>(question: Promise<T>): Promise<Answer<T>> {
  try {
    return { mayRead: true, value: await question };
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.cluster && /may not/.test(error.message)) return { mayRead: false };
    throw error;
  }
}
