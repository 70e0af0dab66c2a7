import type { StorageAccountConfig } from '@cdktf/provider-azurerm/lib/storage-account';
import type { Construct } from 'constructs';
import type { BucketSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import { keyUrl } from '../endpoints';
import { UserAssignedIdentity } from '../resources';
import type { ClusterContext } from './cluster-context';
import { assignRole } from './roles';

/** A key by its id in the resource manager: rights can be granted on it, and its address follows from it. */
const KEY_ID = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.KeyVault\/vaults\/([^/]+)\/keys\/([^/]+)$/i;

interface EncryptedBucket extends BucketSpec {
  readonly encryptionKey: string;
}

/** Encryption with a key of one's own, in its newest version; the vault has RBAC and purge protection on. */
export function customerKey(scope: Construct, spec: EncryptedBucket, context: ClusterContext): Partial<StorageAccountConfig> {
  const { name, encryptionKey, tags } = spec;
  const match = KEY_ID.exec(encryptionKey);
  if (!match) {
    throw new Error(`encryptionKey of bucket ${name} is ${encryptionKey}; give the resource id of a key, such as /subscriptions/…/resourceGroups/…/providers/Microsoft.KeyVault/vaults/…/keys/…`);
  }
  const [, vault = '', key = ''] = match;
  const identity = new UserAssignedIdentity(scope, 'KeyIdentity', {
    name: renamed(context, 'azurerm_user_assigned_identity', `${name}-key`),
    location: context.location.location,
    resourceGroupName: context.resourceGroup,
    tags: { ...tags },
  });
  const role = assignRole(scope, 'KeyRole', {
    role: 'Key Vault Crypto Service Encryption User',
    principalId: identity.principalId,
    on: encryptionKey,
  });
  return {
    identity: { type: 'UserAssigned', identityIds: [identity.id] },
    customerManagedKey: { keyVaultKeyId: keyUrl(vault, key), userAssignedIdentityId: identity.id },
    dependsOn: [role],
  };
}
