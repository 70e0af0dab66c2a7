/** What a document of YAML or JSON is: an object of Kubernetes, a resource of our kinds, a platform, or a Terraform stack. */
import type { PlatformSpec } from '../api/platform';
import { PLATFORM_CONFIG_MAP, PLATFORM_FILE_NAME } from '../api/reconciler';
import { API_GROUP, KINDS } from '../api/resource';
import type { Resource } from '../api/resource';
import type { KubeObject } from '../expand';
import { shapeProblem } from './shape';
import type { StackState, TerraformJson } from './state';
import { StateError } from './state-error';

/** A file, parsed. */
export interface StateFile {
  /** With `/` between its folders. */
  readonly path: string;
  /** The folder that all manifests of its App are below. Default: the folder that it is in. */
  readonly root?: string;
  readonly documents: readonly unknown[];
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of Kubernetes in a file, those of a List one by one. */
export function objectsIn({ path, documents }: StateFile): KubeObject[] {
  return documents.flatMap((document) => objectsOf(document, path));
}

function objectsOf(document: unknown, path: string): KubeObject[] {
  if (!isObject(document) || typeof document.apiVersion !== 'string' || typeof document.kind !== 'string') return [];
  if (document.kind === 'List' && Array.isArray(document.items)) return document.items.flatMap((item) => objectsOf(item, path));
  const { metadata } = document;
  if (isObject(metadata) && typeof metadata.name === 'string') return [document as KubeObject];
  throw new StateError(`${path}: a ${document.kind} has no metadata.name; give it one`);
}

/** Whether an object is of one of our kinds. */
export function isResource(object: KubeObject): boolean {
  return (object.apiVersion ?? '').startsWith(`${API_GROUP}/`) && KINDS.some((kind) => kind === object.kind);
}

/**
 * As it is stored: one without a `spec` has an empty one.
 *
 * @throws StateError if a field is of another type than that of its schema.
 */
export function resourceFrom(object: KubeObject, path: string): Resource {
  const { spec } = object as { readonly spec?: unknown };
  const resource = { ...object, spec: spec ?? {} } as Resource;
  const problem = shapeProblem(resource);
  if (problem !== undefined) throw new StateError(`${path}: ${resource.kind} ${resource.metadata.name}: ${problem}`);
  return resource;
}

/** The platform in an object: its ConfigMap of the Reconciler; `undefined` where it is another object. */
export function platformIn(object: KubeObject, path: string): PlatformSpec | undefined {
  if (object.apiVersion !== 'v1' || object.kind !== 'ConfigMap' || object.metadata?.name !== PLATFORM_CONFIG_MAP) return undefined;
  const { data } = object as { readonly data?: Readonly<Record<string, unknown>> };
  const text = data?.[PLATFORM_FILE_NAME];
  const platform = typeof text === 'string' ? parsed(text) : undefined;
  if (isObject(platform) && typeof platform.cloud === 'string' && typeof platform.clusterName === 'string' && isObject(platform.artifacts)) {
    return platform as unknown as PlatformSpec;
  }
  throw new StateError(`${path}: ConfigMap ${PLATFORM_CONFIG_MAP} has no platform at the key ${PLATFORM_FILE_NAME}; synthesize it again`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const TERRAFORM_FILE = /(?:^|\/)(?:([^/]+)\/cdk|([^/]+))\.tf\.json$/;

/** The Terraform stack in a file, by the name that its own metadata give it, else by its path; `undefined` where it is another file. */
export function stackIn({ path, documents: [document] }: StateFile): StackState | undefined {
  const match = TERRAFORM_FILE.exec(path);
  if (!match || !isObject(document)) return undefined;
  const { '//': comment } = document;
  const metadata = isObject(comment) && isObject(comment.metadata) ? comment.metadata : {};
  const name = typeof metadata.stackName === 'string' ? metadata.stackName : match[1] ?? match[2] ?? path;
  return { name, terraform: terraformFrom(document, path) };
}

/** With a list of each provider, which may also be one object, and resources that are objects. */
function terraformFrom(document: JsonObject, path: string): TerraformJson {
  const { resource = {}, provider = {} } = document;
  const isWell = isObject(resource) && Object.values(resource).every((ofType) => isObject(ofType) && Object.values(ofType).every(isObject));
  if (!isWell || !isObject(provider)) throw new StateError(`${path}: it is not a Terraform stack as cdktf writes it, with resources by type and name; synthesize it again`);
  const providers = Object.entries(provider).map(([name, settings]) => [name, [settings].flat().filter(isObject)]);
  return { ...document, ...(document.provider !== undefined && { provider: Object.fromEntries(providers) as TerraformJson['provider'] }) } as TerraformJson;
}
