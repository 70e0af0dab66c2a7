/** What is read of engines of others: where their metrics are, for the Prometheus operator and for Google's. Pure. */
import { PART_OF } from '../../api/labels';
import type { ModelGatewaySpec } from '../../api/model-gateway';
import type { PlatformSpec } from '../../api/platform';

import { proxiesOf } from '../../expand';
import type { KubeObject } from '../../expand';

/** Pods with metrics, wherever they are read from. */
interface Target {
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly endpoints: readonly Endpoint[];
  /** Labels of the pods that the series get. */
  readonly fromPod?: Readonly<Record<string, string>>;
}

interface Endpoint {
  readonly port: string;
  readonly path: string;
  readonly interval: string;
  /** Where the port has no name that can be relied on: its number, beside a port with the name `port`. */
  readonly number?: number;
  /** Whether the labels of its series win over those of its pod. */
  readonly ownLabels?: boolean;
  /** Names of series that are kept; all others are left out. */
  readonly keep?: string;
}

export interface MonitorStyle {
  readonly isGoogle: boolean;
  readonly namespace: string;
  /** By which a Prometheus finds monitors. */
  readonly labels: Readonly<Record<string, string>>;
}

export function kedaMonitors(namespace: string, style: MonitorStyle): KubeObject[] {
  return [
    monitor({
      name: 'keda', namespaces: [namespace], labels: { app: 'keda-operator' },
      endpoints: [{ port: 'metrics', path: '/metrics', interval: '30s', ownLabels: true, keep: 'keda_.+' }],
    }, style),
    monitor({
      name: 'interceptor', namespaces: [namespace], labels: { 'app.kubernetes.io/component': 'interceptor' },
      endpoints: [{ port: 'proxy', number: 2223, path: '/metrics', interval: '15s' }],
    }, style),
  ];
}

export function pickerMonitor(namespaces: readonly string[], style: MonitorStyle): KubeObject {
  return monitor({
    name: 'pickers', namespaces, labels: { role: 'picker' }, fromPod: { server: 'server' },
    endpoints: [{ port: 'metrics', path: '/metrics', interval: '15s' }],
  }, style);
}

/** Envoy has thousands of series; these are of requests, limits and certificates. */
const ENVOY_SERIES = 'envoy_(cluster_(ratelimit|upstream_rq)|http_downstream_(rq|cx)|server_(days|live|memory)).*';
const GATEWAY_LABEL = 'gateway.envoyproxy.io/owning-gateway-name';

export function gatewayMonitor(gateway: ModelGatewaySpec, platform: PlatformSpec, style: MonitorStyle): KubeObject {
  const { namespace, pods } = proxiesOf(platform, gateway);
  return monitor({
    name: `gateway-${gateway.namespace}-${gateway.name}`, namespaces: [namespace], labels: pods.matchLabels ?? {}, fromPod: { [GATEWAY_LABEL]: 'gateway' },
    endpoints: [
      { port: 'metrics', path: '/stats/prometheus', interval: '15s', keep: ENVOY_SERIES }, { port: 'aigw-admin', path: '/metrics', interval: '15s' },
    ],
  }, style);
}

export function rateLimitMonitor(controllerNamespace: string, style: MonitorStyle): KubeObject {
  return monitor({
    name: 'rate-limits', namespaces: [controllerNamespace],
    labels: { 'app.kubernetes.io/component': 'ratelimit', 'app.kubernetes.io/managed-by': 'envoy-gateway' },
    endpoints: [{ port: 'metrics', path: '/metrics', interval: '15s' }],
  }, style);
}

function monitor(target: Target, { isGoogle, namespace, labels }: MonitorStyle): KubeObject {
  const metadata = { name: `substratus-${target.name}`, ...(!isGoogle && { namespace }), labels: { ...PART_OF, ...labels } };
  const object = isGoogle
    ? { apiVersion: 'monitoring.googleapis.com/v1', kind: 'ClusterPodMonitoring', metadata, spec: googleSpec(target) }
    : { apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', metadata, spec: operatorSpec(target) };
  return object;
}

function operatorSpec({ namespaces, labels, endpoints, fromPod = {} }: Target): object {
  const relabelings = Object.entries(fromPod).map(([from, targetLabel]) => ({
    sourceLabels: [`__meta_kubernetes_pod_label_${from.replace(/[^a-zA-Z0-9]/g, '_')}`], targetLabel,
  }));
  const podMetricsEndpoints = endpoints.map((each) => operatorEndpoint(each, relabelings));
  return { selector: { matchLabels: labels }, namespaceSelector: { matchNames: namespaces }, podMetricsEndpoints };
}

function operatorEndpoint({ port, path, interval, number, ownLabels, keep }: Endpoint, relabelings: readonly object[]): object {
  const moved = number === undefined ? [] : [{ sourceLabels: ['__address__'], regex: '(.+):[0-9]+', replacement: `$1:${number}`, targetLabel: '__address__' }];
  const all = [...relabelings, ...moved];
  return {
    port, path, interval,
    ...(ownLabels && { honorLabels: true }),
    ...(all.length > 0 && { relabelings: all }),
    ...(keep !== undefined && { metricRelabelings: [{ sourceLabels: ['__name__'], regex: keep, action: 'keep' }] }),
  };
}

function googleSpec({ labels, endpoints, fromPod = {} }: Target): object {
  const targets = Object.entries(fromPod).map(([from, to]) => ({ from, to }));
  return {
    selector: { matchLabels: labels },
    endpoints: endpoints.map(({ port, number, path, interval, keep }) => ({
      port: number ?? port, path, interval, ...(keep !== undefined && { metricRelabeling: [{ sourceLabels: ['__name__'], regex: keep, action: 'keep' }] }),
    })),
    ...(targets.length > 0 && { targetLabels: { fromPod: targets } }),
  };
}
