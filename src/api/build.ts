/** `spec.build`: what an image is built from. Exactly one of the three. */
import type { ArchiveSpec } from './archive';

export interface BuildSpec {
  readonly git?: GitSpec;
  /** Of the namespace that the workspace builds in. */
  readonly archive?: ArchiveSpec;
  readonly upload?: UploadSpec;
}

export interface GitSpec {
  readonly url: string;
  /** Folder of the build context in the repository. */
  readonly path?: string;
  readonly tag?: string;
  readonly branch?: string;
}

export interface UploadSpec {
  readonly md5Checksum: string;
  readonly requestID: string;
}
