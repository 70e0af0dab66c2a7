/** A workspace: a namespace made ready for the kinds. */
import type { Namespace, ServiceAccount } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { MANAGED_BY } from '../api/labels';
import { accountNamespaceOf, buildNamespaceOf, WORKSPACE_ROLES, workspaceOf } from '../api/platform';
import type { PlatformSpec, WorkspaceRole } from '../api/platform';
import type { PodSecurity } from '../api/resource';
import { cloudNamed } from '../clouds/pods';
import type { KubeObject } from './child';
import { networkPolicies } from './network-policies';
import { withoutEmpty } from './overlay';
import { pickerAccess } from './picker-access';

/**
 * The ServiceAccounts, volumes and NetworkPolicies of a workspace, those of the namespace that it builds in among them, what endpoint
 * pickers may read, and what holds its runs on their nodes. The Namespaces are not: they may have been made elsewhere.
 */
export function expandWorkspace(platform: PlatformSpec, namespace: string): KubeObject[] {
  const cloud = cloudNamed(platform.cloud);
  return [
    ...WORKSPACE_ROLES.map((role) => serviceAccount(platform, namespace, role)),
    ...(platform.inferenceExtension ? pickerAccess(namespace) : []),
    ...cloud.workspaceVolumes(platform, namespace),
    ...networkPolicies(platform, namespace),
    ...(workspaceOf(platform, namespace)?.drainsWaitForRuns ? [heldRuns(namespace)] : []),
  ];
}

/**
 * No run may be evicted: the budget asks for more of them than there ever are. A number, since `maxUnavailable` and percentages take
 * something that scales, as a Job does not.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-controllers-and-selectors
 */
function heldRuns(namespace: string): PodDisruptionBudget {
  const kinds = ['server', 'notebook'].map((key) => ({ key, operator: 'DoesNotExist' }));
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'substratus-runs', namespace, labels: { ...MANAGED_BY } },
    spec: {
      minAvailable: MORE_THAN_THERE_ARE,
      selector: { matchLabels: { role: 'run' }, matchExpressions: kinds },
      /* One that is not up yet has nothing to lose. */
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}

const MORE_THAN_THERE_ARE = 1_000_000;

/** What the platform does not know yet about a workspace, each with its name. */
export function missingValues(platform: PlatformSpec, namespace: string): string[] {
  return cloudNamed(platform.cloud).missing(platform, namespace);
}

/** Whether the cloud may have granted a namespace nothing, for the platform does not know it as a workspace. */
export function isUngranted(platform: PlatformSpec, namespace: string): boolean {
  return cloudNamed(platform.cloud).hasIdentities && workspaceOf(platform, namespace) === undefined;
}

/**
 * The namespace, held to a standard, and the one that it builds in, which is held to none, for BuildKit needs an unconfined pod. A
 * namespace with both only warns.
 */
export function workspaceNamespaces(platform: PlatformSpec, namespace: string, podSecurity: PodSecurity = 'baseline'): Namespace[] {
  const buildNamespace = buildNamespaceOf(platform, namespace);
  const buildsHere = workspaceOf(platform, namespace)?.builds && buildNamespace === namespace;
  return [
    heldTo(namespace, { enforce: buildsHere ? 'privileged' : podSecurity, warn: podSecurity }),
    ...(buildNamespace === namespace ? [] : [heldTo(buildNamespace, { enforce: 'privileged' })]),
  ];
}

/** @see https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces */
function heldTo(name: string, standards: Readonly<Record<string, string>>): Namespace {
  const labels = Object.entries(standards).map(([mode, standard]) => [`pod-security.kubernetes.io/${mode}`, standard]);
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...MANAGED_BY, ...Object.fromEntries(labels) } } };
}

function serviceAccount(platform: PlatformSpec, workspace: string, role: WorkspaceRole): ServiceAccount {
  const { annotations, labels } = cloudNamed(platform.cloud).identity(platform, { namespace: workspace, role });
  const namespace = accountNamespaceOf(platform, workspace, role);
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: role, namespace, labels: { ...MANAGED_BY, ...labels }, ...withoutEmpty({ annotations }) },
    automountServiceAccountToken: false,
  };
}
