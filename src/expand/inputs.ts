/** What references resolve to, and how it gets into a pod. */
import type { Container } from 'kubernetes-types/core/v1';
import { sourceUrl } from '../api/model-source';
import type { ModelSourceSpec } from '../api/model-source';
import type { PlatformSpec } from '../api/platform';
import { isArtifactResource, kindOfInput, PLURALS, referencesOf } from '../api/resource';
import type { Access, ArtifactKind, InputField, InputsSpec, Reference, Resource } from '../api/resource';
import type { PodPart, StoreAccess } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { namespaceOf } from './child';
import { ExpandError } from './error';
import { STORE_ACCESS } from './network-policies';
import { rcloneContainer } from './rclone';
import { isOnlyMounted, mountedSource, sourceProblem, sourceStore } from './source';

/** A published artifact, or one that will be. */
export interface Artifact {
  readonly kind: ArtifactKind;
  readonly name: string;
  readonly namespace: string;
  readonly recipeDigest: string;
  readonly url: string;
  /** Where its files are, if they were there already. */
  readonly source?: ModelSourceSpec;
}

/** The digest of an artifact whose recipe is not known here: it is declared elsewhere, and was referred to by its name alone. */
export const UNRESOLVED = 'unresolved';

/** What the references of a resource resolve to, by the fields that refer. */
export interface Inputs {
  readonly model?: Artifact;
  readonly dataset?: Artifact;
  /** What the model is an adapter of. */
  readonly base?: Artifact;
  readonly [adapter: `adapters.${string}`]: Artifact;
}

/** URL of an artifact, by its recipe digest. */
export function artifactUrl(platform: PlatformSpec, artifact: Pick<Artifact, 'kind' | 'namespace' | 'recipeDigest'>): string {
  const root = cloudNamed(platform.cloud).workspaceUrl(platform, artifact.namespace);
  return `${root}/${PLURALS[artifact.kind]}/${artifact.recipeDigest}`;
}

/** An artifact with the place where it is: its source, or the folder of its recipe. */
export function located(platform: PlatformSpec, artifact: Omit<Artifact, 'url'>): Artifact {
  const { source, ...rest } = artifact;
  return source ? { ...rest, url: sourceUrl(source), source } : { ...rest, url: artifactUrl(platform, rest) };
}

/** Something that must be Ready before a resource may run. */
export interface Gate {
  readonly kind: ArtifactKind;
  readonly namespace: string;
  readonly name: string;
}

/** A gate, and the field that refers to it. */
export interface Input extends Gate {
  readonly field: InputField;
}

/** Whether those in a namespace may refer to a Model or Dataset: its own, and those that its owner grants it. */
export function isOpenTo(target: Resource, namespace: string): boolean {
  if (namespaceOf(target) === namespace) return true;
  const { namespaces = [] } = isArtifactResource(target) ? target.spec.sharing ?? {} : {};
  return namespaces.includes(namespace) || namespaces.includes('*');
}

/** What a resource waits for. */
export function gatesOf(resource: Resource): Input[] {
  const own = namespaceOf(resource);
  return Object.entries(referencesOf(resource)).map(([key, { name, namespace = own }]: [string, Reference]) => {
    const field = key as InputField;
    return { field, kind: kindOfInput(field), namespace, name };
  });
}

/** The inputs of a resource, where `find` knows them all; else the gates that it does not know. */
export function resolveInputs(resource: Resource, find: (gate: Gate) => Artifact | undefined): Inputs | Gate[] {
  const gates = gatesOf(resource);
  const found = gates.flatMap((gate) => {
    const artifact = find(gate);
    return artifact ? [[gate.field, artifact] as const] : [];
  });
  return found.length === gates.length ? Object.fromEntries(found) : gates.filter((gate) => !find(gate));
}

/** What the pod of a resource needs to read its inputs. */
export interface InputParts extends PodPart {
  readonly initContainers: Container[];
}

const MOUNT_PATHS: Readonly<Record<string, string>> = { model: '/content/model', dataset: '/content/data', base: '/content/base' };

/** Where an input is mounted, by a volume of which name. */
function targetOf(field: InputField): Target {
  const mountPath = MOUNT_PATHS[field];
  if (mountPath !== undefined) return { name: field, mountPath };
  const adapter = field.replace(/^adapters\./, '');
  return { name: `adapter-${adapter}`, mountPath: `/content/adapters/${adapter}` };
}

/** Mounts inputs read-only from the store, or copies them to the node's disk first. */
export function inputParts(resource: Resource, inputs: Inputs, platform: PlatformSpec): InputParts[] {
  const references = referencesOf(resource);
  const consumer = { resource, platform };
  const mode = accessOf(consumer, inputs);
  const fields = new Set([...Object.keys(MOUNT_PATHS), ...Object.keys(references)] as InputField[]);
  return [...fields].flatMap((field) => {
    const artifact = inputs[field];
    if (!artifact) {
      const reference = references[field];
      if (reference) throw new ExpandError(`${field} ${reference.name} is not resolved; it must be given as an input`);
      return [];
    }
    checkReadable(field, artifact, consumer);
    const isMounted = mode === 'stream' || isOnlyMounted(artifact.source);
    return [isMounted ? mounted(artifact, targetOf(field), consumer) : downloaded(artifact, targetOf(field), consumer)];
  });
}

