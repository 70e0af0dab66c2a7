import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock';

/** How long a token from a file is used before the file is read again: service account tokens are replaced in place. */
export const TOKEN_LIFETIME_MS = 60_000;

/** Where the token of a request comes from. */
export interface TokenSource {
  token(): Promise<string>;

  /** The API server did not take the last one. Says whether asking again can give another. */
  refused(): boolean;
}

export function staticToken(token: string): TokenSource {
  return { token: () => Promise.resolve(token), refused: () => false };
}

/** A token in a file, which is read again every minute, and after a refusal. */
export class FileToken implements TokenSource {
  private known?: { readonly token: string; readonly readAt: number };

  constructor(private readonly path: string, private readonly clock: Clock) {}

  public async token(): Promise<string> {
    const now = this.clock.now();
    if (this.known && now - this.known.readAt < TOKEN_LIFETIME_MS) return this.known.token;
    this.known = { token: (await readFile(this.path, 'utf8')).trim(), readAt: now };
    return this.known.token;
  }

  public refused(): boolean {
    this.known = undefined;
    return true;
  }
}
