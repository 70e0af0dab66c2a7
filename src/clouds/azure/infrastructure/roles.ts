import type { Construct } from 'constructs';
import { stackOf } from '../../stack';
import { RoleAssignment } from '../resources';

export interface Role {
  readonly role: string;
  /** Object id of an identity. */
  readonly principalId: string;
  /** Id of what the rights are on. */
  readonly on: string;
  /** Under which condition, in Azure's language for them. */
  readonly condition?: string;
}

/** Rights of an identity. It is new, so the directory may not know it yet: the check is skipped. */
export function assignRole(scope: Construct, id: string, { role, principalId, on, condition }: Role): RoleAssignment {
  return new RoleAssignment(scope, id, {
    scope: on,
    roleDefinitionName: role,
    principalId,
    principalType: 'ServicePrincipal',
    skipServicePrincipalAadCheck: true,
    ...(condition && { condition, conditionVersion: '2.0' }),
  });
}

/** Role assignments that a subscription takes. https://learn.microsoft.com/azure/role-based-access-control/troubleshoot-limits (2026-11) */
const MOST_ASSIGNMENTS = 4000;

/** Whether the stack alone has more than the subscription takes: each folder that a workspace reads is one. */
export function roleProblems({ scope, clusterName }: { readonly scope: Construct; readonly clusterName: string }): string[] {
  const { length } = stackOf(scope).node.findAll().filter((each) => each instanceof RoleAssignment);
  if (length <= MOST_ASSIGNMENTS) return [];
  return [`the stack of cluster ${clusterName} has ${length} role assignments, of which a subscription takes ${MOST_ASSIGNMENTS}; `
    + 'let workspaces read fewer others, or make clusters in several subscriptions'];
}
