import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { definedOnly } from '../../api/defined';
import { isDns1123Label, isLabelKey, isLabelValue } from '../../api/names';
import type { PlatformSpec } from '../../api/platform';
import { DEFAULT_RECONCILER_NAMESPACE } from '../../api/reconciler';
import { envoyGatewayOf, kedaOf } from '../../expand';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';
import { ValidationError } from '../checks/validation-error';
import { checkPlatformProp, checkProps } from '../kinds/props-check';
import type { IServer } from '../kinds/server';
import { addDeferredObjects } from '../objects/deferred-objects';
import type { Platform } from '../platform/platform';
import { ruleGroups } from './alert-rules';
import type { Objective, RuleContext, RuleGroup } from './alert-rules';
import { dashboards, gatewayDashboards } from './dashboards';
import { gatewayMonitor, kedaMonitors, pickerMonitor, rateLimitMonitor } from './engine-monitors';
import type { MonitorStyle } from './engine-monitors';
import { ModelGateway } from './gateway/model-gateway';
import type { TeamSpec } from './gateway/team-spec';
import { gatewayGroups } from './gateway-rules';
import type { GatewayContext } from './gateway-rules';
import { dashboardObjects, googleObjects, operatorObjects } from './monitoring-objects';
import type { MonitoringObjects } from './monitoring-objects';
import { scalingGroups } from './scaling-rules';

/** What reads the metrics. */
export enum MonitoringSystem {
  /** The Prometheus operator, as kube-prometheus-stack installs it. */
  PROMETHEUS_OPERATOR = 'PrometheusOperator',
  /** Google Cloud Managed Service for Prometheus, with its managed collection. */
  GOOGLE_MANAGED = 'GoogleManaged',
}

/** How Servers are watched. */
export interface MonitoringProps {
  /** The cluster. Workspaces that are added to it later are watched too. */
  readonly platform: Platform;

  /**
   * What reads the metrics.
   *
   * @default MonitoringSystem.PROMETHEUS_OPERATOR
   */
  readonly system?: MonitoringSystem;

  /**
   * The namespace that monitors, rules and dashboards are written to, and whose pods, Prometheus among them, may read the metrics. It is
   * not made.
   *
   * @default 'monitoring'
   */
  readonly namespace?: string;

  /**
   * Labels of monitors and rules, by which a Prometheus finds them: `{ release: 'kube-prometheus-stack' }` for that chart.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * How many of a Server's answers may be errors (HTTP 5xx), from 0 to 1, where no objective of its own says it.
   *
   * @default 0.05
   */
  readonly errorRatio?: number;

  /**
   * Whether dashboards are written: ConfigMaps with the label `grafana_dashboard`, which Grafana's sidecar loads.
   *
   * @default true
   */
  readonly dashboards?: boolean;
}

/** What a Server promises. */
export interface ServingObjective {
  /**
   * Until the first token of an answer, for 95 of 100 requests. By the metrics of vLLM.
   *
   * @default - no alert
   */
  readonly timeToFirstToken?: Duration;

  /**
   * How many of its answers may be errors (HTTP 5xx), from 0 to 1.
   *
   * @default - that of the Monitoring
   */
  readonly errorRatio?: number;

  /**
   * How long requests may wait for a replica to start, of a Server that is scaled by its requests.
   *
   * @default Duration.minutes(15)
   */
  readonly coldStart?: Duration;
}

/** What a gateway promises, of each of its models, as clients see it. */
export interface GatewayObjective {
  /**
   * Until the first token of a streamed answer, for 95 of 100 requests, the wait for a replica included.
   *
   * @default - no alert
   */
  readonly timeToFirstToken?: Duration;

  /**
   * How many answers may be errors, from 0 to 1.
   *
   * @default - that of the Monitoring
   */
  readonly errorRatio?: number;
}

/** Its teams may be added later. */
type WatchedGateway = Omit<GatewayContext, 'teams' | 'controllerNamespace'> & { readonly teams: () => readonly TeamSpec[] };

const PROPS = knownProps<MonitoringProps>({
  platform: true, system: true, namespace: true, labels: true, errorRatio: true, dashboards: true,
});
const OBJECTIVE = knownProps<ServingObjective>({ timeToFirstToken: true, errorRatio: true, coldStart: true });
const GATEWAY_OBJECTIVE = knownProps<GatewayObjective>({ timeToFirstToken: true, errorRatio: true });
const DEFAULT_NAMESPACE = 'monitoring';
const DEFAULT_ERROR_RATIO = 0.05;
/** Where Google's collectors run, on clusters of either mode. */
const COLLECTOR_NAMESPACES = ['gmp-system', 'gke-gmp-system'];

