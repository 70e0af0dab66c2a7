import type { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { NotebookResource } from '../../api/resource';
import { parseEnvValue } from '../../api/secret-expression';
import { notebookName, TOKEN_HIDES_ACTIVITY, tokenSecretName } from '../../expand';
import { knownProps } from '../checks/known-props';
import { checkPath } from '../checks/path';
import { duration } from '../checks/size';
import { ValidationError } from '../checks/validation-error';
import type { Access } from '../platform/access';
import type { IDataset, IModel } from './artifacts';
import { Declarations } from './declarations';
import { declare } from './declare';
import { checkProps } from './props-check';
import { checkImportedName, namespaceAt, resolveReferences } from './references';
import { ResourceObject } from './resource-object';
import { storageSpec } from './storage';
import type { StorageOptions } from './storage';
import type { Workbench } from './workbench';
import { commonSpec, WORKLOAD_PROPS } from './workload';
import type { WorkloadProps } from './workload';

/** A notebook server. */
export interface INotebook extends IConstruct {
  /** Name of the Notebook. */
  readonly notebookName: string;

  /** Namespace of the Notebook. */
  readonly notebookNamespace: string;
}

/** What is known of a Notebook that is declared elsewhere. */
export interface NotebookAttributes {
  /** Name of the Notebook. */
  readonly notebookName: string;

  /**
   * Namespace of the Notebook.
   *
   * @default - that of the chart
   */
  readonly notebookNamespace?: string;
}

/** How a notebook runs, but for its model. */
export interface NotebookOptions extends WorkloadProps {
  /**
   * A dataset to look into, at `/content/data`.
   *
   * @default - none
   */
  readonly dataset?: IDataset;

  /**
   * How the inputs are read.
   *
   * @default - Access.STREAM where the platform can mount its bucket, else Access.DOWNLOAD
   */
  readonly access?: Access;

  /**
   * More options of the driver that mounts the inputs, for example `file-cache:max-size-mb:-1` of Cloud Storage FUSE. Google Cloud only:
   * elsewhere all inputs of a workspace are mounted through one volume, whose options they share.
   *
   * @default - those that suit files which never change
   */
  readonly mountOptions?: string[];

  /**
   * The disk of `/content/work` and `/content/artifacts`. It survives suspension and eviction.
   *
   * @default - 20 GiB in the cluster's default StorageClass
   */
  readonly storage?: StorageOptions;

  /**
   * The ready-made program to work in.
   *
   * @default - Workbench.jupyter(), unless there is an `image`, an `imageBuild` or a `command`
   */
  readonly workbench?: Workbench;

  /**
   * Path that answers with a 2xx status, without a token, when the notebook is ready. For a `command` of your own, or a base URL.
   *
   * @default '/api'
   */
  readonly readinessPath?: string;

  /**
   * Suspended after this long without activity.
   *
   * @default - never
   */
  readonly idleTimeout?: Duration;

  /**
   * Whether a running notebook restarts, and so loses its kernels, as soon as something about it has changed, such as its model.
   *
   * @default false - it runs on and is `Outdated`; it takes the change when it starts next, or when you ask for it
   */
  readonly restartOnChange?: boolean;
}

/** How a notebook runs. */
export interface NotebookProps extends NotebookOptions {
  /**
   * A model to look into, at `/content/model`.
   *
   * @default - none
   */
  readonly model?: IModel;
}

const NOTEBOOK_PROPS = knownProps<NotebookProps>({
  ...WORKLOAD_PROPS, model: true, dataset: true, access: true, mountOptions: true, storage: true, readinessPath: true, idleTimeout: true,
  restartOnChange: true, workbench: true,
});
const NOTEBOOK_ATTRIBUTES = knownProps<NotebookAttributes>({ notebookName: true, notebookNamespace: true });

/** Jupyter in the environment of the other kinds: the same image, params, inputs and GPUs. */
export class Notebook extends Construct implements INotebook {
  /** References a Notebook that is declared elsewhere. */
  public static fromNotebookAttributes(scope: Construct, id: string, attributes: NotebookAttributes): INotebook {
    return new ImportedNotebook(scope, id, attributes);
  }

  public readonly notebookName: string;
  public readonly notebookNamespace: string;

  /** Name of the Service, and of the Deployment behind it. */
  public readonly serviceName: string;

  /** Name of the Secret with Jupyter's token, at the key `token`. */
  public readonly tokenSecretName: string;

  constructor(scope: Construct, id: string, props: NotebookProps) {
    super(scope, id);
    const declarations = Declarations.of(this);
    checkProps(this, props, NOTEBOOK_PROPS);
    const { storage, readinessPath, idleTimeout, restartOnChange } = props;
    checkToken(this, props);
    checkPath(this, 'readinessPath', readinessPath);
    const { spec: inputs, references } = resolveReferences(this, props);
    const spec = {
      ...commonSpec(this, 'Notebook', props),
      ...inputs,
      ...(storage && { storage: storageSpec(this, 'storage', storage) }),
      ...(readinessPath !== undefined && { readinessPath }),
      ...(idleTimeout !== undefined && { idleTimeout: duration(this, 'idleTimeout', idleTimeout) }),
      ...(restartOnChange !== undefined && { restartOnChange }),
    };
    const object = new ResourceObject(this, { kind: 'Notebook', spec, metadata: props.metadata, onPatch: () => declarations.changed() });
    this.notebookName = object.name;
    this.notebookNamespace = object.namespace;
    this.serviceName = notebookName(object.declared as NotebookResource);
    this.tokenSecretName = tokenSecretName(object.declared as NotebookResource);
    declare({ construct: this, object, references }, declarations);
  }
}

class ImportedNotebook extends Construct implements INotebook {
  public readonly notebookName: string;
  public readonly notebookNamespace: string;

  constructor(scope: Construct, id: string, attributes: NotebookAttributes) {
    super(scope, id);
    checkProps(this, attributes, NOTEBOOK_ATTRIBUTES);
    this.notebookName = attributes.notebookName;
    this.notebookNamespace = attributes.notebookNamespace ?? namespaceAt(this);
    checkImportedName(this, { name: this.notebookName, namespace: this.notebookNamespace });
  }
}

/** Anyone who can reach a notebook and knows its token can run anything in it. */
function checkToken(scope: Construct, { env = {}, runtimeEnv = {}, idleTimeout }: NotebookOptions): void {
  const misplaced = ['NOTEBOOK_TOKEN', 'JUPYTER_TOKEN'].find((name) => runtimeEnv[name] !== undefined);
  if (misplaced) throw new ValidationError(scope, `runtimeEnv ${misplaced} is set; leave it out for a random token, or set NOTEBOOK_TOKEN in env`);
  const { NOTEBOOK_TOKEN: token, JUPYTER_TOKEN: jupyter } = env;
  if (jupyter !== undefined) throw new ValidationError(scope, 'env JUPYTER_TOKEN is set; set NOTEBOOK_TOKEN, which it follows');
  if (token !== undefined && parseEnvValue(token).type === 'literal') {
    throw new ValidationError(scope, 'env NOTEBOOK_TOKEN is plain text; leave it out for a random token, or write ${{ secrets.<name>.<key> }}');
  }
  if (token !== undefined && idleTimeout !== undefined) throw new ValidationError(scope, TOKEN_HIDES_ACTIVITY);
}
