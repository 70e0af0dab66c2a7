/** Every child that there was, as it was last seen: some go before all is done. */
import { setMaxListeners } from 'node:events';
import { MANAGED_BY_LABEL, MANAGER_NAME } from '../../../src/api/labels';
import type { ObjectType } from '../../../src/expand';
import type { LiveObject } from '../../../src/reconciler/kube/types';
import { ownerOf } from '../../../src/reconciler/observe/observed';
import type { Client } from '../client';
import { follow } from '../follow';
import type { Followed } from '../follow';

export class Recorder {
  private readonly objects = new Map<string, LiveObject>();
  private readonly stopping = new AbortController();
  private readonly following: Promise<unknown>;

  constructor(client: Client, types: readonly ObjectType[]) {
    const { stopping: { signal } } = this;
    setMaxListeners(0, signal); // each of those who follow listens
    const labels = { [MANAGED_BY_LABEL]: MANAGER_NAME };
    this.following = Promise.all(types.map(({ group, version, kind }) => {
      const collection = { apiVersion: group ? `${group}/${version}` : version, kind, labels };
      const keep = ({ object }: { readonly object: Followed & LiveObject }) => void this.objects.set(keyOf({ ...object, kind }), object);
      return follow<Followed & LiveObject>(client, { collection, signal }, keep);
    }));
  }

  /** Those that a reconciler has made in some namespaces, by `kind/namespace/name`. */
  public in(namespaces: readonly string[]): ReadonlyMap<string, LiveObject> {
    return new Map([...this.objects].filter(([, live]) => namespaces.includes(live.metadata.namespace ?? '') && ownerOf(live)));
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
  }
}

interface Named {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

export function keyOf({ kind, metadata }: Named): string {
  return `${kind}/${metadata?.namespace}/${metadata?.name}`;
}
