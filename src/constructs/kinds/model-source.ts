import { areFolders, isBucketUrl } from '../../api/model-source';
import type { ModelSourceSpec } from '../../api/model-source';
import { isDns1123Label, isImageReference } from '../../api/names';
import { formatValue } from '../checks/format-value';
import { tokenProblem } from '../checks/guard';
import { knownProps, optionsProblem } from '../checks/known-props';

/** Which part of a volume or an image is the model. */
export interface ModelSourceOptions {
  /**
   * Folder with the files of the model.
   *
   * @default - all of it
   */
  readonly path?: string;
}

const OPTIONS = knownProps<ModelSourceOptions>({ path: true });

/** Where the files of a model are that are there already. They are read where they are, and never changed or deleted. */
export class ModelSource {
  /**
   * A bucket, or a folder in it, by its URL: `gs://bucket/folder`, `s3://bucket/folder`, `az://account/container/folder`, or on a local
   * cluster with a directory `file:///directory`. The workspace must be allowed to read it: `readableBuckets` of `addWorkspace`.
   */
  public static bucket(url: string): ModelSource {
    const problem = tokenProblem({ url });
    if (problem) throw new Error(problem);
    const plain = typeof url === 'string' ? url.replace(/\/+$/, '') : url;
    if (typeof plain === 'string' && isBucketUrl(plain)) return new ModelSource({ bucket: { url: plain } });
    throw new Error(`url is ${withoutSecrets(url)}; give scheme, bucket and folders, for example s3://acme-weights/llama, of letters, digits, - . _ = and +, `
      + 'without user, password and query');
  }

  /** A PersistentVolumeClaim in the namespace of the Model. It is mounted read-only, by pods of that namespace alone. */
  public static claim(claimName: string, options: ModelSourceOptions = {}): ModelSource {
    if (typeof claimName !== 'string' || !claimName.split('.').every(isDns1123Label)) {
      throw new Error(`claimName is ${formatValue(claimName)}; give the metadata.name of a PersistentVolumeClaim`);
    }
    return new ModelSource({ claim: { name: claimName, ...pathOf('claim', options) } });
  }

  /**
   * An image whose files are the model, mounted as a volume: Kubernetes 1.35 and newer. Pods pull it with their `imagePullSecrets`.
   */
  public static image(reference: string, options: ModelSourceOptions = {}): ModelSource {
    if (typeof reference !== 'string' || !isImageReference(reference)) {
      throw new Error(`reference is ${formatValue(reference)}; give an image, for example registry.example.com/acme/llama:1, without scheme and spaces`);
    }
    return new ModelSource({ image: { reference, ...pathOf('image', options) } });
  }

  private constructor(
    /** @internal */
    public readonly _spec: ModelSourceSpec,
  ) {}
}

function pathOf(owner: string, options: ModelSourceOptions): ModelSourceOptions {
  const problem = optionsProblem(owner, options, OPTIONS) ?? tokenProblem(options);
  if (problem) throw new Error(problem);
  const path: unknown = options.path;
  if (path === undefined) return {};
  const plain = typeof path === 'string' ? path.replace(/\/+$/, '') : path;
  if (typeof plain === 'string' && areFolders(plain)) return { path: plain };
  throw new Error(`path is ${formatValue(path)}; give folders with a / between, of letters, digits, - . _ = and +, without / first and without ..`);
}

/** What stands before @ and after ? may be a credential, and the message is printed. */
function withoutSecrets(url: unknown): string {
  return typeof url === 'string' && /[@?#]/.test(url) ? 'one with @, ? or # in it' : formatValue(url);
}
