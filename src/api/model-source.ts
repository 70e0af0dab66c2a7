/** `spec.source` of a Model: where files are that are there already. */

/** Exactly one of the three. */
export interface ModelSourceSpec {
  readonly bucket?: BucketSource;
  readonly claim?: ClaimSource;
  readonly image?: ImageSource;
}

/** A bucket, or a folder in it. */
export interface BucketSource {
  /** Such as `s3://bucket/folder`, without a slash at its end. */
  readonly url: string;
}

/** A PersistentVolumeClaim of the namespace. */
export interface ClaimSource {
  readonly name: string;
  /** Folder on the volume. Default: all of it. */
  readonly path?: string;
}

/** An image whose files are the model. */
export interface ImageSource {
  readonly reference: string;
  /** Folder in the image. Default: all of it. */
  readonly path?: string;
}

/** One folder, which is neither `.` nor `..`, of characters that mean nothing in mount options and in patterns of access policies. */
const FOLDER = '[.]?[A-Za-z0-9_=+-][A-Za-z0-9._=+-]*';

/** Folders with a slash between them. */
export const FOLDERS_PATTERN = `^${FOLDER}(/${FOLDER})*$`;

/** A bucket and folders in it, or on a local cluster a directory: without user, query and fragment, in which credentials stand. */
export const BUCKET_URL_PATTERN = `^([a-z][a-z0-9]*://[a-z0-9][a-z0-9._-]*(/${FOLDER})*|file://(/${FOLDER})+)$`;

const BUCKET_URL = new RegExp(BUCKET_URL_PATTERN);
const FOLDERS = new RegExp(FOLDERS_PATTERN);

export function isBucketUrl(text: string): boolean {
  return BUCKET_URL.test(text);
}

export function areFolders(text: string): boolean {
  return FOLDERS.test(text);
}

/** One URL for each source, for a status: that of the bucket, or one with the scheme `pvc` or `oci`. */
export function sourceUrl({ bucket, claim, image }: ModelSourceSpec): string {
  if (bucket) return bucket.url;
  const [scheme, root, path] = claim ? ['pvc', claim.name, claim.path] : ['oci', image?.reference, image?.path];
  return `${scheme}://${[root, path].filter(Boolean).join('/')}`;
}
