/** Kubernetes' cluster-autoscaler for managed node groups. Its role is made by infrastructure/autoscaler.ts. Pure. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Container, ServiceAccount } from 'kubernetes-types/core/v1';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import { IMAGES, imageNamed } from '../../catalog/images';

export type AutoscalerObject = ServiceAccount | ClusterRole | ClusterRoleBinding | Role | RoleBinding | Deployment;

const NAME = 'cluster-autoscaler';
const NAMESPACE = 'kube-system';

/** By minor version of Kubernetes, oldest first: the autoscaler simulates the scheduler of one. registry.k8s.io (2026-11). */
const VERSIONS: readonly (readonly [minor: number, version: string])[] = [
  [31, 'v1.31.1'],
  [32, 'v1.32.3'],
  [33, 'v1.33.6'],
  [34, 'v1.34.3'],
  [35, 'v1.35.0'],
];
const DEFAULT_MINOR = 33;

export function autoscaler(platform: PlatformSpec): AutoscalerObject[] {
  const metadata = { name: NAME, labels: { 'app.kubernetes.io/name': NAME, ...PART_OF } };
  const namespaced = { ...metadata, namespace: NAMESPACE };
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }];
  const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: NAME });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: namespaced },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: CLUSTER_RULES },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata, roleRef: roleRef('ClusterRole'), subjects },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: namespaced, rules: OWN_RULES },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: namespaced, roleRef: roleRef('Role'), subjects },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: namespaced, spec: deploymentSpec(platform) },
  ];
}

const READ = ['get', 'list', 'watch'];

/** It sees what decides where pods fit, taints nodes that will go, and evicts their pods. */
const CLUSTER_RULES: PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: [...READ, 'update'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: [''], resources: ['pods/status'], verbs: ['update'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
  {
    apiGroups: [''],
    resources: ['namespaces', 'persistentvolumeclaims', 'persistentvolumes', 'pods', 'replicationcontrollers', 'services'],
    verbs: READ,
  },
  { apiGroups: ['apps'], resources: ['daemonsets', 'replicasets', 'statefulsets'], verbs: READ },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: READ },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: READ },
  {
    apiGroups: ['storage.k8s.io'],
    resources: ['csidrivers', 'csinodes', 'csistoragecapacities', 'storageclasses', 'volumeattachments'],
    verbs: READ,
  },
];

/** Creation knows no names. */
const OWN_RULES: PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [NAME], verbs: ['get', 'update'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'list', 'watch'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [`${NAME}-status`], verbs: ['delete', 'get', 'update'] },
];

function deploymentSpec(platform: PlatformSpec): Deployment['spec'] {
  const labels = { 'app.kubernetes.io/name': NAME };
  return {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels: { ...labels, ...PART_OF } },
      spec: {
        serviceAccountName: NAME,
        priorityClassName: 'system-cluster-critical',
        securityContext: { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [container(platform)],
      },
    },
  };
}

function container(platform: PlatformSpec): Container {
  return {
    name: NAME,
    image: imageNamed(platform, NAME, IMAGES[NAME].replace(/[^:]+$/, versionFor(platform))),
    command: ['./cluster-autoscaler'],
    args: [
      '--cloud-provider=aws',
      /* EKS sets both tags on the groups of its node groups. */
      `--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/${platform.clusterName}`,
      '--balance-similar-node-groups=true',
      '--expander=least-waste',
      /* Without it a node that has a pod of kube-system stays forever. */
      '--skip-nodes-with-system-pods=false',
      /* Nor does an emptyDir keep a node: what must not be evicted says so itself (expand/pod-parts.ts). */
      '--skip-nodes-with-local-storage=false',
    ],
    ports: [{ name: 'metrics', containerPort: 8085 }],
    livenessProbe: { httpGet: { path: '/health-check', port: 'metrics' }, initialDelaySeconds: 30, periodSeconds: 20 },
    resources: { requests: { cpu: '100m', memory: '600Mi' }, limits: { memory: '600Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
}

/** The version for the cluster's, or the nearest one. */
function versionFor({ kubernetesVersion }: PlatformSpec): string {
  const minor = kubernetesVersion === undefined ? DEFAULT_MINOR : Number(kubernetesVersion.split('.')[1]);
  const fitting = VERSIONS.filter(([each]) => each <= minor).at(-1) ?? VERSIONS[0];
  return fitting?.[1] ?? '';
}
