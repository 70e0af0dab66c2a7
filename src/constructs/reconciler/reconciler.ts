import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import type { PlatformSpec } from '../../api/platform';
import { DEFAULT_RECONCILER_NAMESPACE } from '../../api/reconciler';
import { formatValue } from '../checks/format-value';
import { knownProps } from '../checks/known-props';
import { asValidation, ValidationError } from '../checks/validation-error';
import { Declarations } from '../kinds/declarations';
import { checkPlatformProp, checkProps } from '../kinds/props-check';
import { addDeferredObjects } from '../objects/deferred-objects';
import { deferredProblem } from '../objects/deferred-values';
import { inSyncWave } from '../objects/sync-wave';
import type { Platform } from '../platform/platform';
import type { PodDefaults } from '../platform/pod-defaults';
import { podDefaultsSpec } from '../platform/pod-defaults-checks';
import { provideContext } from '../platform/workspace-context';
import { HEALTH_SCRIPT, healthEntries } from './argo-health';
import { CustomResourceDefinitions } from './custom-resource-definitions';
import {
  checkBoolean, checkCpu, checkFlowSchema, checkImage, checkMemory, checkNamespace, checkPodMonitor, checkReach, checkReplicas,
} from './reconciler-checks';
import type { Reach } from './reconciler-checks';
import { reconcilerObjects } from './reconciler-objects';
import { DEFAULT_MEBIBYTES, readProgram } from './reconciler-program';
import type { ReconcilerSettings } from './reconciler-settings';
import { WorkspaceRights } from './workspace-rights';

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
   * The namespaces that it works in, where these are not all workspaces of the platform. It is given rights in them alone, and in those
   * that they build in.
   *
   * @default - all workspaces of the platform, also those that are added to it later
   */
  readonly watchNamespaces?: string[];

  /**
   * Whether it works in every namespace of the cluster, workspace or not, with the rights for that in a ClusterRole. With such rights
   * it can start pods in every namespace, those of Kubernetes included.
   *
   * @default false
   */
  readonly clusterWide?: boolean;

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
   * Rules for its pods, such as tolerations, a priority class or pull secrets, over those of the platform. What they name must be in its
   * namespace. `limits` may limit its CPU; its memory is limited by `memory`.
   *
   * @default - those of the platform
   */
  readonly podDefaults?: PodDefaults;

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
  platform: true, namespace: true, image: true, replicas: true, watchNamespaces: true, clusterWide: true, rollOnUpgrade: true,
  logLevel: true, cpu: true, memory: true, podDefaults: true, networkPolicy: true, flowSchema: true, podMonitor: true,
  podMonitorLabels: true,
});

/** Before the resources, which are in wave 0. */
const DEFINITIONS_WAVE = -2;
const RECONCILER_WAVE = -1;

