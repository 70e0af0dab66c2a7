import { Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { isDns1123Label, isLabelKey, isLabelValue } from '../../api/names';
import { DEFAULT_RECONCILER_NAMESPACE } from '../../api/reconciler';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';
import { ValidationError } from '../checks/validation-error';
import { checkPlatformProp, checkProps } from '../kinds/props-check';
import type { IServer } from '../kinds/server';
import { addDeferredObjects } from '../objects/deferred-objects';
import type { Platform } from '../platform/platform';
import { ruleGroups } from './alert-rules';
import type { Objective } from './alert-rules';
import { dashboards } from './dashboards';
import { dashboardObjects, googleObjects, operatorObjects } from './monitoring-objects';
import type { MonitoringObjects } from './monitoring-objects';

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
}

const PROPS = knownProps<MonitoringProps>({
  platform: true, system: true, namespace: true, labels: true, errorRatio: true, dashboards: true,
});
const OBJECTIVE = knownProps<ServingObjective>({ timeToFirstToken: true, errorRatio: true });
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
    addDeferredObjects(this, () => objectsOf({ ...this.late, namespace, labels }));
    if (withDashboards) addDeferredObjects(this, () => dashboardObjects(namespace, dashboards(this.late.reconcilerNamespace)));
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** Says what a Server promises, and with it when an alert is raised. */
  public addObjective(server: IServer, objective: ServingObjective): void {
    const { serverNamespace: namespace, serverName } = server;
    const problem = optionsProblem('addObjective', objective, OBJECTIVE);
    if (problem) throw new ValidationError(this, problem);
    const { timeToFirstToken } = objective;
    if (timeToFirstToken !== undefined && !(timeToFirstToken instanceof Duration)) {
      const found = formatValue(timeToFirstToken);
      throw new ValidationError(this, `timeToFirstToken is ${found}, which is not a Duration; write for example Duration.seconds(2)`);
    }
    const errorRatio = this.ratioOf(objective.errorRatio);
    if (timeToFirstToken === undefined && errorRatio === undefined) {
      throw new ValidationError(this, `the objective of Server ${namespace}/${serverName} is empty; give timeToFirstToken, errorRatio, or both`);
    }
    if (this.objectives.some((known) => known.namespace === namespace && known.server === serverName)) {
      throw new ValidationError(this, `Server ${namespace}/${serverName} has an objective already; give all of it at once`);
    }
    this.objectives.push({
      namespace,
      server: serverName,
      ...(timeToFirstToken && { timeToFirstTokenSeconds: timeToFirstToken.toMilliseconds() / 1000 }),
      ...(errorRatio !== undefined && { errorRatio }),
    });
  }

  /** What is known when the App is synthesized. */
  private get late(): Pick<MonitoringObjects, 'namespaces' | 'reconcilerNamespace' | 'groups'> {
    const { workspaces = [], reconcilerNamespace = DEFAULT_RECONCILER_NAMESPACE } = this.platform._spec;
    const namespaces = workspaces.map(({ namespace }) => namespace);
    const { errorRatio, objectives } = this;
    return { namespaces, reconcilerNamespace, groups: ruleGroups({ namespaces, reconcilerNamespace, errorRatio, objectives }) };
  }

  private problems(): string[] {
    if (this.late.namespaces.length > 0) return [];
    return [`platform ${this.platform.clusterName} has no workspace, so that no Server would be watched; add one with platform.addWorkspace('team-a')`];
  }

  private namespaceOf(namespace: unknown = DEFAULT_NAMESPACE): string {
    if (typeof namespace === 'string' && isDns1123Label(namespace)) return namespace;
    throw new ValidationError(this, `namespace is ${formatValue(namespace)}; use lower-case letters, digits and - inside, 63 characters at most`);
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
