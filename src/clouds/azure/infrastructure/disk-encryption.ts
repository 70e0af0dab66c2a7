/** Keys of customers for the disks of the nodes. */
import type { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import type { Construct } from 'constructs';
import { assignRole } from './roles';

const SET_ID = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/diskEncryptionSets\/[^/]+$/i;

/**
 * Lets the identity of the control plane, which makes nodes and attaches disks, read the set. The key itself is read by the set's own.
 *
 * @see https://github.com/MicrosoftDocs/azure-docs/issues/85998 (2022-01)
 */
export function diskEncryptionRole(scope: Construct, encryptionKey: string, principalId: string): RoleAssignment {
  if (!SET_ID.test(encryptionKey)) {
    throw new Error(`encryptionKey is ${encryptionKey}; give the id of a disk encryption set, such as /subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/diskEncryptionSets/disks`);
  }
  return assignRole(scope, 'DiskEncryptionRole', { role: 'Reader', principalId, on: encryptionKey });
}
