/** A workspace: a namespace made ready for the kinds. */
import type { Namespace, ServiceAccount } from 'kubernetes-types/core/v1';
import { MANAGED_BY } from '../api/labels';
import { WORKSPACE_ROLES, workspaceOf } from '../api/platform';
import type { PlatformSpec, WorkspaceRole } from '../api/platform';
import type { PodSecurity } from '../api/resource';
import { cloudNamed } from '../clouds/pods';
import type { KubeObject } from './child';
import { networkPolicies } from './network-policies';
import { withoutEmpty } from './overlay';

/** The ServiceAccounts, volumes and NetworkPolicies of a workspace. The Namespace is not among them: it may have been made elsewhere. */
export function expandWorkspace(platform: PlatformSpec, namespace: string): KubeObject[] {
  const cloud = cloudNamed(platform.cloud);
  return [
    ...WORKSPACE_ROLES.map((role) => serviceAccount(platform, namespace, role)),
    ...cloud.workspaceVolumes(platform, namespace),
    ...networkPolicies(platform, namespace),
  ];
}

/** What the platform does not know yet about a workspace, each with its name. */
export function missingValues(platform: PlatformSpec, namespace: string): string[] {
  return cloudNamed(platform.cloud).missing(platform, namespace);
}

/** Whether the cloud may have granted a namespace nothing, for the platform does not know it as a workspace. */
export function isUngranted(platform: PlatformSpec, namespace: string): boolean {
  return cloudNamed(platform.cloud).hasIdentities && workspaceOf(platform, namespace) === undefined;
}

/** The namespace, held to a standard; with builds it only warns, for BuildKit needs an unconfined pod. */
export function workspaceNamespace(platform: PlatformSpec, namespace: string, podSecurity: PodSecurity = 'baseline'): Namespace {
  const enforced = workspaceOf(platform, namespace)?.builds ? 'privileged' : podSecurity;
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        ...MANAGED_BY,
        'pod-security.kubernetes.io/enforce': enforced,
        'pod-security.kubernetes.io/warn': podSecurity,
      },
    },
  };
}

function serviceAccount(platform: PlatformSpec, namespace: string, role: WorkspaceRole): ServiceAccount {
  const { annotations, labels } = cloudNamed(platform.cloud).identity(platform, { namespace, role });
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: role, namespace, labels: { ...MANAGED_BY, ...labels }, ...withoutEmpty({ annotations }) },
    automountServiceAccountToken: false,
  };
}
