/** `spec.pod`: what an author adds to the pod of the image, merged in where it undoes nothing that expansion relies on. */
import type { PodSecurityContext, PodSpec as KubePodSpec, PodTemplateSpec, Volume } from 'kubernetes-types/core/v1';
import { definedOnly } from '../api/defined';
import { MANAGED_BY_LABEL } from '../api/labels';
import { API_GROUP } from '../api/resource';
import type { PodSecurity, PodSpec } from '../api/resource';
import { ExpandError } from './error';
import { extraConflict } from './extra-containers';
import { mergePlacements } from './placement';
import { STAY_IN_PLACE } from './pod-parts';

/** Prefixes of labels and annotations that belong to expansion, the reconciler or the cloud's identity webhook. */
const SELECTOR_LABELS = ['model', 'dataset', 'server', 'notebook', 'role'];
const RESERVED_PREFIXES = [`${API_GROUP}/`, MANAGED_BY_LABEL, 'azure.workload.identity/'];
/** Fields of a pod's security context that the `baseline` standard forbids, or holds to a value. */
const FORBIDDEN_SECURITY = ['seLinuxOptions', 'sysctls', 'windowsOptions'] as const;
/** How a pod left AppArmor before there was a field for it. */
const APP_ARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
/** The claims of a workspace, through one of which artifacts are written where the store is a directory. */
const WORKSPACE_CLAIM = /^(artifacts(-from-.*)?|readable-bucket-[0-9a-z]{8})$/;
/** Staging volumes (artifact.ts): what one program has written is not changed by another while it is published. */
const STAGING_CLAIM = /-(model|dataset)-staging-[0-9a-z]{8}$/;
/** Kinds of volumes that the `restricted` standard allows: images since 1.33 (https://github.com/kubernetes/kubernetes/pull/130394). */
const RESTRICTED_VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'];

/** The template with the author's additions; the first container is the author's. */
export function withOverlay(template: PodTemplateSpec, overlay: PodSpec | undefined, podSecurity?: PodSecurity): PodTemplateSpec {
  if (!overlay) return template;
  const conflict = overlayConflict(template, overlay, podSecurity);
  if (conflict) throw new ExpandError(conflict);
  const { labels, annotations } = overlay;
  return {
    metadata: {
      ...template.metadata,
      ...(labels && { labels: { ...labels, ...template.metadata?.labels } }),
      ...(annotations && { annotations: { ...template.metadata?.annotations, ...annotations } }),
    },
    ...(template.spec && { spec: overlaySpec(template.spec, overlay) }),
  };
}

function overlaySpec(spec: KubePodSpec, overlay: PodSpec): KubePodSpec {
  const { volumes, volumeMounts, securityContext, nodeSelector, tolerations, affinity } = overlay;
  const { topologySpreadConstraints, priorityClassName, runtimeClassName, schedulerName } = overlay;
  const [first, ...others] = spec.containers;
  return {
    ...spec,
    ...withoutEmpty(mergePlacements(spec, definedOnly({ nodeSelector, tolerations, affinity }))),
    ...definedOnly({ topologySpreadConstraints, priorityClassName, runtimeClassName, schedulerName }),
    containers: first ? [{ ...first, volumeMounts: [...first.volumeMounts ?? [], ...volumeMounts ?? []] }, ...others] : [],
    volumes: [...spec.volumes ?? [], ...volumes ?? []],
    securityContext: { ...spec.securityContext, ...securityContext },
  };
}

/** Why the additions would undo the expansion, and how to fix it; `undefined` if they do not. */
export function overlayConflict(template: PodTemplateSpec, overlay: PodSpec, podSecurity: PodSecurity = 'baseline'): string | undefined {
  return mapConflict('labels', overlay.labels, template.metadata?.labels)
    ?? mapConflict('annotations', overlay.annotations, template.metadata?.annotations)
    ?? mapConflict('nodeSelector', overlay.nodeSelector, template.spec?.nodeSelector)
    ?? volumeConflict(overlay, podSecurity, template.spec)
    ?? mountConflict(overlay, template.spec)
    ?? securityConflict(overlay.securityContext, podSecurity)
    ?? extraConflict(template.spec, overlay, podSecurity);
}

type StringMap = Record<string, string>;

function mapConflict(field: string, added: StringMap = {}, ours: StringMap = {}): string | undefined {
  for (const [key, value] of Object.entries(added)) {
    const isReserved = RESERVED_PREFIXES.some((prefix) => key.startsWith(prefix)) || (field === 'labels' && SELECTOR_LABELS.includes(key));
    if (field !== 'nodeSelector' && isReserved) {
      return `pod.${field} sets ${key}, which is reserved; use a key of your own`;
    }
    if (field === 'annotations' && key.startsWith(APP_ARMOR_PREFIX)) {
      return `pod.annotations sets ${key}, but pod security decides on AppArmor; leave it out`;
    }
    const isOurs = ours[key] !== undefined && !(field === 'annotations' && key in STAY_IN_PLACE);
    if (isOurs && ours[key] !== value) {
      return `pod.${field} sets ${key} to ${value} but the expansion needs ${ours[key]}; leave it out`;
    }
  }
  return undefined;
}

