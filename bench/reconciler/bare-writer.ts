/**
 * The least that a program must do to bring about what the reconciler does: for each resource it applies the children and the status. It
 * watches nothing, decides nothing and knows beforehand what to write. It has the same client, and as many resources at a time.
 *
 *   KUBECONFIG=… node bare-writer.js <file with tasks>    begins on a line of input
 */
import { once } from 'node:events';
import * as fs from 'node:fs';
import type { Resource } from '../../src/api/resource';
import type { KubeObject } from '../../src/expand';
import { ApiError } from '../../src/reconciler/kube/api-error';
import { loadConfig } from '../../src/reconciler/kube/config';
import { HttpClient } from '../../src/reconciler/kube/http-client';
import type { ObjectToWrite } from '../../src/reconciler/kube/types';
import { DEFAULT_WORKERS } from '../../src/reconciler/runtime/workers';
import { RESOURCE_TYPES, typeOf } from '../../src/reconciler/types';

/** A resource and what comes of it. */
export interface Task {
  readonly resource: Resource;
  readonly children: readonly KubeObject[];
}

const SOON_MS = 5;

async function carryOut(client: HttpClient, { resource, children }: Task): Promise<void> {
  for (const child of children) await client.apply(typeOf(child), child as ObjectToWrite, { force: false });
  await tell(client, resource);
}

/** The resource may not have been created yet: others do that meanwhile. */
async function tell(client: HttpClient, { kind, metadata }: Resource): Promise<void> {
  const { name, namespace } = metadata;
  const condition = { type: 'Ready', status: 'True', reason: 'Published', message: 'done', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const status = { ready: true, observedGeneration: 1, conditions: [condition] };
  for (;;) {
    try {
      await client.apply(RESOURCE_TYPES[kind], { metadata: { name, namespace }, status } as ObjectToWrite, { force: true, subresource: 'status' });
      return;
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, SOON_MS));
    }
  }
}

async function main(): Promise<void> {
  const tasks = JSON.parse(fs.readFileSync(process.argv[2] ?? '', 'utf8')) as Task[];
  const client = new HttpClient(loadConfig(process.env));
  await once(process.stdin, 'data');
  process.stdin.destroy();
  const rest = tasks[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const task of rest) await carryOut(client, task);
  };
  await Promise.all(Array.from({ length: DEFAULT_WORKERS }, work));
  client.close();
}

main().catch((error: Error) => {
  console.error(error.stack ?? error.message);
  process.exitCode = 1;
});
