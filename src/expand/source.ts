/** A Model whose files are there already: whether they can be read, and how they get into a pod. */
import type { Volume } from 'kubernetes-types/core/v1';
import { sourceUrl } from '../api/model-source';
import type { ImageSource, ModelSourceSpec } from '../api/model-source';
import { DEFAULT_VERSION, isAtLeast, workspaceOf } from '../api/platform';
import type { PlatformSpec, ReadableBucketSpec } from '../api/platform';
import { sourceOf } from '../api/resource';
import type { Resource } from '../api/resource';
import type { OtherBuckets, PodPart } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { namespaceOf } from './child';
import { ExpandError } from './error';
import { claimConflict } from './overlay';

/**
 * Since when image volumes are on by default. In 1.33 and 1.34 the API server drops the field.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/
 */
const IMAGE_VOLUME_VERSION = '1.35';

/** Who reads a source, and where. */
export interface SourceReader {
  readonly platform: PlatformSpec;
  /** Namespace of the pod. */
  readonly namespace: string;
}

/** Where a source is mounted. */
export interface SourceTarget {
  readonly name: string;
  readonly mountPath: string;
  /** More options of the driver. */
  readonly options?: readonly string[];
}

/** Fails where the source of a Model cannot be read, or something beside it would have to run. */
export function checkSource(resource: Resource, platform: PlatformSpec): void {
  const source = sourceOf(resource);
  if (!source) return;
  const { spec } = resource;
  const beside = ['image', 'build', 'code', 'model', 'dataset'].find((field) => field in spec);
  if (beside) throw new ExpandError(`source is set and ${beside} too, but nothing runs for files that are there already; leave one of them out`);
  const problem = sourceProblem(source, { platform, namespace: namespaceOf(resource) });
  if (problem) throw new ExpandError(problem);
}

/** Why those in a namespace cannot read a source, and how to fix it; `undefined` if they can. */
export function sourceProblem(source: ModelSourceSpec, reader: SourceReader): string | undefined {
  const { bucket, claim, image } = source;
  if ([bucket, claim, image].filter((each) => each !== undefined).length !== 1) {
    return `source has ${Object.keys(source).join(' and ') || 'nothing'}; give exactly one of bucket, claim and image`;
  }
  if (bucket) return bucketProblem(bucket.url, reader);
  return claim ? claimProblem(claim.name) : imageProblem(reader.platform);
}

function claimProblem(name: string): string | undefined {
  const owned = claimConflict(name);
  return owned && `source.claim.name is ${name}, which has ${owned}; refer to the model or dataset itself`;
}

function bucketProblem(url: string, { platform, namespace }: SourceReader): string | undefined {
  const { title, otherBuckets } = cloudNamed(platform.cloud);
  const scheme = otherBuckets?.scheme(platform);
  if (!otherBuckets || scheme === undefined || !url.startsWith(`${scheme}://`)) return wrongScheme(url, title, scheme);
  const problem = otherBuckets.urlProblem?.(url);
  if (problem) return `source.bucket.url is ${url}, which ${problem}`;
  if (readableBucket(url, { platform, namespace })) return undefined;
  return `source.bucket.url is ${url}, which workspace ${namespace} may not read; `
    + `give addWorkspace('${namespace}') readableBuckets: [{ url: '${url}' }]`;
}

/** Why a program that runs as its workspace cannot read a bucket; `undefined` if it can, or if the cloud does not tell. */
export function readProblem(url: string, { platform, namespace }: SourceReader): string | undefined {
  const { title, otherBuckets } = cloudNamed(platform.cloud);
  if (!otherBuckets || readableBucket(url, { platform, namespace })) return undefined;
  const scheme = otherBuckets.scheme(platform);
  if (scheme === undefined) return `param url is ${url}, but on ${title} a workspace reads no bucket but its own; give credentials in runtimeEnv`;
  if (!url.startsWith(`${scheme}://`)) return `param url is ${url}, but on ${title} a workspace reads only ${scheme}:// as itself; give credentials in runtimeEnv`;
  return `param url is ${url}, which workspace ${namespace} may not read; `
    + `give addWorkspace('${namespace}') readableBuckets: [{ url: '${url}' }], or credentials in runtimeEnv`;
}

