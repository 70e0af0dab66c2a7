/** The Terraform side of Nimbus, with a provider that there is not. */
import { TerraformProvider, TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import type { BucketInfrastructure, BucketSpec, CloudInfrastructure, ClusterInfrastructure } from '../../../src/clouds/infrastructure';
import { ensureBackend, hasProvider } from '../../../src/clouds/stack';
import { uniqueName } from '../../../src/clouds/unique-name';

/** Where on Nimbus. */
export interface NimbusLocation {
  readonly tenant: string;
}

const NIMBUS = { providerName: 'nimbus' };

class NimbusProvider extends TerraformProvider {
  constructor(scope: Construct, private readonly tenant: string) {
    super(scope, 'nimbus', { terraformResourceType: 'nimbus', terraformGeneratorMetadata: NIMBUS, terraformProviderSource: 'acme/nimbus' });
  }

  protected synthesizeAttributes(): Record<string, unknown> {
    return { tenant: this.tenant };
  }
}

class NimbusResource extends TerraformResource {
  constructor(scope: Construct, type: string, private readonly attributes: Record<string, unknown> & { readonly id?: string }) {
    super(scope, attributes.id ?? 'Resource', { terraformResourceType: type, terraformGeneratorMetadata: NIMBUS });
  }

  protected synthesizeAttributes(): Record<string, unknown> {
    return this.attributes;
  }
}

export function cloudInfrastructure({ tenant }: NimbusLocation): CloudInfrastructure {
  return {
    takes: {
      cluster: ['cloud', 'clusterName', 'tags'],
      gpuPool: ['cluster', 'gpu', 'gpusPerNode', 'machineType', 'poolName', 'minNodes', 'maxNodes', 'diskGiB'],
      bucket: ['cluster', 'bucketName', 'destroyable'],
      registry: ['cluster', 'registryName'],
    },
    prepare: (scope) => {
      ensureBackend(scope);
      if (!hasProvider(scope, 'nimbus')) new NimbusProvider(scope, tenant);
    },
    cluster: (scope, { name, tags }) => {
      new NimbusResource(scope, 'nimbus_cluster', { name, tags });
      return handleOf(name);
    },
    existingCluster: (_, { name }) => handleOf(name),
    bucketName: (clusterName) => uniqueName(clusterName, tenant, 'artifacts'),
    registryName: (clusterName) => clusterName,
    artifacts: ({ name }) => ({ url: `nimbus://${name}` }),
    images: (name) => ({ url: `registry.nimbus.example/${tenant}/${name}` }),
  };
}

function handleOf(cluster: string): ClusterInfrastructure {
  return {
    addNodePool: (scope, { name, machineType }) => void new NimbusResource(scope, 'nimbus_pool', { cluster, name, machine_type: machineType }),
    addGpuPool: (scope, { name, machineType, labels, maxNodes }) => void new NimbusResource(scope, 'nimbus_pool', {
      cluster, name, machine_type: machineType, labels, max_nodes: maxNodes,
    }),
    addBucket: bucket,
    addRegistry: (scope, { name }) => {
      new NimbusResource(scope, 'nimbus_registry', { name });
      return { addWorkspace: () => undefined };
    },
    addIdentity: () => undefined,
  };
}

function bucket(scope: Construct, { name, protect }: BucketSpec): BucketInfrastructure {
  new NimbusResource(scope, 'nimbus_bucket', { name, protect });
  return {
    addWorkspace: () => undefined,
    grant: (at, { account, prefix, access }) => {
      const identity = `${account.namespace}.${account.name}`;
      new NimbusResource(at, 'nimbus_right', { id: `${identity}-${access}-${prefix}`, identity, on: `${name}/${prefix}`, access });
    },
  };
}
