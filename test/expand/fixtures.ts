/** What the tests of expansion share: resources, platforms, and ways to find a child. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Job } from 'kubernetes-types/batch/v1';
import type { ConfigMap, Container, PersistentVolumeClaim, PodSpec, PodTemplateSpec, Service, Volume } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { PlatformSpec } from '../../src/api/platform';
import { API_VERSION, referencesOf } from '../../src/api/resource';
import type {
  DatasetResource, DatasetSpec, ModelResource, ModelSpec, NotebookResource, NotebookSpec, Reference, Resource, ServerResource, ServerSpec,
} from '../../src/api/resource';
import { artifactUrl, expand } from '../../src/expand';
import type { Artifact, Child, Inputs, KubeObject, RetryTokens, Step } from '../../src/expand';

export const NAMESPACE = 'team-a';
export const CLOUDS = ['gcp', 'aws', 'azure', 'local', 'on-premises'] as const;
export const KUBERNETES_VERSIONS = [undefined, '1.27', '1.33'] as const;

const STORES = { gcp: 'gs://acme-artifacts', aws: 's3://acme-artifacts', azure: 'az://acmeartifacts', local: 'file:///var/artifacts' } as const;

/** A file system that all nodes mount. */
const SHARED = { url: 'nfs://nfs.example.com/ml', fileSystem: { nfs: { server: 'nfs.example.com', path: '/ml' } } };

const IDENTITIES = {
  clientIds: { 'artifact-reader': 'reader-id', 'artifact-writer': 'writer-id', 'image-builder': 'builder-id' },
  tenantId: 'tenant-id',
};

/** A platform with everything on it that a test may want. */
export function platformOf(cloud: string, changes: Partial<PlatformSpec> = {}): PlatformSpec {
  return {
    cloud,
    clusterName: 'ml',
    artifacts: cloud === 'on-premises' ? SHARED : { url: STORES[cloud as keyof typeof STORES] ?? STORES.local },
    registry: { url: 'registry.example.com/acme' },
    workspaces: [{ namespace: NAMESPACE, builds: true, reads: ['shared'], ...(cloud === 'azure' && IDENTITIES) }],
    ...changes,
  };
}

export const S3_COMPATIBLE = platformOf('local', {
  artifacts: { url: 's3://artifacts', endpoint: 'http://minio.minio:9000', credentialsSecret: 'store' },
});

export function model(spec: ModelSpec = {}, name = 'opt'): ModelResource {
  return { apiVersion: API_VERSION, kind: 'Model', metadata: { name, namespace: NAMESPACE }, spec: { image: 'example/model:1', ...spec } };
}

export function dataset(spec: DatasetSpec = {}, name = 'squad'): DatasetResource {
  return { apiVersion: API_VERSION, kind: 'Dataset', metadata: { name, namespace: NAMESPACE }, spec: { image: 'example/dataset:1', ...spec } };
}

export function server(spec: ServerSpec = {}, name = 'chat'): ServerResource {
  return {
    apiVersion: API_VERSION,
    kind: 'Server',
    metadata: { name, namespace: NAMESPACE },
    spec: { image: 'example/server:1', model: { name: 'opt' }, ...spec },
  };
}

export function notebook(spec: NotebookSpec = {}, name = 'lab'): NotebookResource {
  return { apiVersion: API_VERSION, kind: 'Notebook', metadata: { name, namespace: NAMESPACE }, spec: { image: 'example/notebook:1', ...spec } };
}

/** A published artifact of a workspace. */
export function artifact(kind: 'Model' | 'Dataset', platform: PlatformSpec, namespace = NAMESPACE): Artifact {
  const recipeDigest = kind === 'Model' ? '0modelmodelmodelmodelmode' : '0datasetdatasetdatasetdata';
  return { kind, name: kind.toLowerCase(), namespace, recipeDigest, url: artifactUrl(platform, { kind, namespace, recipeDigest }) };
}

