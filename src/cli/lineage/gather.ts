/** Gathers from the cluster what a lineage is made of. */
import * as fs from 'node:fs';
import { API_GROUP } from '../../api/resource';
import { IMAGE_DIGEST_ANNOTATION, keyOf, keyOfResource } from '../../expand';
import { typeOf } from '../cluster/stored';
import type { Stored } from '../cluster/stored';
import { CliError } from '../errors';
import type { Kubectl } from '../kubectl';
import { recordable, unknownInputs } from './lineage';
import type { ArtifactRecord, Known } from './lineage';

interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly labels?: Readonly<Record<string, string>>; readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: PodTemplate };
}

interface PodTemplate {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: PodSpec;
}

interface PodSpec {
  readonly containers?: readonly { readonly name: string; readonly env?: readonly { readonly name: string; readonly value?: string }[] }[];
}

/** The resource and all that it refers to, also in other namespaces, and what is recorded of each. */
export async function gather(kubectl: Kubectl, root: Stored, own: readonly Stored[]): Promise<Known> {
  const resources = new Map(own.map((each) => [keyOfResource(each), each]));
  const reached = new Map([[keyOfResource(root), root]]);
  for (let front = [root]; front.length > 0;) {
    const gates = new Map(unknownInputs(front, reached).map((gate) => [keyOf(gate), gate]));
    const found = await Promise.all([...gates].map(async ([key, { kind, namespace, name }]) => (
      resources.get(key) ?? visible(kubectl.find<Stored>({ type: typeOf(kind), namespace, name })))));
    front = found.filter((each) => each !== undefined);
    for (const each of front) reached.set(keyOfResource(each), each);
  }
  const records = new Map<string, ArtifactRecord>();
  await Promise.all([...reached.values()].filter(recordable).map(async (each) => {
    const record = await recordOf(kubectl, each);
    if (record) records.set(keyOfResource(each), record);
  }));
  return { resources: reached, records };
}

/** The manifest of the artifact, where this machine can read it; else what its Job and its recipe in the cluster still say. */
async function recordOf(kubectl: Kubectl, resource: Stored): Promise<ArtifactRecord | undefined> {
  const { url, recipeDigest } = resource.status?.artifact ?? {};
  const published = url === undefined ? undefined : manifestAt(url);
  if (published) return published;
  const { metadata: { namespace } } = resource;
  const selector = `${API_GROUP}/recipe=${recipeDigest}`;
  const objects = await visible(kubectl.list<KubeObject>('configmaps,jobs.batch', { namespace, selector }));
  return objects && recordIn(objects);
}

/** Of buckets, those alone that are directories of this machine. */
function manifestAt(url: string): ArtifactRecord | undefined {
  const file = `${url.replace(/^file:\/\//, '')}/manifest.json`;
  if (!url.startsWith('file:///') || !fs.existsSync(file)) return undefined;
  const { image, imageDigest, program, recipe } = JSON.parse(fs.readFileSync(file, 'utf8')) as ArtifactRecord;
  return { image, imageDigest, program, recipe, from: file };
}

function recordIn(objects: readonly KubeObject[]): ArtifactRecord | undefined {
  const text = objects.find(({ kind, data }) => kind === 'ConfigMap' && data?.['recipe.json'])?.data?.['recipe.json'];
  const publish = objects.find(({ kind, metadata: { labels } }) => kind === 'Job' && labels?.role === 'publish')?.spec?.template;
  if (text === undefined && !publish) return undefined;
  const env = publish?.spec?.containers?.find(({ name }) => name === 'publish')?.env ?? [];
  const valueOf = (variable: string): string | undefined => env.find(({ name }) => name === variable)?.value;
  return {
    image: valueOf('IMAGE'),
    imageDigest: publish?.metadata?.annotations?.[IMAGE_DIGEST_ANNOTATION],
    program: valueOf('PROGRAM'),
    ...text !== undefined && { recipe: JSON.parse(text) as Readonly<Record<string, unknown>> },
    from: 'its Job and its recipe in the cluster',
  };
}

/** `undefined` where a user has no right to see it. */
async function visible<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof CliError && /may not/.test(error.message)) return undefined;
    throw error;
  });
}
