/** The resources of a namespace, as they change. */
import { API_GROUP, KINDS, PLURALS } from '../../api/resource';
import { keyOfResource } from '../../expand';
import type { Stored } from '../cluster/stored';
import type { Kubectl } from '../kubectl';

export interface WatchOptions {
  /** All namespaces where it is undefined. */
  readonly namespace?: string;
  readonly onChange: (resources: readonly Stored[]) => void;
  readonly onTrouble: (message: string) => void;
}

/** Tells all resources at each change, and first when all kinds have been listed; ended by Ctrl-C. */
export async function watchResources(kubectl: Kubectl, { namespace, onChange, onTrouble }: WatchOptions): Promise<void> {
  const byKind = new Map<string, Map<string, Stored>>();
  const tell = (): void => {
    if (byKind.size === KINDS.length) onChange([...byKind.values()].flatMap((known) => [...known.values()]));
  };
  await Promise.all(KINDS.map((kind) => kubectl.watch<Stored>({ group: API_GROUP, version: 'v1', plural: PLURALS[kind], namespace }, {
    onList: (items) => {
      byKind.set(kind, new Map(items.map((item) => ({ ...item, kind } as Stored)).map((item) => [keyOfResource(item), item])));
      tell();
    },
    onEvent: ({ type, object }) => {
      const known = byKind.get(kind);
      if (type === 'DELETED') known?.delete(keyOfResource(object));
      else known?.set(keyOfResource(object), object);
      tell();
    },
    onTrouble,
  })));
}
