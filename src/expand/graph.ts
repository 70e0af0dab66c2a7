/** Resources in the order of what they wait for. */
import { PLURALS } from '../api/resource';
import type { Resource } from '../api/resource';
import { namespaceOf } from './child';
import { ExpandError } from './error';
import { gatesOf } from './inputs';
import type { Gate } from './inputs';

/** Names a resource for people: `Model team-a/opt`. */
export function describe({ kind, namespace, name }: Pick<Gate, 'namespace' | 'name'> & { readonly kind: string }): string {
  return `${kind} ${namespace}/${name}`;
}

/** A key for a resource or a gate: `models/team-a/opt`. */
export function keyOf({ kind, namespace, name }: Pick<Gate, 'namespace' | 'name'> & { readonly kind: keyof typeof PLURALS }): string {
  return `${PLURALS[kind]}/${namespace}/${name}`;
}

export function keyOfResource(resource: Resource): string {
  return keyOf({ kind: resource.kind, namespace: namespaceOf(resource), name: resource.metadata.name });
}

/** Resources that wait for each other. */
export class CycleError extends ExpandError {
  constructor(public readonly cycle: readonly Resource[]) {
    super(cycleMessage(cycle));
  }
}

/**
 * The resources, each after those it waits for; otherwise in the order given.
 *
 * @throws CycleError if they wait for each other.
 */
export function inOrder(resources: readonly Resource[]): Resource[] {
  const byKey = new Map(resources.map((resource) => [keyOfResource(resource), resource]));
  const done = new Set<string>();
  const ordered: Resource[] = [];
  const visit = (resource: Resource, path: readonly Resource[]): void => {
    if (done.has(keyOfResource(resource))) return;
    const start = path.indexOf(resource);
    if (start >= 0) throw new CycleError(path.slice(start));
    for (const gate of gatesOf(resource)) {
      const next = byKey.get(keyOf(gate));
      if (next) visit(next, [...path, resource]);
    }
    done.add(keyOfResource(resource));
    ordered.push(resource);
  };
  for (const resource of resources) visit(resource, []);
  return ordered;
}

function cycleMessage(cycle: readonly Resource[]): string {
  const names = cycle.map((resource) => describe({ kind: resource.kind, namespace: namespaceOf(resource), name: resource.metadata.name }));
  return `${[...names, names[0]].join(' needs ')}, which can never be; take one of these references out`;
}