/** What the model of a Server is an adapter of, or an adapter of it. */
function another(name: string, platform: PlatformSpec, namespace = NAMESPACE): Artifact {
  const recipeDigest = `0${name.replace(/[^a-z]/g, '').repeat(25)}`.slice(0, 26);
  return { kind: 'Model', name, namespace, recipeDigest, url: artifactUrl(platform, { kind: 'Model', namespace, recipeDigest }) };
}

/** Published inputs for each reference of a resource. */
export function inputsOf(resource: Resource, platform: PlatformSpec): Inputs {
  const { model: from, dataset: rows, ...others } = referencesOf(resource);
  return {
    ...(from && { model: artifact('Model', platform, from.namespace) }),
    ...(rows && { dataset: artifact('Dataset', platform, rows.namespace) }),
    ...Object.fromEntries(Object.entries(others).map(([field, { name, namespace }]: [string, Reference]) => (
      [field, another(name, platform, namespace)]))),
  };
}

export interface Options {
  readonly platform?: PlatformSpec;
  readonly inputs?: Inputs;
  readonly tokens?: RetryTokens;
}

export function childrenOf(resource: Resource, options: Options = {}): Child[] {
  const { platform = platformOf('gcp'), inputs = inputsOf(resource, platform), tokens } = options;
  return expand(resource, { platform, inputs, tokens });
}

interface Kinds {
  readonly ConfigMap: ConfigMap;
  readonly Deployment: Deployment;
  readonly Job: Job;
  readonly PersistentVolumeClaim: PersistentVolumeClaim;
  readonly PodDisruptionBudget: PodDisruptionBudget;
  readonly Service: Service;
}

interface ChildOptions extends Options {
  /** The child's step, where several are of the kind. */
  readonly step?: Step;
}

/** The one child of a kind. */
export function childOf<K extends keyof Kinds>(kind: K, resource: Resource, { step, ...options }: ChildOptions = {}): Kinds[K] {
  const ofStep = childrenOf(resource, options).filter((child) => step === undefined || child.step === step);
  const matching = ofStep.filter((child) => child.object.kind === kind);
  return the(matching, `${kind} of ${resource.kind}${step ? ` in step ${step}` : ''}`).object as Kinds[K];
}

export function jobOf(step: Step, resource: Resource, options: Options = {}): Job {
  return childOf('Job', resource, { ...options, step });
}

/** The template of the pod that runs the user's image. */
export function userTemplate(resource: Resource, options: Options = {}): PodTemplateSpec {
  const isWorkload = resource.kind === 'Server' || resource.kind === 'Notebook';
  return defined(isWorkload ? childOf('Deployment', resource, options).spec?.template : jobOf('run', resource, options).spec?.template);
}

export function userPod(resource: Resource, options: Options = {}): PodSpec {
  return defined(userTemplate(resource, options).spec);
}

export function userContainer(resource: Resource, options: Options = {}): Container {
  return the(userPod(resource, options).containers, 'container');
}

export function templateOf({ object }: Pick<Child, 'object'>): PodTemplateSpec | undefined {
  return (object as Deployment | Job).spec?.template;
}

export function envOf({ env = [] }: Container): Record<string, string | undefined> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

export function volumeNamed(name: string, { volumes = [] }: PodSpec): Volume {
  return the(volumes.filter((volume) => volume.name === name), `volume ${name}`);
}

export function mountPaths({ volumeMounts = [] }: Container): string[] {
  return volumeMounts.map(({ mountPath }) => mountPath).sort();
}

export function nameOf({ metadata }: KubeObject): string {
  return defined(metadata?.name);
}

export function the<T>(list: readonly T[], what: string): T {
  if (list.length !== 1) throw new Error(`there are ${list.length} of: ${what}`);
  return list[0] as T;
}

export function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is undefined');
  return value;
}

/** Fails every attempt to change anything in it. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** Numbers between 0 and 1 that are the same at every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A text of letters from an alphabet. */
export function randomText(random: () => number, alphabet: readonly string[], length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)] ?? '').join('');
}
