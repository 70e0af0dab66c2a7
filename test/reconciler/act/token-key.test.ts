import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { TokenKey } from '../../../src/reconciler/act/token-key';
import type { CreateOptions } from '../../../src/reconciler/act/token-key';
import { ApiError } from '../../../src/reconciler/kube/api-error';
import type { Client } from '../../../src/reconciler/kube/client';
import { FakeClock } from '../fake-clock';

interface Made {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly data: { readonly key: string };
}

function clientThat(create: (secret: Made) => Promise<unknown>): Client {
  return { create: (_: unknown, secret: Made) => create(secret) } as unknown as Client;
}

/** One in which no time passes. */
function options(more: Partial<CreateOptions> = {}): CreateOptions {
  const onFailure = (error: unknown) => { throw error; };
  return { namespace: 'substratus', clock: new FakeClock(), random: () => 1, signal: new AbortController().signal, onFailure, ...more };
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'token-key-'));
let files = 0;

afterAll(() => fs.rmSync(directory, { recursive: true }));

function file(content?: Buffer): string {
  const name = path.join(directory, `key-${++files}`);
  if (content) fs.writeFileSync(name, content);
  return name;
}

test('who makes the key knows it, and whoever has it mounted later computes the same tokens', async () => {
  let made: Made | undefined;
  const key = new TokenKey(file());
  expect(key.tokenOf('uid')).toBeUndefined();
  await key.create(clientThat(async (secret) => { made = secret; }), options());
  expect(made?.metadata).toMatchObject({ name: 'substratus-token-key', namespace: 'substratus' });
  const mounted = new TokenKey(file(Buffer.from(made?.data.key ?? '', 'base64')));
  expect(key.tokenOf('uid')).toBe(mounted.tokenOf('uid'));
  expect(key.tokenOf('uid')).not.toBe(key.tokenOf('other'));
});

test('a key that is there is not made again', async () => {
  const key = new TokenKey(file(Buffer.from('k'.repeat(32))));
  await key.create(clientThat(() => Promise.reject(new Error('asked'))), options());
  expect(key.tokenOf('uid')).toBeDefined();
});

test('a key that another process has made is waited for', async () => {
  const key = new TokenKey(file());
  await key.create(clientThat(() => Promise.reject(new ApiError({ code: 409, reason: 'AlreadyExists' }))), options());
  expect(key.tokenOf('uid')).toBeUndefined();
});

test('a key that could not be made is tried again, until it can or the program ends', async () => {
  const clock = new FakeClock();
  const ending = new AbortController();
  const failures: unknown[] = [];
  const refusals = [new Error('forbidden'), new Error('forbidden')];
  const client = clientThat(async () => { throw refusals.pop() ?? new ApiError({ code: 409, reason: 'AlreadyExists' }); });
  const more = { clock, signal: ending.signal, onFailure: (error: unknown) => failures.push(error) };
  const made = new TokenKey(file()).create(client, options(more));
  await clock.advance(10_000);
  await clock.advance(20_000);
  await made;
  expect(failures).toHaveLength(2);
  const never = new TokenKey(file()).create(clientThat(() => Promise.reject(new Error('forbidden'))), options(more));
  await clock.advance(10_000);
  ending.abort();
  await never;
  expect(failures).toHaveLength(4);
});
