import { declaredRuntime, givenOptions, secretToken } from './runtime-props';
import type { DeclaredRuntime } from './runtime-props';

/** Which files of a repository are loaded. */
export interface HubOptions {
  /**
   * Commit, tag or branch. Only a commit is always the same.
   *
   * @default - the main branch, as it is when the load starts
   */
  readonly revision?: string;

  /**
   * Files to load, as globs.
   *
   * @default - the files that engines read, in one format
   */
  readonly include?: string[];

  /**
   * Files to leave out, as globs.
   *
   * @default - copies in other formats
   */
  readonly exclude?: string[];

  /**
   * Token for a repository that is private or gated: `${{ secrets.<name>.<key> }}`, a key of a Secret of the namespace. Not part of the
   * recipe.
   *
   * @default - none
   */
  readonly token?: string;
}

/** How a file is loaded. */
export interface UrlOptions {
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;

  /**
   * Whether an archive is unpacked: .tar.gz, .tar.zst or .zip.
   *
   * @default true
   */
  readonly unpack?: boolean;
}

/** Where a bucket is. */
export interface BucketOptions {
  /**
   * Endpoint of a store that speaks S3.
   *
   * @default - that of the cloud
   */
  readonly endpoint?: string;

  /**
   * Region of the bucket.
   *
   * @default - the one that the store finds by itself
   */
  readonly region?: string;
}

/** A ready-made program that loads a model or a dataset: no image of yours is needed. */
export class Loader {
  /** A repository of the Hugging Face Hub, such as `Qwen/Qwen3-0.6B`. */
  public static huggingFace(repo: string, options: HubOptions = {}): Loader {
    const { token, ...settings } = givenOptions('Loader.huggingFace', options);
    return new Loader(declaredRuntime('huggingface', { repo, ...settings }, { HF_TOKEN: secretToken('Loader.huggingFace', token) }));
  }

  /** A repository of ModelScope, such as `Qwen/Qwen3-0.6B`. */
  public static modelScope(repo: string, options: HubOptions = {}): Loader {
    const { token, ...settings } = givenOptions('Loader.modelScope', options);
    return new Loader(declaredRuntime('modelscope', { repo, ...settings }, { MODELSCOPE_API_TOKEN: secretToken('Loader.modelScope', token) }));
  }

  /** One file over HTTPS, unpacked where it is an archive. */
  public static url(url: string, options: UrlOptions): Loader {
    const { sha256, unpack, ...unknown } = givenOptions('Loader.url', options);
    return new Loader(declaredRuntime('url', { url, sha256, ...(unpack !== undefined && { unpack: unpack ? 'auto' : 'no' }), ...unknown }));
  }

  /**
   * A folder of a bucket: `s3://bucket/folder`, `gs://bucket/folder` or `az://account/container/folder`. It is read as the workspace's
   * identity, which must be allowed to (`readableBuckets` of `addWorkspace`), or with credentials in `runtimeEnv`.
   */
  public static bucket(url: string, options: BucketOptions = {}): Loader {
    return new Loader(declaredRuntime('bucket', { url, ...givenOptions('Loader.bucket', options) }));
  }

  /**
   * The files of an OCI artifact or image, such as `ghcr.io/acme/model:1`. It is read with the `imagePullSecrets` of the Model or Dataset,
   * where it has some.
   */
  public static oci(reference: string): Loader {
    return new Loader(declaredRuntime('oci', { reference }));
  }

  /** A model of the Ollama library, such as `qwen3:0.6b`: one GGUF file. */
  public static ollama(model: string): Loader {
    return new Loader(declaredRuntime('ollama', { model }));
  }

  private constructor(
    /** @internal */
    public readonly _runtime: DeclaredRuntime,
  ) {}
}
