import { Chart, Size } from 'cdk8s';
import { Construct } from 'constructs';
import { knownProps } from '../checks/known-props';
import { shown } from '../checks/shown';
import { asValidation, ValidationError } from '../checks/validation-error';
import { Declarations } from '../kinds/declarations';
import type { DeclaredWorkspace } from '../kinds/declarations';
import { checkPlatformProp, checkProps } from '../kinds/props-check';
import { addLateObjects } from '../objects/late-objects';
import { lateProblem } from '../objects/late-values';
import { inSyncWave } from '../objects/sync-wave';
import type { Platform } from '../platform/platform';
import { provideContext } from '../platform/workspace-context';
import { HEALTH_SCRIPT, healthEntries } from './argo-health';
import { CustomResourceDefinitions } from './custom-resource-definitions';
import {
  checkBoolean, checkCpu, checkFlowSchema, checkImage, checkMemory, checkNamespace, checkPodMonitor, checkReplicas, checkWatched,
} from './reconciler-checks';
import { reconcilerObjects } from './reconciler-objects';
import { DEFAULT_MEBIBYTES, readProgram } from './reconciler-program';
import { watchedRole } from './reconciler-roles';
import type { ReconcilerSettings } from './reconciler-settings';

/** How much the reconciler says of what it does. */
export enum LogLevel {
  /** Every step. */
  DEBUG = 'debug',
  /** Every change. */
  INFO = 'info',
  /** What may need attention. */
  WARN = 'warn',
  /** What has failed. */
  ERROR = 'error',
}

/** How the reconciler runs. */
export interface ReconcilerProps {
  /** The cluster. What is added to it later, pools and workspaces, is in it too. */
  readonly platform: Platform;

  /**
   * The namespace that it runs in, which is its own: it is made, and no workspace may be in it.
   *
   * @default 'substratus'
   */
  readonly namespace?: string;

  /**
   * An image that has the program in it, as `assets/Dockerfile` of the package builds it. To run Node's own image from a registry
   * of yours, name that in `images` of the platform instead.
   *
   * @default - Node's own image, and the program from a ConfigMap
   */
  readonly image?: string;

  /**
   * How many run. One of them works; the others stand by to take over.
   *
   * @default 2
   */
  readonly replicas?: number;

  /**
   * The namespaces that it keeps to. It is given rights in them alone.
   *
   * @default - all
   */
  readonly watchNamespaces?: string[];

  /**
   * Whether a new version of this library restarts Servers and Notebooks that it would write otherwise. If not, they say `Outdated`.
   *
   * @default false
   */
  readonly rollOnUpgrade?: boolean;

  /**
   * How much it says.
   *
   * @default LogLevel.INFO
   */
  readonly logLevel?: LogLevel;

  /**
   * Cores that it asks for. It may use more.
   *
   * @default 0.1
   */
  readonly cpu?: number;

  /**
   * Memory that it asks for, which is also its limit. The default is enough for 10,000 resources.
   *
   * @default Size.mebibytes(256)
   */
  readonly memory?: Size;

  /**
   * Whether a NetworkPolicy holds it to what it needs: the API server on the ports 443 and 6443, DNS, notebooks, and being asked
   * for metrics.
   *
   * @default true
   */
  readonly networkPolicy?: boolean;

  /**
   * Whether a FlowSchema puts its requests on the API server's priority level `workload-high`, so that they, and its Lease, do not
   * wait for those of all other ServiceAccounts. Needs Kubernetes 1.29.
   *
   * @default false
   */
  readonly flowSchema?: boolean;

  /**
   * Whether a PodMonitor of the Prometheus operator is written.
   *
   * @default false
   */
  readonly podMonitor?: boolean;

  /**
   * Labels of the PodMonitor, by which a Prometheus finds it.
   *
   * @default - none of its own
   */
  readonly podMonitorLabels?: Record<string, string>;
}

const RECONCILER_PROPS = knownProps<ReconcilerProps>({
  platform: true, namespace: true, image: true, replicas: true, watchNamespaces: true, rollOnUpgrade: true, logLevel: true, cpu: true,
  memory: true, networkPolicy: true, flowSchema: true, podMonitor: true, podMonitorLabels: true,
});

/** Before the resources, which are in wave 0. */
const DEFINITIONS_WAVE = -2;
const RECONCILER_WAVE = -1;

/** Runs the kinds in a cluster: their definitions, and the program that makes them come true. Once in a cluster. */
export class Reconciler extends Construct {
  /**
   * A script in Lua by which Argo CD tells how a resource is: `Progressing`, `Healthy`, `Suspended` or `Degraded`. Without it Argo CD
   * takes every resource for healthy, and waits for none.
   */
  public static argoHealthScript(): string {
    return HEALTH_SCRIPT;
  }

