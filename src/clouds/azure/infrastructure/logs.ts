import type { Construct } from 'constructs';
import type { ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import {
  LogAnalyticsWorkspace, MonitorDataCollectionRule, MonitorDataCollectionRuleAssociation, MonitorDiagnosticSetting,
} from '../resources';

/** Of the control plane. Not `kube-audit`, which logs every read and is the dearest line of many an Azure bill. */
const CONTROL_PLANE = [
  'kube-audit-admin', 'guard', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'cluster-autoscaler', 'cloud-controller-manager',
];

const CONTAINERS = { streams: ['Microsoft-ContainerInsights-Group-Default'], extensionName: 'ContainerInsights', destination: 'logs' };

export interface LogsOptions {
  readonly name: string;
  readonly location: string;
  readonly resourceGroupName: string;
  readonly tags: Record<string, string>;
}

type Names = Pick<ClusterSpec, 'nameOf'>;

/** Its name has four characters or more, which a cluster's may not have. */
export function logs(scope: Construct, options: LogsOptions, names: Names): LogAnalyticsWorkspace {
  const name = renamed(names, 'azurerm_log_analytics_workspace', `${options.name}-logs`);
  return new LogAnalyticsWorkspace(scope, 'Logs', { ...options, name, sku: 'PerGB2018', retentionInDays: 30, localAuthenticationEnabled: false });
}

export interface ClusterLogsOptions extends LogsOptions {
  readonly workspaceId: string;
  readonly names: Names;
}

/** Sends the logs of the control plane and of containers to the workspace. */
export function logCluster(scope: Construct, clusterId: string, { workspaceId, names, ...options }: ClusterLogsOptions): void {
  logResource(scope, 'ControlPlaneLogs', { targetId: clusterId, workspaceId, categories: CONTROL_PLANE });
  const { streams, extensionName, destination } = CONTAINERS;
  const rule = new MonitorDataCollectionRule(scope, 'ContainerLogsRule', {
    ...options,
    name: renamed(names, 'azurerm_monitor_data_collection_rule', `${options.name}-containers`),
    kind: 'Linux',
    destinations: { logAnalytics: [{ name: destination, workspaceResourceId: workspaceId }] },
    dataSources: { extension: [{ name: 'containers', extensionName, streams }] },
    dataFlow: [{ streams, destinations: [destination] }],
  });
  new MonitorDataCollectionRuleAssociation(scope, 'ContainerLogs', {
    name: 'ContainerInsightsExtension',
    targetResourceId: clusterId,
    dataCollectionRuleId: rule.id,
  });
}

export interface ResourceLogs {
  readonly targetId: string;
  readonly workspaceId: string;
  readonly categories: readonly string[];
}

export function logResource(scope: Construct, id: string, { targetId, workspaceId, categories }: ResourceLogs): void {
  new MonitorDiagnosticSetting(scope, id, {
    name: 'logs',
    targetResourceId: targetId,
    logAnalyticsWorkspaceId: workspaceId,
    enabledLog: categories.map((category) => ({ category })),
  });
}
