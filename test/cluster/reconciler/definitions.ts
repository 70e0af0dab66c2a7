/** The definitions of the kinds, on a cluster. */
import { customResourceDefinitions } from '../../../src/api/crds';
import type { KubeObject } from '../client';
import type { Cluster } from '../cluster';
import { plural, WITHOUT_NAMESPACE } from '../paths';
import { until } from '../until';

interface Definition extends KubeObject {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** A kind of another project. */
export interface ForeignKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Applies those of our own kinds, and of others that are named, and waits until they are established. */
export async function applyDefinitions({ client }: Cluster, others: readonly ForeignKind[] = []): Promise<void> {
  const definitions = [...customResourceDefinitions(), ...others.map(foreignDefinition)];
  await Promise.all(definitions.map((definition) => client.apply(definition as KubeObject)));
  await Promise.all(definitions.map(({ metadata: { name } }) => until(`${name} is established`, async () => {
    const { status } = await client.get<Definition>({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name });
    return status?.conditions?.some(({ type, status: holds }) => type === 'Established' && holds === 'True');
  })));
}

/** One that takes every field: what its project says of them is in test/schemas/definitions. */
export function foreignDefinition({ apiVersion, kind }: ForeignKind): Definition {
  const [group = '', version = ''] = apiVersion.split('/');
  const names = { kind, plural: plural(kind), singular: kind.toLowerCase(), listKind: `${kind}List` };
  const schema = { openAPIV3Schema: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition',
    metadata: {
      name: `${names.plural}.${group}`,
      ...(group.endsWith('.k8s.io') && { annotations: { 'api-approved.kubernetes.io': 'unapproved, in a test' } }),
    },
    spec: {
      group, scope: WITHOUT_NAMESPACE.has(kind) ? 'Cluster' : 'Namespaced', names,
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  } as Definition;
}