function wrongScheme(url: string, title: string, scheme?: string): string {
  const buckets = scheme === undefined ? 'no bucket but its own' : `only ${scheme}:// here`;
  return `source.bucket.url is ${url}, but ${title} reads ${buckets}; copy the files there, or import them with an image that downloads them`;
}

function imageProblem(platform: PlatformSpec): string | undefined {
  if (isAtLeast(platform, IMAGE_VOLUME_VERSION)) return undefined;
  const { kubernetesVersion } = platform;
  const version = kubernetesVersion === undefined ? `names none, which counts as ${DEFAULT_VERSION}` : `has ${kubernetesVersion}`;
  return `source.image needs Kubernetes ${IMAGE_VOLUME_VERSION}, but the platform ${version}; `
    + `set kubernetesVersion: '${IMAGE_VOLUME_VERSION}' where the cluster is as new, or give the files in a bucket or on a claim`;
}

/** The bucket of a workspace that a URL is in: the one that says most of it. */
function readableBucket(url: string, { platform, namespace }: SourceReader): ReadableBucketSpec | undefined {
  const { readableBuckets = [] } = workspaceOf(platform, namespace) ?? {};
  const holds = (bucket: ReadableBucketSpec) => url === bucket.url || url.startsWith(`${bucket.url}/`);
  return readableBuckets.filter(holds).sort((a, b) => b.url.length - a.url.length)[0];
}

/** Whether a source is mounted as it is, and never copied. */
export function isOnlyMounted(source?: ModelSourceSpec): boolean {
  return source !== undefined && source.bucket === undefined;
}

/** Mounts a source read-only. */
export function mountedSource(source: ModelSourceSpec, { name, mountPath, options }: SourceTarget, reader: SourceReader): PodPart {
  const { claim, image } = source;
  const path = (claim ?? image)?.path;
  const volumeMounts = [{ name, mountPath, ...(path && { subPath: path }), readOnly: true }];
  if (claim) return { volumes: [{ name, persistentVolumeClaim: { claimName: claim.name, readOnly: true } }], volumeMounts };
  if (image) return { volumes: [imageVolume(name, image)], volumeMounts };
  const { bucket, folder, buckets } = bucketOf(source, reader);
  return buckets.mount({ name, mountPath, bucket, path: folder, ...(options && { options }) }, reader.platform);
}

/** What rclone needs to copy a source that is in a bucket. */
export function sourceStore(source: ModelSourceSpec, reader: SourceReader): ReturnType<OtherBuckets['store']> {
  const { bucket, buckets } = bucketOf(source, reader);
  return buckets.store(reader.platform, bucket, reader.namespace);
}

interface FoundBucket {
  readonly bucket: ReadableBucketSpec;
  /** Folder below that of the bucket. */
  readonly folder: string;
  readonly buckets: OtherBuckets;
}

function bucketOf(source: ModelSourceSpec, reader: SourceReader): FoundBucket {
  const url = sourceUrl(source);
  const bucket = readableBucket(url, reader);
  const { otherBuckets: buckets } = cloudNamed(reader.platform.cloud);
  if (!bucket || !buckets) throw new ExpandError(sourceProblem(source, reader) ?? `${url} cannot be read`);
  return { bucket, buckets, folder: url.slice(bucket.url.length + 1) };
}

/** The types of Kubernetes 1.30 do not know it. */
function imageVolume(name: string, { reference }: ImageSource): Volume {
  const volume: Volume & { readonly image: { readonly reference: string } } = { name, image: { reference } };
  return volume;
}
