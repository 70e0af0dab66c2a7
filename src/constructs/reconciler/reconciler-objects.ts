/** All objects of the reconciler but its definitions, in the order in which they are applied. Pure. */
import type { ConfigMap, Namespace, ServiceAccount } from 'kubernetes-types/core/v1';
import type { FlowSchema } from 'kubernetes-types/flowcontrol/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { sortedJson } from '../../api/digest';
import { METRICS_PORT, PLATFORM_CONFIG_MAP, PLATFORM_FILE_NAME, RECONCILER } from '../../api/reconciler';
import type { KubeObject } from '../../expand';
import { programConfigMap, reconcilerDeployment } from './reconciler-deployment';
import { PROGRAM_KEY } from './reconciler-program';
import type { Program } from './reconciler-program';
import { clusterRole, ownRole, peopleRoles } from './reconciler-roles';
import { LABELS, METRICS_PORT_NAME, SELECTOR } from './reconciler-settings';
import type { ReconcilerSettings } from './reconciler-settings';

/** Where API servers listen: behind their Service, and on the nodes of most distributions. */
const API_SERVER_PORTS = [443, 6443];
const DNS_PORT = 53;
/** Of notebooks, which are asked when they were last used. */
const NOTEBOOK_PORT = 8888;
const FLOW_PRECEDENCE = 1000;

export function reconcilerObjects(settings: ReconcilerSettings): KubeObject[] {
  const { platform, namespace, namespaces, program } = settings;
  return [
    ownNamespace(namespace),
    serviceAccount(namespace),
    ...ownRole(namespace),
    ...clusterRole(platform, namespace, { namespaces }),
    ...peopleRoles(),
    configMap(settings, PLATFORM_CONFIG_MAP, { data: { [PLATFORM_FILE_NAME]: sortedJson(platform) } }),
    ...(program ? [programMap(settings, program)] : []),
    ...(settings.networkPolicy ? [networkPolicy(namespace)] : []),
    ...(settings.flowSchema ? [flowSchema(namespace)] : []),
    reconcilerDeployment(settings),
    ...(settings.replicas > 1 ? [disruptionBudget(namespace)] : []),
    ...(settings.podMonitorLabels ? [podMonitor(namespace, settings.podMonitorLabels)] : []),
  ];
}

function ownNamespace(name: string): Namespace {
  const standard = 'restricted';
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...LABELS, 'pod-security.kubernetes.io/enforce': standard, 'pod-security.kubernetes.io/warn': standard },
    },
  };
}

function serviceAccount(namespace: string): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: RECONCILER, namespace, labels: LABELS },
    automountServiceAccountToken: false, // the pod asks for it itself
  };
}

function configMap({ namespace }: ReconcilerSettings, name: string, content: Pick<ConfigMap, 'data' | 'binaryData' | 'immutable'>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: LABELS }, ...content };
}

function programMap(settings: ReconcilerSettings, program: Program): ConfigMap {
  return configMap(settings, programConfigMap(program.digest), { immutable: true, binaryData: { [PROGRAM_KEY]: program.packed } });
}

/** Probes come from the node, which no policy holds up. */
function networkPolicy(namespace: string): NetworkPolicy {
  const tcp = (port: number) => ({ port, protocol: 'TCP' });
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: RECONCILER, namespace, labels: LABELS },
    spec: {
      podSelector: { matchLabels: SELECTOR },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [tcp(METRICS_PORT)] }],
      egress: [
        { ports: API_SERVER_PORTS.map(tcp) },
        { ports: [{ port: DNS_PORT, protocol: 'UDP' }, tcp(DNS_PORT)] },
        { to: [{ namespaceSelector: {} }], ports: [tcp(NOTEBOOK_PORT)] },
      ],
    },
  };
}

/** Before that of all ServiceAccounts, whose precedence is 9000. The level is one that every API server has. */
function flowSchema(namespace: string): FlowSchema {
  const all = ['*'];
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: RECONCILER, labels: LABELS },
    spec: {
      priorityLevelConfiguration: { name: 'workload-high' },
      matchingPrecedence: FLOW_PRECEDENCE,
      distinguisherMethod: { type: 'ByUser' },
      rules: [{
        subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: RECONCILER, namespace } }],
        resourceRules: [{ verbs: all, apiGroups: all, resources: all, namespaces: all, clusterScope: true }],
      }],
    },
  };
}

function disruptionBudget(namespace: string): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: RECONCILER, namespace, labels: LABELS },
    spec: { maxUnavailable: 1, selector: { matchLabels: SELECTOR }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  };
}

/** For the Prometheus operator, whose types are not among those of Kubernetes. */
function podMonitor(namespace: string, labels: Readonly<Record<string, string>>): KubeObject & { readonly spec: object } {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name: RECONCILER, namespace, labels: { ...LABELS, ...labels } },
    spec: { selector: { matchLabels: SELECTOR }, podMetricsEndpoints: [{ port: METRICS_PORT_NAME, path: '/metrics', interval: '30s' }] },
  };
}