/**
 * Watches the Servers of a cluster and its reconciler: has Prometheus read their metrics, records what dashboards show, raises alerts, and
 * lets Prometheus through the NetworkPolicies of the workspaces.
 */
export class Monitoring extends Construct {
  private readonly platform: Platform;
  private readonly errorRatio: number;
  private readonly objectives: Objective[] = [];
  private readonly gateways: WatchedGateway[] = [];
  private readonly style: MonitorStyle;
  private readonly withDashboards: boolean;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    checkProps(this, props, PROPS);
    const { platform, system = MonitoringSystem.PROMETHEUS_OPERATOR, labels = {}, dashboards: withDashboards = true } = props;
    checkPlatformProp(this, platform);
    const namespace = this.namespaceOf(props.namespace);
    this.platform = platform;
    this.errorRatio = this.ratioOf(props.errorRatio) ?? DEFAULT_ERROR_RATIO;
    this.checkSystem(system);
    this.checkLabels(labels);
    if (typeof withDashboards !== 'boolean') throw new ValidationError(this, `dashboards is ${formatValue(withDashboards)}; give true or false`);
    const isGoogle = system === MonitoringSystem.GOOGLE_MANAGED;
    for (const from of isGoogle ? COLLECTOR_NAMESPACES : [namespace]) platform.allowMonitoringFrom(from);
    const objectsOf = isGoogle ? googleObjects : operatorObjects;
    this.style = { isGoogle, namespace, labels };
    this.withDashboards = withDashboards;
    addDeferredObjects(this, () => objectsOf({ ...this.late, namespace, labels }));
    const engines = new Construct(this, 'engines');
    platform._onAddons(() => this.watchEngines(engines));
    if (withDashboards) addDeferredObjects(this, () => dashboardObjects(namespace, dashboards(this.late.reconcilerNamespace)));
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** Says what a Server promises, and with it when an alert is raised. */
  public addObjective(server: IServer, objective: ServingObjective): void {
    const { serverNamespace: namespace, serverName } = server;
    const problem = optionsProblem('addObjective', objective, OBJECTIVE);
    if (problem) throw new ValidationError(this, problem);
    const timeToFirstTokenSeconds = this.secondsOf('timeToFirstToken', objective.timeToFirstToken);
    const coldStartSeconds = this.secondsOf('coldStart', objective.coldStart);
    const errorRatio = this.ratioOf(objective.errorRatio);
    const promised = definedOnly({ timeToFirstTokenSeconds, errorRatio, coldStartSeconds });
    if (Object.keys(promised).length === 0) {
      throw new ValidationError(this, `the objective of Server ${namespace}/${serverName} is empty; give timeToFirstToken, errorRatio, coldStart, or several`);
    }
    if (this.objectives.some((known) => known.namespace === namespace && known.server === serverName)) {
      throw new ValidationError(this, `Server ${namespace}/${serverName} has an objective already; give all of it at once`);
    }
    this.objectives.push({ namespace, server: serverName, ...promised });
  }

  /** Watches a gateway: its limits, certificates, keys and quotas, and what it promises of each model. */
  public addGateway(gateway: ModelGateway, objective: GatewayObjective = {}): void {
    if (!(gateway instanceof ModelGateway)) throw new ValidationError(this, `addGateway was given ${formatValue(gateway)}; give a ModelGateway`);
    const { gatewayName: name, gatewayNamespace: namespace } = gateway;
    const problem = optionsProblem('addGateway', objective, GATEWAY_OBJECTIVE);
    if (problem) throw new ValidationError(this, problem);
    if (this.gateways.some((known) => known.name === name)) {
      throw new ValidationError(this, `gateway ${name} is watched already; call addGateway once for each, and name each otherwise`);
    }
    const timeToFirstTokenSeconds = this.secondsOf('timeToFirstToken', objective.timeToFirstToken);
    const errorRatio = this.ratioOf(objective.errorRatio) ?? this.errorRatio;
    this.gateways.push({ name, namespace, errorRatio, ...definedOnly({ timeToFirstTokenSeconds }), teams: () => gateway._teams() });
    this.watchGateway(new Construct(this, `gateway-${name}`), { name, namespace });
  }

  private watchGateway(scope: Construct, gateway: { readonly name: string; readonly namespace: string }): void {
    const { platform, style, gateways } = this;
    addDeferredObjects(scope, () => [gatewayMonitor(gateway, platform._spec, style)]);
    if (gateways.length > 1) return;
    addDeferredObjects(scope, () => [rateLimitMonitor(envoyGatewayOf(platform._spec).namespace, style)]);
    if (this.withDashboards) addDeferredObjects(scope, () => dashboardObjects(style.namespace, gatewayDashboards()));
  }

