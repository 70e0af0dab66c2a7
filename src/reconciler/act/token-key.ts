/** The key that notebooks' tokens are made with: mounted from a Secret that the program itself has made, and cannot read. */
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PART_OF } from '../../api/labels';
import { TOKEN_KEY_FILE_NAME, TOKEN_KEY_SECRET } from '../../api/reconciler';
import { Backoff } from '../backoff';
import { sleep } from '../clock';
import type { Clock, Random } from '../clock';
import { ApiError } from '../kube/api-error';
import type { Client } from '../kube/client';
import { SECRETS } from '../types';

const KEY_BYTES = 32;
const RETRY = { baseMs: 10_000, capMs: 300_000 };

export interface CreateOptions {
  /** Where the Secret is. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
  /** Told of each attempt that failed. */
  readonly onFailure: (error: unknown) => void;
}

export class TokenKey {
  private key?: Buffer;

  constructor(private readonly file: string) {}

  /**
   * Makes the Secret, unless it is there, and tries until it is. The kubelet mounts it within a minute or two; who has made it knows it
   * at once.
   */
  public async create(client: Client, { namespace, clock, random, signal, onFailure }: CreateOptions): Promise<void> {
    const backoff = new Backoff({ ...RETRY, random });
    while (!this.read() && !signal.aborted) {
      try {
        return await this.tryToCreate(client, namespace);
      } catch (error) {
        if (!signal.aborted) onFailure(error);
        await sleep(clock, backoff.next(), signal);
      }
    }
  }

  /** The token of a notebook; `undefined` while the key is not mounted. */
  public tokenOf(notebookUid: string): string | undefined {
    const key = this.read();
    return key && tokenOf(notebookUid, key);
  }

  private async tryToCreate(client: Client, namespace: string): Promise<void> {
    const metadata = { name: TOKEN_KEY_SECRET, namespace, labels: PART_OF };
    const key = randomBytes(KEY_BYTES);
    const secret = { metadata, immutable: true, data: { [TOKEN_KEY_FILE_NAME]: key.toString('base64') } };
    try {
      await client.create(SECRETS, secret as Parameters<Client['create']>[1]);
      this.key = key;
    } catch (error) {
      if (!ApiError.isAlreadyExists(error)) throw error;
    }
  }

  private read(): Buffer | undefined {
    try {
      this.key ??= readFileSync(this.file);
    } catch {
      return undefined;
    }
    return this.key;
  }
}

/** Random to everybody who does not have the key, and the same whenever it is asked for. */
export function tokenOf(notebookUid: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(notebookUid).digest('base64url');
}
