import type { StorageAccountConfig } from '@cdktf/provider-azurerm/lib/storage-account';
import type { Construct } from 'constructs';
import type { BucketAccess, BucketGrant, BucketInfrastructure, BucketSpec, ReadGrant } from '../../infrastructure';
import { checkContainerName, checkOtherContainerName, checkStorageAccountName } from '../names';
import { containerName } from '../pods';
import { StorageAccount, StorageContainer, StorageManagementPolicy } from '../resources';
import type { ClusterContext } from './cluster-context';
import { customerKey } from './customer-key';
import { identityOf } from './identity';
import { logResource } from './logs';
import { privateLink } from './private-link';
import { publicRanges, storageRules } from './public-access';
import { hasZones } from './regions';
import { assignRole } from './roles';

const ROLES: Readonly<Record<BucketAccess, string>> = { read: 'Storage Blob Data Reader', write: 'Storage Blob Data Contributor' };

/** A storage account, and in it a container a workspace, for rights are granted by container. */
export function bucket(scope: Construct, spec: BucketSpec, context: ClusterContext): BucketInfrastructure {
  checkStorageAccountName(spec.name);
  const storageAccountId = spec.exists ? existingAccountId(spec, context) : account(scope, spec, context).id;
  const container = (namespace: string): StorageContainer => {
    const id = `Container-${namespace}`;
    const made = scope.node.tryFindChild(id);
    if (made instanceof StorageContainer) return made;
    return new StorageContainer(scope, id, {
      name: checkContainerName(containerName(namespace)),
      /* By id it is made through the resource manager: the account itself is closed to the deploying identity. */
      storageAccountId,
      containerAccessType: 'private',
      lifecycle: { preventDestroy: spec.protect },
    });
  };
  return {
    addWorkspace: (_, { namespace }) => void container(namespace),
    grant: (_, grant) => {
      const { account: { namespace, name }, access } = grant;
      const owner = ownerOf(spec, grant);
      const id = ['Grant', access, namespace, name, ...owner ? [owner] : []].join('_');
      if (scope.node.tryFindChild(id)) return;
      const principalId = identityOf(context, grant.account).principalId;
      assignRole(scope, id, { role: ROLES[access], principalId, on: owner ? container(owner).id : storageAccountId });
    },
  };
}

/** The right to read a container of another account of the subscription: Azure limits it by container, not by folder. */
export function grantRead(scope: Construct, grant: ReadGrant, context: ClusterContext): void {
  const { bucketName: name, prefix, resourceGroup = context.resourceGroup } = grant;
  checkStorageAccountName(name);
  const [container = ''] = prefix.split('/');
  const id = ['Read', name, container].join('_');
  if (scope.node.tryFindChild(id)) return;
  const accountId = existingAccountId({ name, resourceGroup }, context);
  const on = `${accountId}/blobServices/default/containers/${checkOtherContainerName(container)}`;
  assignRole(scope, id, { role: ROLES.read, principalId: identityOf(context, grant.account).principalId, on });
}

/** The workspace whose folder it is; `undefined` for the whole account. What comes before it is a folder in each container. */
function ownerOf({ artifactPrefix }: BucketSpec, { prefix }: BucketGrant): string | undefined {
  if (prefix === '') return undefined;
  const before = artifactPrefix ? `${artifactPrefix}/` : '';
  const owner = prefix.startsWith(before) ? prefix.slice(before.length) : '';
  if (owner !== '' && !owner.includes('/')) return owner;
  throw new Error(`prefix is ${prefix}, but on azure rights are given by container, of which each workspace has one; `
    + `give the folder of a workspace, such as ${before}team-a, or an empty one for all of them`);
}

function existingAccountId({ name, resourceGroup }: Pick<BucketSpec, 'name' | 'resourceGroup'>, { location: { subscriptionId } }: ClusterContext): string {
  if (!resourceGroup) throw new Error(`bucket ${name} exists and has no resourceGroup; give the resource group of the storage account`);
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Storage/storageAccounts/${name}`;
}

function account(scope: Construct, spec: BucketSpec, context: ClusterContext): StorageAccount {
  const { name, protect, tags, retentionDays, encryptionKey, allowedCidrs = [] } = spec;
  if (!Number.isInteger(retentionDays) || retentionDays < 1 || retentionDays > 365) {
    throw new Error(`retentionDays of bucket ${name} is ${retentionDays}; on azure it is from 1 to 365`);
  }
  const resource = new StorageAccount(scope, 'Resource', {
    name,
    resourceGroupName: context.resourceGroup,
    location: context.location.location,
    ...CLOSED,
    accountReplicationType: hasZones(context.location) ? 'ZRS' : 'LRS',
    publicNetworkAccessEnabled: allowedCidrs.length > 0,
    networkRules: {
      defaultAction: 'Deny',
      bypass: ['AzureServices'],
      ...(allowedCidrs.length > 0 && { ipRules: storageRules(publicRanges(`bucket ${name}`, allowedCidrs)) }),
    },
    blobProperties: {
      versioningEnabled: true,
      deleteRetentionPolicy: { days: retentionDays },
      containerDeleteRetentionPolicy: { days: retentionDays },
    },
    ...(encryptionKey && customerKey(scope, { ...spec, encryptionKey }, context)),
    tags: { ...tags },
    lifecycle: { preventDestroy: protect },
  });
  removeOldVersions(scope, resource.id, retentionDays);
  privateLink(scope, context, { name, targetId: resource.id, service: 'blob' });
  if (context.logsId) {
    logResource(scope, 'Logs', { targetId: `${resource.id}/blobServices/default`, workspaceId: context.logsId, categories: ['StorageWrite', 'StorageDelete'] });
  }
  return resource;
}

/** Reached over TLS, by identities of the directory: no key exists that could leak. */
const CLOSED: Pick<StorageAccountConfig, 'accountTier'> & Partial<StorageAccountConfig> = {
  accountKind: 'StorageV2',
  accountTier: 'Standard',
  minTlsVersion: 'TLS1_2',
  httpsTrafficOnlyEnabled: true,
  allowNestedItemsToBePublic: false,
  sharedAccessKeyEnabled: false,
  defaultToOauthAuthentication: true,
  localUserEnabled: false,
  crossTenantReplicationEnabled: false,
  infrastructureEncryptionEnabled: true,
  sasPolicy: { expirationPeriod: '01.00:00:00', expirationAction: 'Log' },
};

/** Blocks of uploads that were never finished, Azure drops by itself after a week. */
function removeOldVersions(scope: Construct, storageAccountId: string, days: number): void {
  new StorageManagementPolicy(scope, 'Lifecycle', {
    storageAccountId,
    rule: [{
      name: 'old-versions',
      enabled: true,
      filters: { blobTypes: ['blockBlob'] },
      actions: { version: { deleteAfterDaysSinceCreation: days }, snapshot: { deleteAfterDaysSinceCreationGreaterThan: days } },
    }],
  });
}
