/** Keys of customers for the disks of the nodes. */
import type { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
import type { Construct } from 'constructs';
import type { AzureLocation } from '../../infrastructure';
import { assignRole } from './roles';

const SET_ID = /^\/subscriptions\/([^/]+)\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/diskEncryptionSets\/[^/]+$/i;

/**
 * Disks are encrypted by a set of their own subscription and location only. Its location is not part of its id.
 *
 * @see https://learn.microsoft.com/azure/virtual-machines/disk-encryption#restrictions
 * @throws if it is not the id of a set that disks of the cluster can have.
 */
export function checkDiskEncryption(encryptionKey: string, { subscriptionId }: Pick<AzureLocation, 'subscriptionId'>): void {
  const [, subscription] = SET_ID.exec(encryptionKey) ?? [];
  if (subscription === undefined) {
    throw new Error(`encryptionKey is ${encryptionKey}; give the id of a disk encryption set, such as /subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/diskEncryptionSets/disks`);
  }
  if (subscription.toLowerCase() === subscriptionId.toLowerCase()) return;
  throw new Error(`encryptionKey is a disk encryption set of subscription ${subscription}, and the cluster is in ${subscriptionId}; `
    + 'give one of the same subscription and location: its key may be in a vault of another');
}

/**
 * Lets the identity of the control plane, which makes nodes and attaches disks, read the set. The key itself is read by the set's own.
 *
 * @see https://github.com/MicrosoftDocs/azure-docs/issues/85998 (2022-01)
 */
export function diskEncryptionRole(scope: Construct, encryptionKey: string, principalId: string): RoleAssignment {
  return assignRole(scope, 'DiskEncryptionRole', { role: 'Reader', principalId, on: encryptionKey });
}