function volumeConflict({ volumes = [] }: PodSpec, podSecurity: PodSecurity, spec?: KubePodSpec): string | undefined {
  const ours = new Set(spec?.volumes?.map(({ name }) => name));
  const taken = volumes.find(({ name }) => ours.has(name));
  if (taken) return `pod.volumes has a volume ${taken.name}, a name that the expansion uses; give it another`;
  const twice = volumes.find(({ name }, index) => volumes.findIndex((other) => other.name === name) < index);
  if (twice) return `pod.volumes has two volumes ${twice.name}; give one of them another name`;
  for (const { name, persistentVolumeClaim } of volumes) {
    const owned = claimConflict(persistentVolumeClaim?.claimName ?? '');
    if (owned) return `pod.volumes has a volume ${name} on ${owned}; refer to a model or dataset to read one`;
  }
  for (const volume of volumes) {
    const forbidden = forbiddenSource(volume, podSecurity);
    if (forbidden) {
      return `pod.volumes has a ${forbidden} volume ${volume.name}, which pod security forbids; use a PersistentVolumeClaim or an emptyDir`;
    }
  }
  return undefined;
}

/** What is on a claim that no author may mount; `undefined` of any other claim. */
export function claimConflict(claimName: string): string | undefined {
  if (WORKSPACE_CLAIM.test(claimName)) return 'the artifacts of a workspace';
  return STAGING_CLAIM.test(claimName) ? 'the staging volume of a run' : undefined;
}

function forbiddenSource({ name: _, ...source }: Volume, podSecurity: PodSecurity): string | undefined {
  if (source.projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken)) return 'serviceAccountToken';
  const forbids = (kind: string) => kind === 'hostPath' || (podSecurity === 'restricted' && !RESTRICTED_VOLUMES.includes(kind));
  return Object.keys(source).find(forbids);
}

function mountConflict({ volumeMounts = [], volumes = [] }: PodSpec, spec?: KubePodSpec): string | undefined {
  const ours = spec?.containers[0]?.volumeMounts ?? [];
  for (const { mountPath } of volumeMounts) {
    const taken = ours.find((mount) => overlaps(mount.mountPath, mountPath));
    if (taken) return `pod.volumeMounts mounts ${mountPath}, which hides or lies in ${taken.mountPath}; mount it elsewhere`;
  }
  const paths = volumeMounts.map(({ mountPath }) => normalized(mountPath));
  const twice = volumeMounts.find((_, index) => paths.indexOf(paths[index] ?? '') < index);
  if (twice) return `pod.volumeMounts mounts ${twice.mountPath} twice; mount one of them elsewhere`;
  const names = spec && new Set([...spec.volumes ?? [], ...volumes].map(({ name }) => name));
  const unknown = volumeMounts.find(({ name }) => names && !names.has(name));
  return unknown && `pod.volumeMounts mounts volume ${unknown.name}, which pod.volumes does not have; add it`;
}

/** Whether the author mounts a volume at a path. */
export function mountsAt(path: string, { volumeMounts = [] }: PodSpec = {}): boolean {
  return volumeMounts.some(({ mountPath }) => normalized(mountPath) === normalized(path));
}

/** Whether one path is the other or lies in it. */
function overlaps(a: string, b: string): boolean {
  const [left, right] = [normalized(a), normalized(b)];
  return left.startsWith(right) || right.startsWith(left);
}

/** As the container runtime sees a path, with a slash at its end. */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.map((part) => `${part}/`).join('')}`;
}

function securityConflict(context: PodSecurityContext | undefined, podSecurity: PodSecurity): string | undefined {
  if (!context) return undefined;
  const forbidden = FORBIDDEN_SECURITY.find((field) => context[field] !== undefined);
  if (forbidden) return `pod.securityContext.${forbidden} is not allowed by pod security ${podSecurity}; leave it out`;
  if (context.seccompProfile?.type === 'Unconfined') {
    return `pod.securityContext.seccompProfile is Unconfined, which pod security ${podSecurity} forbids; use RuntimeDefault`;
  }
  if (context.appArmorProfile?.type === 'Unconfined') {
    return `pod.securityContext.appArmorProfile is Unconfined, which pod security ${podSecurity} forbids; use RuntimeDefault`;
  }
  if (podSecurity === 'restricted' && (context.runAsNonRoot === false || context.runAsUser === 0)) {
    return 'pod.securityContext runs as root, which podSecurity restricted forbids; set runAsUser to another user';
  }
  return undefined;
}

/** Without the parts that hold nothing, for an empty list in a manifest only asks why it is there. */
export function withoutEmpty<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value))) as Partial<T>;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