/** Runs the kinds in a cluster: their definitions, and the controller that reconciles them. Once in a cluster. */
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

  private readonly platform: Platform;
  private readonly checked: CheckedProps;
  private readonly rights: WorkspaceRights;

  constructor(scope: Construct, id: string, props: ReconcilerProps) {
    super(scope, id);
    Declarations.all(this); // that it is in an App comes first
    checkProps(this, props, RECONCILER_PROPS);
    const { platform } = props;
    checkPlatformProp(this, platform);
    this.platform = platform;
    this.checked = checkedProps(this, props);
    this.namespace = this.checked.namespace;
    platform._reconcilerIn(this.namespace);
    provideContext(this, { platform });
    const definitions = new CustomResourceDefinitions(this, 'Definitions', { kubernetesVersion: platform._kubernetesVersion });
    addDeferredObjects(new Construct(this, 'Objects'), () => reconcilerObjects(this.settings));
    inSyncWave(this, RECONCILER_WAVE);
    inSyncWave(definitions, DEFINITIONS_WAVE);
    this.rights = new WorkspaceRights(this, 'Rights', {
      platform: () => platform._spec, namespace: this.namespace, wave: RECONCILER_WAVE, definitions,
    });
    this.grantRights();
    Declarations.of(this).addReconciler(this, (workspace) => this.rights.onWorkspace(workspace));
    this.node.addValidation({ validate: () => [...problems(platform, this.namespace), ...this.idle(), ...this.unwatched()] });
  }

  private get settings(): ReconcilerSettings {
    const platform = this.platform._spec;
    const { clusterWide, watchNamespaces, ...settings } = this.checked;
    return { ...settings, platform, ...(!clusterWide && { namespaces: watchNamespaces ?? namespacesOf(platform) }) };
  }

  private grantRights(): void {
    const { clusterWide, watchNamespaces } = this.checked;
    if (clusterWide) return;
    watchNamespaces?.forEach((namespace) => this.rights.grant(namespace));
    this.platform._onWorkspace(({ namespace, buildNamespace }) => {
      if (!watchNamespaces) this.rights.grant(namespace);
      else if (!watchNamespaces.includes(namespace)) return;
      if (buildNamespace !== undefined) this.rights.grantBuilds(namespace, buildNamespace);
    });
  }

  /** Whether there is nothing that it could work on. */
  private idle(): string[] {
    if (this.settings.namespaces?.length !== 0) return [];
    return [`platform ${this.platform.clusterName} has no workspace, so that nothing would run; `
      + "add one with platform.addWorkspace('team-a'), or set clusterWide: true for all namespaces of the cluster"];
  }

  /** Workspaces of this App that it would not look at. */
  private unwatched(): string[] {
    const { watchNamespaces } = this.checked;
    if (!watchNamespaces) return [];
    const unwatched = this.rights.workspaces.filter((namespace) => !watchNamespaces.includes(namespace)).map((namespace) => (
      `workspace ${namespace} is not in watchNamespaces, so that nothing in it would run; name it there, or leave watchNamespaces out`
    ));
    const ofBuilds = (this.platform._spec.workspaces ?? []).flatMap(({ namespace, buildNamespace = '' }) => (
      watchNamespaces.includes(buildNamespace)
        ? [`watchNamespaces has ${buildNamespace}, in which workspace ${namespace} builds; name ${namespace} alone, which brings it along`] : []
    ));
    return [...unwatched, ...ofBuilds];
  }
}

type CheckedProps = Omit<ReconcilerSettings, 'platform' | 'namespaces'> & Reach;

/** The props with their defaults. */
function checkedProps(scope: Construct, props: ReconcilerProps): CheckedProps {
  const { namespace = DEFAULT_RECONCILER_NAMESPACE, replicas = 2, rollOnUpgrade = false, logLevel = LogLevel.INFO, cpu = 0.1 } = props;
  const { memory = Size.mebibytes(DEFAULT_MEBIBYTES), podDefaults, networkPolicy = true } = props;
  const own = checkNamespace(scope, namespace);
  if (!Object.values(LogLevel).includes(logLevel)) {
    throw new ValidationError(scope, `logLevel is ${formatValue(logLevel)}; use one of ${Object.values(LogLevel).join(', ')}`);
  }
  const image = checkImage(scope, props.image);
  return {
    namespace: own,
    replicas: checkReplicas(scope, replicas),
    ...checkReach(scope, props, own),
    rollOnUpgrade: checkBoolean(scope, 'rollOnUpgrade', rollOnUpgrade),
    logLevel,
    cpu: checkCpu(scope, cpu),
    memoryMebibytes: checkMemory(scope, memory),
    ...(podDefaults && { podDefaults: asValidation(scope, () => podDefaultsSpec(podDefaults)) }),
    networkPolicy: checkBoolean(scope, 'networkPolicy', networkPolicy),
    flowSchema: checkFlowSchema(scope, props),
    podMonitorLabels: checkPodMonitor(scope, props),
    ...(image === undefined ? { program: asValidation(scope, readProgram) } : { image }),
  };
}

/** Namespaces in which something of the kinds may run. */
function namespacesOf({ workspaces = [] }: PlatformSpec): string[] {
  return workspaces.map(({ namespace }) => namespace);
}

/** What can only be said when everything is there. */
function problems(platform: Platform, namespace: string): string[] {
  const { workspaces = [] } = platform._spec;
  const { _problem: problem } = platform;
  const isShared = workspaces.some((workspace) => workspace.namespace === namespace);
  const builder = workspaces.find(({ buildNamespace }) => buildNamespace === namespace);
  return [
    ...(problem ? [problem] : []),
    ...(isShared ? [`namespace ${namespace} is a workspace of platform ${platform.clusterName}; give the reconciler a namespace of its own`] : []),
    ...(builder ? [`namespace ${namespace} is where workspace ${builder.namespace} builds; give the reconciler a namespace of its own`] : []),
    ...workspaces.flatMap((workspace) => deferredProblem(platform, workspace.namespace) ?? []),
  ];
}
