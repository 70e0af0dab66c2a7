/** The definitions of the kinds, on a cluster. */
import { customResourceDefinitions } from '../../../src/api/crds';
import type { KubeObject } from '../client';
import type { Cluster } from '../cluster';
import { until } from '../until';

interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Applies them, and waits until they are established. */
export async function applyDefinitions({ client }: Cluster): Promise<void> {
  await Promise.all(customResourceDefinitions().map((definition) => client.apply(definition)));
  await Promise.all(customResourceDefinitions().map(({ metadata: { name } }) => until(`${name} is established`, async () => {
    const { status } = await client.get<Definition>({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name });
    return status?.conditions?.some(({ type, status: holds }) => type === 'Established' && holds === 'True');
  })));
}
