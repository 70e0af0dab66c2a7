/** Azure's Terraform side: AKS, Blob Storage, Container Registry. */
import { Construct } from 'constructs';
import type { AzureLocation, CloudInfrastructure, ClusterInfrastructure } from '../infrastructure';
import { ensureBackend, hasProvider, relaxProviderVersion } from '../stack';
import { registryHostOf } from './endpoints';
import { bucket, grantRead } from './infrastructure/bucket';
import { cluster } from './infrastructure/cluster';
import type { ClusterContext } from './infrastructure/cluster-context';
import { existingContext } from './infrastructure/existing';
import { identityOf } from './infrastructure/identity';
import { NAME_RULES } from './infrastructure/name-rules';
import { gpuPool, nodePool } from './infrastructure/pools';
import { registry } from './infrastructure/registry';
import { roleProblems } from './infrastructure/roles';
import { clientIdOutput, poolName, registryName, resourceGroupName, storageAccountName } from './names';
import { AzurermProvider } from './resources';

/** What runs all that needs no GPU: the system pool takes the cluster's own pods only. */
const GENERAL_POOL = {
  name: 'general', machineType: 'Standard_D4ds_v5', minNodes: 0, maxNodes: 5, spot: false, diskGiB: 128, labels: {},
};

/**
 * The first version with all that is used here (`role_assignment_mode` of a registry, azurerm 4.81). The fifth is for stacks that ask for
 * it: a link of a private DNS zone has other arguments there.
 */
const PROVIDER_VERSIONS = '>= 4.81.0, < 5.0.0';

export function cloudInfrastructure(location: AzureLocation): CloudInfrastructure {
  return {
    region: location.location,
    takesGround: ['network', 'podCidr', 'serviceCidr', 'encryptionKey', 'naming'],
    nameRules: NAME_RULES,
    prepare: (scope) => {
      ensureBackend(scope);
      relaxProviderVersion(scope, 'azurerm', PROVIDER_VERSIONS);
      if (!hasProvider(scope, 'azurerm')) prepareProvider(scope, location);
    },
    cluster: (scope, spec) => {
      const handle = handleOf(cluster(scope, spec, location));
      if (spec.nodeProvisioning) return handle; // AKS makes nodes for what needs no GPU
      handle.addNodePool(new Construct(scope, 'GeneralPool'), { ...GENERAL_POOL, tags: spec.tags });
      return { ...handle, nodePools: [GENERAL_POOL] };
    },
    existingCluster: (scope, spec) => handleOf(existingContext(scope, { location, spec })),
    bucketName: (clusterName) => storageAccountName({ subscriptionId: location.subscriptionId, name: clusterName }),
    registryName: (clusterName) => registryName({ subscriptionId: location.subscriptionId, name: clusterName }),
    artifacts: ({ name, clusterName, resourceGroup = resourceGroupName(clusterName) }) => ({ url: `az://${name}`, resourceGroup }),
    images: (name) => ({ url: registryHostOf(name) }),
    tenantId: location.tenantId,
    clientIdOutput,
  };
}

/**
 * Services of Azure that a subscription must have registered for what is made here. azurerm 4 registers some sixty by itself, for which
 * not every deployer has the rights, and azurerm 5 none.
 *
 * @see https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/guides/5.0-upgrade-guide#resource-provider-registration-changes
 */
const SERVICES = [
  'Compute', 'ContainerRegistry', 'ContainerService', 'Insights', 'KeyVault', 'ManagedIdentity', 'Network', 'OperationalInsights',
  'OperationsManagement', 'PolicyInsights', 'Storage',
];

function prepareProvider(scope: Construct, { subscriptionId, tenantId }: AzureLocation): void {
  new AzurermProvider(scope, 'azurerm', {
    subscriptionId,
    tenantId,
    storageUseAzuread: true,
    resourceProviderRegistrations: 'none',
    resourceProvidersToRegister: SERVICES.map((service) => `Microsoft.${service}`),
    features: [{
      resourceGroup: [{ preventDeletionIfContainsResources: true }],
      /* Storage accounts are closed to the deploying identity. */
      storage: [{ dataPlaneAvailable: false }],
    }],
  });
}

/** Pools of a cluster. https://learn.microsoft.com/azure/aks/quotas-skus-regions (2026-11) */
const MOST_POOLS = 100;

function handleOf(context: ClusterContext): ClusterInfrastructure {
  const pools = new Map<string, string>(Object.entries({ system: 'system' }));
  context.scope.node.addValidation({ validate: () => roleProblems(context) });
  return {
    zones: context.location.zones ?? [],
    addNodePool: (scope, spec) => {
      claim(pools, spec.name);
      nodePool(scope, spec, context);
    },
    addGpuPool: (scope, spec) => {
      claim(pools, spec.name);
      gpuPool(scope, spec, context);
    },
    addBucket: (scope, spec) => bucket(scope, spec, context),
    addRegistry: (scope, spec) => registry(scope, spec, context),
    addIdentity: (_, account) => void identityOf(context, account),
    grantRead: (scope, grant) => grantRead(scope, grant, context),
  };
}

/** Different names may become one where hyphens are not taken. */
function claim(pools: Map<string, string>, name: string): void {
  const derived = poolName(name);
  const taken = pools.get(derived);
  if (taken !== undefined) throw new Error(`pool ${name} is called ${derived} on azure, as pool ${taken} is; choose another name`);
  if (pools.size === MOST_POOLS) throw new Error(`pool ${name} is one too many: a cluster has ${MOST_POOLS} on azure, with its own two; take machines for several kinds together`);
  pools.set(derived, name);
}
