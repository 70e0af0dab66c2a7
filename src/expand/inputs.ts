/** What references resolve to, and how it gets into a pod. */
import type { Container } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../api/platform';
import { isArtifactResource, PLURALS, REFERENCES, referencesOf } from '../api/resource';
import type { Access, ArtifactKind, InputsSpec, Resource } from '../api/resource';
import type { PodPart } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { namespaceOf } from './child';
import { ExpandError } from './error';
import { STORE_ACCESS } from './network-policies';
import { rcloneContainer } from './rclone';

/** A published artifact, or one that will be. */
export interface Artifact {
  readonly kind: ArtifactKind;
  readonly name: string;
  readonly namespace: string;
  readonly recipeDigest: string;
  readonly url: string;
}

/** The digest of an artifact whose recipe is not known here: it is declared elsewhere, and was referred to by its name alone. */
export const UNRESOLVED = 'unresolved';

/** What the references of a resource resolve to. */
export interface Inputs {
  readonly model?: Artifact;
  readonly dataset?: Artifact;
}

/** URL of an artifact, by its recipe digest. */
export function artifactUrl(platform: PlatformSpec, artifact: Pick<Artifact, 'kind' | 'namespace' | 'recipeDigest'>): string {
  const root = cloudNamed(platform.cloud).workspaceUrl(platform, artifact.namespace);
  return `${root}/${PLURALS[artifact.kind]}/${artifact.recipeDigest}`;
}

/** Something that must be Ready before a resource may run. */
export interface Gate {
  readonly kind: ArtifactKind;
  readonly namespace: string;
  readonly name: string;
}

/** Whether those in a namespace may refer to a Model or Dataset: its own, and those that its owner grants it. */
export function isOpenTo(target: Resource, namespace: string): boolean {
  if (namespaceOf(target) === namespace) return true;
  const { namespaces = [] } = isArtifactResource(target) ? target.spec.sharing ?? {} : {};
  return namespaces.includes(namespace) || namespaces.includes('*');
}

/** What a resource waits for. */
export function gatesOf(resource: Resource): Gate[] {
  const references = referencesOf(resource);
  return REFERENCES.flatMap(({ field, kind }) => {
    const reference = references[field];
    return reference ? [{ kind, namespace: reference.namespace ?? namespaceOf(resource), name: reference.name }] : [];
  });
}

/** The inputs of a resource, where `find` knows them all; else the gates that it does not know. */
export function resolveInputs(resource: Resource, find: (gate: Gate) => Artifact | undefined): Inputs | Gate[] {
  const gates = gatesOf(resource);
  const found = gates.map((gate) => ({ gate, artifact: find(gate) }));
  const unknown = found.filter(({ artifact }) => !artifact).map(({ gate }) => gate);
  if (unknown.length > 0) return unknown;
  return Object.fromEntries(found.map(({ gate, artifact }) => [gate.kind.toLowerCase(), artifact]));
}

/** What the pod of a resource needs to read its inputs. */
export interface InputParts extends PodPart {
  readonly initContainers: Container[];
}

const MOUNT_PATHS = { model: '/content/model', dataset: '/content/data' } as const;

/** Mounts inputs read-only from the store, or copies them to the node's disk first. */
export function inputParts(resource: Resource, inputs: Inputs, platform: PlatformSpec): InputParts[] {
  const mode = accessOf(resource, platform);
  const references = referencesOf(resource);
  return REFERENCES.flatMap(({ field }) => {
    const artifact = inputs[field];
    if (!artifact) {
      const reference = references[field];
      if (reference) throw new ExpandError(`${field} ${reference.name} is not resolved; it must be given as an input`);
      return [];
    }
    const target = { name: field, mountPath: MOUNT_PATHS[field] };
    return [mode === 'stream' ? streamed(artifact, target, { resource, platform }) : downloaded(artifact, target, { resource, platform })];
  });
}

function accessOf(resource: Resource, platform: PlatformSpec): Access {
  const cloud = cloudNamed(platform.cloud);
  const canStream = cloud.canStream(platform);
  const { access = canStream ? 'stream' : 'download' } = resource.spec as InputsSpec;
  if (access === 'stream' && !canStream) throw new ExpandError(noStreaming(platform));
  const problem = mountOptionsProblem(resource.spec as InputsSpec, access, platform);
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

function streamed({ url, namespace: owner }: Artifact, target: Target, { resource, platform }: Consumer): InputParts {
  const { mountOptions } = resource.spec as InputsSpec;
  const mount = { ...target, url, owner, namespace: namespaceOf(resource), ...(mountOptions && { options: mountOptions }) };
  return { ...cloudNamed(platform.cloud).mountArtifact(mount, platform), initContainers: [] };
}

function downloaded({ url, namespace: owner }: Artifact, { name, mountPath }: Target, { resource, platform }: Consumer): InputParts {
  const store = cloudNamed(platform.cloud).store(platform, { namespace: namespaceOf(resource), owner, role: 'artifact-reader' });
  const isRemote = cloudNamed(platform.cloud).network(platform).store.length > 0;
  return {
    ...(isRemote && { labels: STORE_ACCESS }),
    volumes: [{ name, emptyDir: {} }, ...store.volumes ?? []],
    volumeMounts: [{ name, mountPath, readOnly: true }],
    initContainers: [{
      ...rcloneContainer(`download-${name}`, platform),
      command: ['rclone', 'copy', '--transfers=16', '--stats=30s', '--stats-one-line', '--verbose', store.remotePath(`${url}/files`), mountPath],
      env: [...rcloneContainer(name, platform).env ?? [], ...store.env],
      volumeMounts: [{ name, mountPath }, ...store.volumeMounts ?? []],
    }],
  };
}