/** Whether the pod of a resource can read an input that was there already. */
function checkReadable(field: string, { source, namespace: owner, name }: Artifact, { resource, platform }: Consumer): void {
  if (!source) return;
  const namespace = namespaceOf(resource);
  if (source.claim && owner !== namespace) {
    throw new ExpandError(`${field} ${name} is on a claim of namespace ${owner}, which pods of ${namespace} cannot mount; give the files in a bucket`);
  }
  const problem = sourceProblem(source, { platform, namespace });
  if (problem) throw new ExpandError(`${field} ${name}: ${problem}`);
}

/** How inputs are read that are in a bucket: what is on a claim or in an image is mounted in any case. */
function accessOf({ resource, platform }: Consumer, { dataset, ...inputs }: Inputs): Access {
  const spec = resource.spec as InputsSpec;
  const models = Object.values(inputs);
  const fixed = models.find(({ source }) => isOnlyMounted(source));
  if (fixed && spec.access === 'download') {
    throw new ExpandError(`access is download but model ${fixed.name} is ${fixed.source?.claim ? 'on a claim' : 'an image'}, which is only mounted; leave access out`);
  }
  if (fixed && !dataset && models.every(({ source }) => isOnlyMounted(source))) {
    if (spec.mountOptions?.length) throw new ExpandError('mountOptions is set but no input is mounted from a bucket; leave it out');
    return 'stream';
  }
  return bucketAccess(spec, platform);
}

/** Whether what is in a bucket is copied to the node first. */
export function isDownloaded({ spec }: Resource, platform: PlatformSpec): boolean {
  const { access } = spec as InputsSpec;
  return access === undefined ? !cloudNamed(platform.cloud).canStream(platform) : access === 'download';
}

function bucketAccess(spec: InputsSpec, platform: PlatformSpec): Access {
  const canStream = cloudNamed(platform.cloud).canStream(platform);
  const { access = canStream ? 'stream' : 'download' } = spec;
  if (access === 'stream' && !canStream) throw new ExpandError(noStreaming(platform));
  const problem = mountOptionsProblem(spec, access, platform);
  if (problem) throw new ExpandError(problem);
  return access;
}

export function noStreaming(platform: PlatformSpec): string {
  const { title } = cloudNamed(platform.cloud);
  return `access is stream but ${title} cannot mount ${platform.artifacts.url}; set access to download`;
}

interface Target {
  readonly name: string;
  readonly mountPath: string;
}

interface Consumer {
  readonly resource: Resource;
  readonly platform: PlatformSpec;
}

/** Set by the cloud's own mount, which they must not undo. */
const OUR_MOUNT_OPTIONS = /^(o|implicit-dirs|only-dir|file-mode|dir-mode)\b/;

/** Why an input cannot be mounted with these options; `undefined` if it can. */
export function mountOptionsProblem({ mountOptions = [] }: InputsSpec, access: Access, platform: PlatformSpec): string | undefined {
  if (mountOptions.length === 0) return undefined;
  const { title, takesMountOptions } = cloudNamed(platform.cloud);
  if (!takesMountOptions) {
    return `mountOptions is set but ${title} mounts all inputs through one volume of the workspace, whose options they share; leave mountOptions out`;
  }
  if (access === 'download') return 'mountOptions is set but access is download, which mounts nothing; leave one of them out';
  const wrong = mountOptions.find((option) => OUR_MOUNT_OPTIONS.test(option) || /[,\s]/.test(option) || option === '');
  return wrong === undefined ? undefined
    : `mountOptions has ${JSON.stringify(wrong)}; give one option an entry, and none of only-dir, implicit-dirs, file-mode, dir-mode, which are set`;
}

function mounted(artifact: Artifact, target: Target, { resource, platform }: Consumer): InputParts {
  const { url, namespace: owner, source } = artifact;
  const { mountOptions: options } = resource.spec as InputsSpec;
  const namespace = namespaceOf(resource);
  const more = options && { options };
  const part = source
    ? mountedSource(source, { ...target, ...more }, { platform, namespace })
    : cloudNamed(platform.cloud).mountArtifact({ ...target, url, owner, namespace, ...more }, platform);
  return { ...part, initContainers: [] };
}

function downloaded(artifact: Artifact, { name, mountPath }: Target, consumer: Consumer): InputParts {
  const { platform } = consumer;
  const store = storeOf(artifact, consumer);
  const isRemote = cloudNamed(platform.cloud).network(platform).store.length > 0;
  const from = artifact.source ? artifact.url : `${artifact.url}/files`;
  return {
    ...(isRemote && { labels: STORE_ACCESS }),
    volumes: [{ name, emptyDir: {} }, ...store.volumes ?? []],
    volumeMounts: [{ name, mountPath, readOnly: true }],
    initContainers: [{
      ...rcloneContainer(`download-${name}`, platform),
      command: ['rclone', 'copy', '--transfers=16', '--stats=30s', '--stats-one-line', '--verbose', store.remotePath(from), mountPath],
      env: [...rcloneContainer(name, platform).env ?? [], ...store.env],
      volumeMounts: [{ name, mountPath }, ...store.volumeMounts ?? []],
    }],
  };
}

function storeOf({ namespace: owner, source }: Artifact, { resource, platform }: Consumer): StoreAccess {
  const namespace = namespaceOf(resource);
  if (source) return sourceStore(source, { platform, namespace });
  return cloudNamed(platform.cloud).store(platform, { namespace, owner, role: 'artifact-reader' });
}
