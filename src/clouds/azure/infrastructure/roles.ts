import { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import type { Construct } from 'constructs';

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
