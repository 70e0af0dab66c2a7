/** Files of a folder that travel with the manifests: a packed folder in an immutable ConfigMap, which a spec names with its digest. */

export interface ArchiveSpec {
  /** ConfigMap of the namespace, with the archive as `binaryData` at `ARCHIVE_KEY`. */
  readonly configMapName: string;
  /** `sha256:` and the SHA-256 of the archive, 64 hexadecimal digits. */
  readonly digest: string;
}

/** A tar archive, packed by gzip. */
export const ARCHIVE_KEY = 'archive.tar.gz';

/** Label `role` of such a ConfigMap. */
export const ARCHIVE_ROLE = 'archive';

export const ARCHIVE_DIGEST_PATTERN = '^sha256:[0-9a-f]{64}$';

/** Where the files of `spec.code` are in the container. */
export const CODE_PATH = '/content/src';
