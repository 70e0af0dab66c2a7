import { ApiObject, Chart, DependencyGraph } from 'cdk8s';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { isDns1123Label } from '../../api/names';
import { expandWorkspace, workspaceNamespaces } from '../../expand';
import type { KubeObject } from '../../expand';
import { formatValue } from '../checks/format-value';
import { knownProps } from '../checks/known-props';
import { ValidationError } from '../checks/validation-error';
import { addDeferredObjects } from '../objects/deferred-objects';
import { deferredProblem } from '../objects/deferred-values';
import type { PodSecurity } from '../platform/access';
import type { Platform } from '../platform/platform';
import { provideContext } from '../platform/workspace-context';
import { Declarations } from './declarations';
import { checkPlatformProp, checkProps } from './props-check';

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
   * Whether the Namespace is written too, and the one that its images are built in. If not, both must exist already, and the Pod Security
   * Standard of the one for builds must be `privileged`.
   *
   * @default true
   */
  readonly createNamespace?: boolean;

  /**
   * The Pod Security Standard that the Namespace is held to, and that its kinds meet where they do not say another. One that builds in
   * itself only warns.
   *
   * @default PodSecurity.BASELINE
   */
  readonly podSecurity?: PodSecurity;

  /**
   * Labels of everything in it.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;
}

const WORKSPACE_PROPS = knownProps<WorkspaceProps>({
  platform: true, namespace: true, createNamespace: true, podSecurity: true, labels: true,
});

/** A namespace made ready for the kinds, and the Chart that they are declared in. */
export class Workspace extends Chart {
  /** The cluster. */
  public readonly platform: Platform;

  /** The namespace. */
  public readonly workspaceName: string;

  private readonly declarations: Declarations;
  /** Its state when the App was last validated; none once it was rendered. */
  private validated?: string;

  constructor(scope: Construct, id: string, props: WorkspaceProps) {
    super(scope, id, { namespace: props?.namespace ?? id, labels: props?.labels });
    Declarations.all(this); // that it is in an App comes first
    checkProps(this, props, WORKSPACE_PROPS);
    const { platform, namespace = id, createNamespace = true, podSecurity } = props;
    if (typeof namespace !== 'string' || !isDns1123Label(namespace)) {
      throw new ValidationError(this, `namespace is ${formatValue(namespace)}; use lower-case letters, digits and - inside, 63 characters at most`);
    }
    checkPlatformProp(this, platform);
    if (namespace === 'default' && createNamespace) {
      throw new ValidationError(this, "namespace is 'default', which every cluster has already; set createNamespace: false");
    }
    this.platform = platform;
    this.workspaceName = namespace;
    provideContext(this, { platform, podSecurity });
    /* Made now, so that what it holds comes before all that needs it, also where the platform learns of the workspace later. */
    const ground = new Construct(this, 'Workspace');
    this.declarations = Declarations.of(this);
    this.declarations.addWorkspace({ construct: this, namespace }, () => this.problems());
    this.node.addValidation({
      validate: () => {
        this.validated = this.stateOf(this.node.findAll());
        return [];
      },
    });
    platform._onWorkspace((workspace) => {
      if (workspace.namespace !== namespace) return;
      const { buildNamespace } = workspace;
      const isForBuilds = ({ metadata }: KubeObject) => buildNamespace !== undefined && metadata?.namespace === buildNamespace;
      if (createNamespace) addDeferredObjects(ground, () => workspaceNamespaces(platform._spec, namespace, podSecurity));
      addDeferredObjects(ground, () => expandWorkspace(platform._spec, namespace).filter((object) => !isForBuilds(object)));
      if (buildNamespace !== undefined) {
        addDeferredObjects(new Construct(ground, 'Builds'), () => expandWorkspace(platform._spec, namespace).filter(isForBuilds));
      }
    });
  }

  /**
   * Renders the workspace to Kubernetes objects, after validation of its App.
   *
   * cdk8s validates and links the whole App again for every chart of it, which takes most of the time of an App with many.
   * A workspace that has just been validated with its App, and has not grown since, is not looked at again.
   */
  public toJson(): unknown[] {
    const all = this.node.findAll();
    const isValidated = this.validated !== undefined && this.validated === this.stateOf(all);
    const json = isValidated ? this.ownObjects(all).map((object): unknown => object.toJson()) : super.toJson();
    this.validated = undefined;
    return json;
  }

  /** Changes with whatever is declared in it, and with what is checked across the App. */
  private stateOf(all: readonly IConstruct[]): string {
    return `${all.length}/${this.declarations.revision}`;
  }

  /** In the order of what they depend on, as cdk8s has it; those of charts inside it are theirs. */
  private ownObjects(all: readonly IConstruct[]): ApiObject[] {
    const hasOrder = all.some(({ node }) => node.dependencies.length > 0);
    const ordered = hasOrder ? new DependencyGraph(this.node).topology() : all;
    return ordered.filter((construct): construct is ApiObject => ApiObject.isApiObject(construct) && Chart.of(construct) === this);
  }

  private problems(): string[] {
    const spec = this.platform._spec;
    if (!spec.workspaces?.some(({ namespace }) => namespace === this.workspaceName)) {
      return [this.platform._unknownWorkspace(this.workspaceName)];
    }
    const { _problem: problem } = this.platform;
    if (problem) return [problem];
    const unknown = this.platform._unknownReads(this.workspaceName);
    if (unknown) return [unknown];
    const late = deferredProblem(this.platform, this.workspaceName);
    return late ? [late] : [];
  }
}