  /** Those of which the platform says that its cluster has them; called again when it says more. */
  private watchEngines(scope: Construct): void {
    const { platform, style } = this;
    const { keda, inferenceExtension } = platform._spec;
    if (keda && !scope.node.tryFindChild('keda')) {
      addDeferredObjects(new Construct(scope, 'keda'), () => kedaMonitors(kedaOf(platform._spec).namespace, style));
    }
    if (inferenceExtension && !scope.node.tryFindChild('pickers')) {
      addDeferredObjects(new Construct(scope, 'pickers'), () => [pickerMonitor(this.late.namespaces, style)]);
    }
  }

  /** What is known when the App is synthesized. */
  private get late(): Pick<MonitoringObjects, 'namespaces' | 'reconcilerNamespace' | 'groups'> {
    const { _spec: platform } = this.platform;
    const { workspaces = [], reconcilerNamespace = DEFAULT_RECONCILER_NAMESPACE } = platform;
    const namespaces = workspaces.map(({ namespace }) => namespace);
    const { errorRatio, objectives } = this;
    const context = { namespaces, reconcilerNamespace, errorRatio, objectives };
    const groups = [...ruleGroups(context), ...this.scalingGroups(context), ...this.gatewayGroups(platform)];
    return { namespaces, reconcilerNamespace, groups };
  }

  private scalingGroups(context: RuleContext): RuleGroup[] {
    const { _spec: platform } = this.platform;
    if (!platform.keda) return [];
    return scalingGroups(context, { kedaNamespace: kedaOf(platform).namespace, namespaceLabel: this.style.isGoogle ? 'exported_namespace' : 'namespace' });
  }

  private gatewayGroups(platform: PlatformSpec): RuleGroup[] {
    const { namespace: controllerNamespace } = envoyGatewayOf(platform);
    return this.gateways.flatMap(({ teams, ...gateway }) => gatewayGroups({ ...gateway, controllerNamespace, teams: teams() }));
  }

  private problems(): string[] {
    if (this.late.namespaces.length > 0) return [];
    return [`platform ${this.platform.clusterName} has no workspace, so that no Server would be watched; add one with platform.addWorkspace('team-a')`];
  }

  private namespaceOf(namespace: unknown = DEFAULT_NAMESPACE): string {
    if (typeof namespace === 'string' && isDns1123Label(namespace)) return namespace;
    throw new ValidationError(this, `namespace is ${formatValue(namespace)}; use lower-case letters, digits and - inside, 63 characters at most`);
  }

  private secondsOf(field: string, time: unknown): number | undefined {
    if (time === undefined) return undefined;
    if (time instanceof Duration) return time.toMilliseconds() / 1000;
    throw new ValidationError(this, `${field} is ${formatValue(time)}, which is not a Duration; write for example Duration.seconds(2)`);
  }

  private ratioOf(ratio: unknown): number | undefined {
    if (ratio === undefined || (typeof ratio === 'number' && ratio > 0 && ratio < 1)) return ratio;
    throw new ValidationError(this, `errorRatio is ${formatValue(ratio)}; give a number between 0 and 1, for example 0.01 for one answer in a hundred`);
  }

  private checkLabels(labels: unknown): void {
    const isMap = typeof labels === 'object' && labels !== null && !Array.isArray(labels);
    const wrong = isMap && Object.entries(labels).find(([key, value]) => !isLabelKey(key) || typeof value !== 'string' || !isLabelValue(value));
    if (isMap && !wrong) return;
    const found = wrong ? `has ${wrong[0]}: ${formatValue(wrong[1])}` : `is ${formatValue(labels)}`;
    throw new ValidationError(this, `labels ${found}; give labels as Kubernetes takes them, for example { release: 'kube-prometheus-stack' }`);
  }

  private checkSystem(system: unknown): void {
    const systems: readonly unknown[] = Object.values(MonitoringSystem);
    if (!systems.includes(system)) {
      throw new ValidationError(this, `system is ${formatValue(system)}; use MonitoringSystem.PROMETHEUS_OPERATOR or MonitoringSystem.GOOGLE_MANAGED`);
    }
    if (system === MonitoringSystem.GOOGLE_MANAGED && this.platform.cloudName !== 'gcp') {
      throw new ValidationError(this, `system is GOOGLE_MANAGED but the cluster is on ${this.platform.cloudName}; use MonitoringSystem.PROMETHEUS_OPERATOR`);
    }
  }
}
