/** What an artifact was made of, down to its sources. Pure. */
import type { BuildSpec } from '../../api/build';
import { sourceUrl } from '../../api/model-source';
import { isArtifactResource, sourceOf } from '../../api/resource';
import type { InputField } from '../../api/resource';
import { gatesOf, keyOf, keyOfResource, namespaceOf, runtimeOf } from '../../expand';
import { conditionOf } from '../cluster/stored';
import type { Stored } from '../cluster/stored';

/** What was recorded when an artifact was published, as far as it can be read. */
export interface ArtifactRecord {
  readonly image?: string;
  readonly imageDigest?: string;
  /** Digest of the files of a ready-made program. */
  readonly program?: string;
  readonly recipe?: Readonly<Record<string, unknown>>;
  /** Where that was read. */
  readonly from: string;
}

export interface LineageNode {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The field of the one that it is an input of. */
  readonly field?: InputField;
  /** The reason of its status; `missing` where it is not in the cluster or may not be seen. */
  readonly state: string;
  /** The ready-made program and its version, such as `sft 1`. */
  readonly runtime?: string;
  readonly image?: string;
  readonly imageDigest?: string;
  readonly program?: string;
  readonly build?: BuildSpec;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly params?: Readonly<Record<string, number | string>>;
  /** Where files are that were there already. */
  readonly source?: string;
  readonly recipeDigest?: string;
  readonly contentDigest?: string;
  readonly url?: string;
  readonly bytes?: number;
  readonly files?: number;
  readonly completedAt?: string;
  /** What more is known than the resource says, and from where. */
  readonly recordedIn?: string;
  readonly inputs: readonly LineageNode[];
}

export interface Known {
  /** By `keyOf`. */
  readonly resources: ReadonlyMap<string, Stored>;
  readonly records: ReadonlyMap<string, ArtifactRecord>;
}

/** The tree of a resource and all that it was made of. One that is made of itself is cut where it repeats. */
export function lineageOf(resource: Stored, known: Known, field?: InputField): LineageNode {
  return nodeOf(resource, { known, field, path: [] });
}

interface Place {
  readonly known: Known;
  readonly field?: InputField;
  readonly path: readonly string[];
}

function nodeOf(resource: Stored, { known, field, path }: Place): LineageNode {
  const { kind, metadata: { name }, spec, status } = resource;
  const key = keyOfResource(resource);
  const record = known.records.get(key);
  const runtime = runtimeOf(resource);
  const source = sourceOf(resource);
  const { build, command, args, params } = spec;
  const { recipeDigest, contentDigest, url, bytes, files, completedAt } = status?.artifact ?? {};
  const inputs = path.includes(key) ? [] : gatesOf(resource).map((gate): LineageNode => {
    const input = known.resources.get(keyOf(gate));
    if (input) return nodeOf(input, { known, field: gate.field, path: [...path, key] });
    return { kind: gate.kind, namespace: gate.namespace, name: gate.name, field: gate.field, state: 'missing', inputs: [] };
  });
  return defined({
    kind, name, field,
    namespace: namespaceOf(resource),
    state: conditionOf(resource, 'Ready')?.reason ?? 'unknown',
    runtime: runtime && `${runtime.name} ${runtime.version ?? 1}`,
    image: record?.image ?? spec.image,
    imageDigest: record?.imageDigest || undefined,
    program: record?.program,
    build, command, args, params,
    source: source && sourceUrl(source),
    recipeDigest, contentDigest, url, bytes, files, completedAt,
    recordedIn: record?.from,
    inputs,
  });
}

/** The keys of what a resource refers to that is not known yet. */
export function unknownInputs(resources: Iterable<Stored>, known: ReadonlyMap<string, Stored>) {
  return [...resources].flatMap(gatesOf).filter((gate) => !known.has(keyOf(gate)));
}

/** Those in a tree of which records may tell more. */
export function recordable(resource: Stored): boolean {
  return isArtifactResource(resource) && resource.status?.artifact !== undefined && !sourceOf(resource);
}

function defined(node: LineageNode): LineageNode {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as unknown as LineageNode;
}
