import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { isDns1123Label } from '../api/names';
import { expandWorkspace, missingValues, workspaceNamespace } from '../expand';
import type { KubeObject } from '../expand';
import { clusterScoped } from './cluster-scoped';
import { Declarations } from './declarations';
import type { Platform } from './platform';
import { providePlatform } from './platform-context';
import { ValidationError } from './validation-error';

/** Kinds that have no namespace, on which a Chart would stamp its own. */
const CLUSTER_SCOPED = ['Namespace', 'PersistentVolume'];

/** How a namespace is made ready. */
export interface WorkspaceProps {
  /** The cluster. It must know the namespace: `platform.addWorkspace(namespace)`, before or after this. */
  readonly platform: Platform;

  /**
   * The namespace.
   *
   * @default - the construct id
   */
  readonly namespace?: string;

  /**
   * Whether the Namespace is written too. If not, somebody else must have made it.
   *
   * @default true
   */
  readonly createNamespace?: boolean;

  /**
   * Labels of everything in it.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;
}

/** A namespace made ready for the kinds, and the Chart that they are declared in. */
export class Workspace extends Chart {
  /** The cluster. */
  public readonly platform: Platform;

  /** The namespace. */
  public readonly workspaceName: string;

  constructor(scope: Construct, id: string, props: WorkspaceProps) {
    const { platform, namespace = id, createNamespace = true, labels } = props;
    super(scope, id, { namespace, labels });
    if (!isDns1123Label(namespace)) {
      throw new ValidationError(this, `namespace is ${namespace}; use lower-case letters, digits and -, 63 characters at most`);
    }
    this.platform = platform;
    this.workspaceName = namespace;
    providePlatform(this, platform);
    Declarations.of(this);
    platform._onWorkspace((workspace) => {
      if (workspace.namespace === namespace) this.addObjects(createNamespace);
    });
    this.node.addValidation({ validate: () => this.problems() });
  }

  private addObjects(createNamespace: boolean): void {
    const spec = this.platform._spec;
    if (createNamespace) this.addObject(workspaceNamespace(spec, this.workspaceName));
    for (const object of expandWorkspace(spec, this.workspaceName)) this.addObject(object);
  }

  private addObject(object: KubeObject): void {
    const { apiVersion = '', kind = '', ...rest } = object;
    const created = new ApiObject(this, `${kind}-${object.metadata?.name ?? ''}`, { apiVersion, kind, ...rest });
    if (CLUSTER_SCOPED.includes(kind)) clusterScoped(created);
  }

  private problems(): string[] {
    const spec = this.platform._spec;
    if (!spec.workspaces?.some(({ namespace }) => namespace === this.workspaceName)) {
      return [this.platform._unknownWorkspace(this.workspaceName)];
    }
    const missing = missingValues(spec, this.workspaceName);
    if (missing.length === 0) return [];
    return [`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not known yet; deploy the cloud side first, `
      + `then give clientIds to addWorkspace('${this.workspaceName}')`];
  }
}
