/** What must never be there twice: the Job of a step and recipe, and the Deployment of a resource. */
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { Client } from '../client';

interface Live {
  readonly metadata: ObjectMeta;
}

const KINDS = [['batch/v1', 'Job'], ['apps/v1', 'Deployment']] as const;

/** One line for each purpose that more than one object serves. */
export async function doubled(client: Client, namespace: string): Promise<string[]> {
  const names = new Map<string, string[]>();
  for (const [apiVersion, kind] of KINDS) {
    for (const { metadata } of await client.list<Live>({ apiVersion, kind, namespace })) {
      const purpose = purposeOf(kind, metadata);
      names.set(purpose, [...names.get(purpose) ?? [], metadata.name ?? '']);
    }
  }
  return [...names].filter(([, found]) => found.length > 1).map(([purpose, found]) => `${purpose}: ${found.join(', ')}`);
}

function purposeOf(kind: string, { labels = {}, ownerReferences: [owner] = [] }: ObjectMeta): string {
  return `${kind} ${labels.role} of ${owner?.kind} ${owner?.name}${kind === 'Job' ? `, recipe ${labels['substratus.ai/recipe']}` : ''}`;
}
