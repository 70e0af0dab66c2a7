import { HttpClient } from '../../src/reconciler/kube/http-client';
import type { RequesterOptions } from '../../src/reconciler/kube/requester';
import type { LiveObject, ResourceType } from '../../src/reconciler/kube/types';
import { Log } from '../../src/reconciler/runtime/log';
import type { LogLevel } from '../../src/reconciler/runtime/log';
import { FakeApi, place } from './fake-api';

// They take a fraction of a second, unless the machine has much else to do.
jest.setTimeout(30_000);

export const THING: ResourceType = { group: 'example.org', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
export const THINGS = place('example.org', 'things', 'team-a');

export interface Thing extends LiveObject {
  spec?: { size?: number };
}

export type LogLine = Record<string, unknown>;

/** What tests started, to be ended after each. */
export class Cleanup {
  private readonly tasks: (() => unknown)[] = [];

  public add<T>(subject: T, task: (subject: T) => unknown): T {
    this.tasks.unshift(() => task(subject));
    return subject;
  }

  public async run(): Promise<void> {
    for (const task of this.tasks.splice(0)) await task();
  }
}

/** A fake API server, and a client of it. */
export async function connected(cleanup: Cleanup, options: RequesterOptions = {}): Promise<{ api: FakeApi; client: HttpClient }> {
  const api = cleanup.add(await FakeApi.start(), (server) => server.close());
  const client = cleanup.add(new HttpClient({ server: api.url }, { random: () => 0.01, ...options }), (each) => {
    each.stopWrites();
    each.close();
  });
  return { api, client };
}

/** A log that is kept. */
export function recordedLog(level: LogLevel = 'debug'): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = [];
  return { lines, log: new Log({ level, write: (line) => lines.push(JSON.parse(line) as LogLine) }) };
}

export function thing(name: string, size = 1) {
  return { metadata: { namespace: 'team-a', name, labels: { size: String(size) } }, spec: { size } };
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
