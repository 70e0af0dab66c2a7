/** Children: plain objects, what they are called, and when they may be applied. */
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { digest, shortDigest, shortenedName } from '../api/digest';
import { MANAGED_BY } from '../api/labels';
import { isDns1035Label, MAX_NAME_LENGTH } from '../api/names';
import { API_GROUP } from '../api/resource';
import type { Resource } from '../api/resource';
import { ExpandError } from './error';

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
}

/**
 * The steps of a resource, in order. A step begins when the one before it has succeeded; `check` may find that `run` and `publish`
 * have nothing to do. `prepare` holds nothing that costs.
 */
export const STEPS = ['prepare', 'build', 'check', 'run', 'publish', 'serve'] as const;

export type Step = (typeof STEPS)[number];

export interface Child {
  readonly step: Step;
  readonly object: KubeObject;
}

/** Tokens of retried steps: each gives the Job of its step another name. */
export type RetryTokens = Partial<Record<Step, string>>;

/** Name of a child: the resource's, cut where it is too long, and a suffix that tells the children apart. */
export function childName(resource: Resource, suffix: string): string {
  const { name } = resource.metadata;
  return shortenedName(name, { limit: MAX_NAME_LENGTH, hash: () => shortDigest(digest(name)), suffix: `-${suffix}` });
}

/** Name of a child that becomes a DNS name of the Services, for which the resource's must be good. */
export function serviceChildName(resource: Resource, suffix: string): string {
  const name = childName(resource, suffix);
  if (isDns1035Label(name)) return name;
  throw new ExpandError(`name ${resource.metadata.name} cannot be that of a Service; start with a letter, and use lower-case letters, digits and -`);
}

/** The namespace of a resource; it has one in the cluster, and in a workspace. */
export function namespaceOf(resource: Resource): string {
  return resource.metadata.namespace ?? 'default';
}

/** The labels by which a workload of a resource finds its pods; those of the original Substratus. */
export function selectorLabels(resource: Resource, role: string): Record<string, string> {
  const { name } = resource.metadata;
  if (name.length > MAX_NAME_LENGTH) {
    throw new ExpandError(`name ${name} has ${name.length} characters and cannot be a label; use at most ${MAX_NAME_LENGTH}`);
  }
  return { [resource.kind.toLowerCase()]: name, role };
}

export function childLabels(resource: Resource, role: string): Record<string, string> {
  return { ...MANAGED_BY, ...selectorLabels(resource, role) };
}

export interface MetadataOptions {
  readonly name: string;
  readonly role: string;
  readonly annotations?: Record<string, string>;
}

export function childMetadata(resource: Resource, { name, role, annotations }: MetadataOptions): ObjectMeta {
  return {
    name,
    namespace: namespaceOf(resource),
    labels: childLabels(resource, role),
    ...(annotations && Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** Label `role` of what a Server has beside its own pods to choose among them. */
export const PICKER_ROLE = 'picker';

/** What runs the replicas of a Server, or a Notebook. */
export const WORKLOAD_KINDS: readonly string[] = ['Deployment', 'LeaderWorkerSet'];

/** Whether the pods of an object serve, and are not those that choose among them. */
export function isWorkload({ kind = '', metadata }: KubeObject): boolean {
  return WORKLOAD_KINDS.includes(kind) && metadata?.labels?.role !== PICKER_ROLE;
}

/** Digest of what a child is, for its name. */
export function contentHash(...content: unknown[]): string {
  return shortDigest(digest(content));
}

export const IMAGE_DIGEST_ANNOTATION = `${API_GROUP}/image-digest`;
