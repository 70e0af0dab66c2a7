import type { ArchiveSpec } from '../../api/archive';
import { Archive } from '../archive/archive';
import type { DirectoryOptions } from '../archive/archive';

/** Files for a program to run, for which no image has to be built. */
export class Code {
  /**
   * A folder of this machine. It is packed when this is called, and travels with the manifests: the container finds its files in
   * `/content/src`, read-only. The same files are the same recipe, whenever and wherever they are packed. A `.dockerignore` in the folder
   * says what to leave out; files that look like credentials are refused.
   */
  public static directory(path: string, options: DirectoryOptions = {}): Code {
    return new Code(Archive.pack(path, options, {
      factory: 'Code.directory', prefix: 'code', remedy: 'build an image with Build.git',
    }));
  }

  private constructor(
    /** @internal */
    public readonly _archive: Archive,
  ) {}

  /** `sha256:` and the SHA-256 of the packed folder. */
  public get digest(): string {
    return this._archive.spec.digest;
  }

  /** @internal */
  public get _spec(): ArchiveSpec {
    return this._archive.spec;
  }
}