  /** The same as entries of Argo CD's ConfigMap `argocd-cm`, one a kind; in its Helm chart they go to `configs.cm`. */
  public static argoHealthChecks(): Record<string, string> {
    return healthEntries();
  }

  /** The namespace that it runs in. */
  public readonly namespace: string;

  private readonly settings: () => ReconcilerSettings;
  private readonly workspaces: string[] = [];

  constructor(scope: Construct, id: string, props: ReconcilerProps) {
    super(scope, id);
    Declarations.all(this); // that it is in an App comes first
    checkProps(this, props, RECONCILER_PROPS);
    const { platform } = props;
    checkPlatformProp(this, platform);
    const checked = checkedProps(this, props);
    this.settings = () => ({ ...checked, platform: platform._spec });
    this.namespace = checked.namespace;
    provideContext(this, { platform });
    const definitions = new CustomResourceDefinitions(this, 'Definitions');
    addLateObjects(new Construct(this, 'Objects'), () => reconcilerObjects(this.settings()));
    for (const watched of checked.watchNamespaces) this.addRole(new Construct(this, roleId(watched)), watched);
    inSyncWave(this, RECONCILER_WAVE);
    inSyncWave(definitions, DEFINITIONS_WAVE);
    Declarations.of(this).addReconciler(this, (workspace) => this.onWorkspace(workspace, definitions));
    this.node.addValidation({ validate: () => [...problems(platform, this.namespace), ...this.unwatched(checked.watchNamespaces)] });
  }

  /** A workspace is applied after the definitions, and holds the rights in it: before it is there, nothing can. */
  private onWorkspace({ construct, namespace }: DeclaredWorkspace, definitions: CustomResourceDefinitions): void {
    this.workspaces.push(namespace);
    const isInside = construct.node.scopes.includes(Chart.of(this)); // a Chart comes after those inside it
    if (!isInside) construct.node.addDependency(definitions);
    if (this.node.tryRemoveChild(roleId(namespace))) this.addRole(new Construct(construct, 'Reconciler'), namespace);
  }

  /** Workspaces of this App that it would not look at. */
  private unwatched(watched: readonly string[]): string[] {
    if (watched.length === 0) return [];
    return this.workspaces.filter((namespace) => !watched.includes(namespace)).map((namespace) => (
      `workspace ${namespace} is not in watchNamespaces, so that nothing in it would run; name it there, or leave watchNamespaces out`
    ));
  }

  private addRole(scope: Construct, watched: string): void {
    addLateObjects(scope, () => watchedRole(this.settings().platform, this.namespace, watched));
  }
}

function roleId(watched: string): string {
  return `Role-${watched}`;
}

/** The props with their defaults. */
function checkedProps(scope: Construct, props: ReconcilerProps): Omit<ReconcilerSettings, 'platform'> {
  const { namespace = 'substratus', replicas = 2, rollOnUpgrade = false, logLevel = LogLevel.INFO, cpu = 0.1 } = props;
  const { memory = Size.mebibytes(DEFAULT_MEBIBYTES), networkPolicy = true } = props;
  const own = checkNamespace(scope, namespace);
  if (!Object.values(LogLevel).includes(logLevel)) {
    throw new ValidationError(scope, `logLevel is ${shown(logLevel)}; use one of ${Object.values(LogLevel).join(', ')}`);
  }
  const image = checkImage(scope, props.image);
  return {
    namespace: own,
    replicas: checkReplicas(scope, replicas),
    watchNamespaces: checkWatched(scope, props.watchNamespaces, own),
    rollOnUpgrade: checkBoolean(scope, 'rollOnUpgrade', rollOnUpgrade),
    logLevel,
    cpu: checkCpu(scope, cpu),
    memoryMebibytes: checkMemory(scope, memory),
    networkPolicy: checkBoolean(scope, 'networkPolicy', networkPolicy),
    flowSchema: checkFlowSchema(scope, props),
    podMonitorLabels: checkPodMonitor(scope, props),
    ...(image === undefined ? { program: asValidation(scope, readProgram) } : { image }),
  };
}

/** What can only be said when everything is there. */
function problems(platform: Platform, namespace: string): string[] {
  const { workspaces = [] } = platform._spec;
  const { _problem: problem } = platform;
  const isShared = workspaces.some((workspace) => workspace.namespace === namespace);
  return [
    ...(problem ? [problem] : []),
    ...(isShared ? [`namespace ${namespace} is a workspace of platform ${platform.clusterName}; give the reconciler a namespace of its own`] : []),
    ...workspaces.flatMap((workspace) => lateProblem(platform, workspace.namespace) ?? []),
  ];
}
