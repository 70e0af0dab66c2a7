/** The objects that have Prometheus, the operator's or Google's, read the metrics and evaluate the rules. Pure. */
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { PART_OF } from '../../api/labels';
import { RECONCILER } from '../../api/reconciler';
import type { KubeObject } from '../../expand';
import type { RuleGroup } from './alert-rules';
import type { Dashboard } from './dashboards';

type Labels = Readonly<Record<string, string>>;

/** Pods of Servers, in any namespace: what expansion calls them. */
const SERVERS = { matchLabels: { role: 'run' }, matchExpressions: [{ key: 'server', operator: 'Exists' }] };
const RECONCILERS = { matchLabels: { 'app.kubernetes.io/name': RECONCILER } };
const NAME = 'substratus';

export interface MonitoringObjects {
  readonly namespace: string;
  /** By which a Prometheus finds monitors and rules. */
  readonly labels: Labels;
  readonly namespaces: readonly string[];
  readonly reconcilerNamespace: string;
  readonly groups: readonly RuleGroup[];
}

/** Both take the same endpoint: a named port, a path, and how often. */
const SERVER_ENDPOINT = { port: 'http-serve', path: '/metrics', interval: '15s' };
const RECONCILER_ENDPOINT = { port: 'metrics', path: '/metrics', interval: '30s' };

/** https://prometheus-operator.dev/docs/api-reference/api/ */
export function operatorObjects({ namespace, labels, namespaces, reconcilerNamespace, groups }: MonitoringObjects): KubeObject[] {
  const metadata = (name: string) => ({ name, namespace, labels: { ...PART_OF, ...labels } });
  const monitor = (name: string, spec: object) => ({ apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', metadata: metadata(name), spec });
  return [
    monitor(`${NAME}-servers`, {
      selector: SERVERS, namespaceSelector: { matchNames: namespaces }, podTargetLabels: ['server'], podMetricsEndpoints: [SERVER_ENDPOINT],
    }),
    monitor(`${NAME}-reconciler`, {
      selector: RECONCILERS, namespaceSelector: { matchNames: [reconcilerNamespace] }, podMetricsEndpoints: [RECONCILER_ENDPOINT],
    }),
    { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: metadata(NAME), spec: { groups } } as KubeObject,
  ];
}

/** https://github.com/GoogleCloudPlatform/prometheus-engine/blob/main/doc/api.md; each of them is of the whole cluster. */
export function googleObjects({ labels, groups }: MonitoringObjects): KubeObject[] {
  const metadata = (name: string) => ({ name, labels: { ...PART_OF, ...labels } });
  const monitor = (name: string, spec: object) => ({ apiVersion: 'monitoring.googleapis.com/v1', kind: 'ClusterPodMonitoring', metadata: metadata(name), spec });
  return [
    monitor(`${NAME}-servers`, { selector: SERVERS, endpoints: [SERVER_ENDPOINT], targetLabels: { fromPod: [{ from: 'server', to: 'server' }] } }),
    monitor(`${NAME}-reconciler`, { selector: RECONCILERS, endpoints: [RECONCILER_ENDPOINT] }),
    { apiVersion: 'monitoring.googleapis.com/v1', kind: 'ClusterRules', metadata: metadata(NAME), spec: { groups } } as KubeObject,
  ];
}

/** Grafana's sidecar, as its Helm chart and kube-prometheus-stack have it, loads each ConfigMap with this label. */
export function dashboardObjects(namespace: string, dashboards: readonly Dashboard[]): ConfigMap[] {
  return dashboards.map(({ file, json }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: file.replace(/\.json$/, '-dashboard'),
      namespace,
      labels: { ...PART_OF, grafana_dashboard: '1' },
    },
    data: { [file]: json },
  }));
}
