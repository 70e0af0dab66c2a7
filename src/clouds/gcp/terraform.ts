/** Google Cloud's Terraform side: GKE, Cloud Storage, Artifact Registry. */
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { CloudInfrastructure, ClusterInfrastructure, ClusterSpec, ExistingClusterSpec, GcpLocation } from '../infrastructure';
import { ensureBackend, hasProvider, output, relaxProviderVersion } from '../stack';
import { uniqueName } from '../unique-name';
import { versionOutput } from '../version-output';
import { addonsWith } from './addons';
import { bucket, grantRead } from './infrastructure/bucket';
import { cluster, enabledApis, nodeIdentity } from './infrastructure/cluster';
import { serviceAgent } from './infrastructure/identity';
import { useOfKey } from './infrastructure/keys';
import { NAME_RULES } from './infrastructure/name-rules';
import { network } from './infrastructure/network';
import { gpuPool, nodePool } from './infrastructure/pools';
import type { DiskKey, PoolContext } from './infrastructure/pools';
import { registry } from './infrastructure/registry';
import { GoogleProvider } from './resources';

/**
 * What runs the cluster's own pods, helpers and builds; small, for GPUs have pools of their own. Two, so that one may fail or be upgraded.
 * Of the disk GKE leaves 104 GiB to pods; of 100 GiB it would leave 49, which is less than a build asks for.
 */
const SYSTEM_POOL = {
  name: 'system', machineType: 'n2d-standard-4', minNodes: 2, maxNodes: 5, spot: false, diskGiB: 200, labels: {},
};

/** From the version of the typings on. 7 and 8 change nothing that is used here (test/terraform/versions.test.ts). */
const PROVIDER_VERSIONS = '>= 6.50.0, < 9.0.0';

export function cloudInfrastructure(location: GcpLocation): CloudInfrastructure {
  return {
    region: location.region,
    upgradesByItself: true,
    takesGround: ['network', 'podCidr', 'serviceCidr', 'outboundInternet', 'flowLogs', 'encryptionKey', 'naming'],
    nameRules: NAME_RULES,
    prepare: (scope) => {
      ensureBackend(scope);
      relaxProviderVersion(scope, 'google', PROVIDER_VERSIONS);
      if (hasProvider(scope, 'google')) return;
      new GoogleProvider(scope, 'google', { project: location.projectId, region: location.region });
    },
    cluster: (scope, spec) => declaredCluster(scope, spec, location),
    existingCluster: (_, spec) => existingCluster(spec, location),
    bucketName: (clusterName) => uniqueName(clusterName, location.projectId, 'artifacts'),
    registryName: (clusterName) => clusterName,
    artifacts: ({ name }) => ({ url: `gs://${name}` }),
    images: (name) => ({ url: `${location.region}-docker.pkg.dev/${location.projectId}/${name}`, repositoryPerWorkspace: true }),
  };
}

function declaredCluster(scope: Construct, spec: ClusterSpec, location: GcpLocation): ClusterInfrastructure {
  const { name, tags } = spec;
  checkAdmins(spec);
  const apis = enabledApis(scope);
  const nodes = nodeIdentity(scope, spec, { location, apis });
  const resource = cluster(scope, spec, { location, nodes, apis, network: network(scope, spec, { location, apis }) });
  output(scope, versionOutput(name), resource.masterVersion);
  const handle = handleOf({
    location, apis,
    cluster: resource.name,
    clusterLocation: location.region,
    diskKey: spec.encryptionKey === undefined ? undefined : diskKey(scope, spec.encryptionKey, location),
    nodes: () => ({ email: nodes.account.email, member: nodes.account.member }),
    dependables: [resource],
  });
  handle.addNodePool(new Construct(scope, 'SystemPool'), { ...SYSTEM_POOL, tags });
  const made = { serviceAccount: nodes.email, ...(spec.encryptionKey !== undefined && { diskKey: spec.encryptionKey }) };
  return { ...handle, nodePools: [SYSTEM_POOL], addons: (platform) => addonsWith(platform, made) };
}

/** It is Compute Engine that encrypts disks, by its own agent in the project. */
function diskKey(scope: Construct, key: string, location: GcpLocation): DiskKey {
  return { key, grant: useOfKey(scope, 'DisksKeyGrant', { key, member: serviceAgent(location, 'compute-system') }) };
}

/** A role in IAM is on the project, and so on all of its clusters: more than the name of the prop says. */
function checkAdmins({ name, admins }: ClusterSpec): void {
  if (admins.length === 0) return;
  throw new Error(`admins of cluster ${name} is ${admins.join(', ')}, but on Google Cloud IAM alone says who administers clusters; `
    + 'leave it out, and grant roles/container.admin on the project');
}

/** Attributes: `nodeServiceAccount`, and `location` of a cluster that is in one zone. */
function existingCluster({ name, attributes }: ExistingClusterSpec, location: GcpLocation): ClusterInfrastructure {
  const { nodeServiceAccount, location: clusterLocation = location.region } = attributes;
  const made = typeof nodeServiceAccount === 'string' ? { serviceAccount: nodeServiceAccount } : {};
  const handle = handleOf({
    location,
    cluster: name,
    clusterLocation: String(clusterLocation),
    nodes: () => {
      if (typeof nodeServiceAccount !== 'string') {
        throw new Error(`cluster ${name} has no nodeServiceAccount; give the e-mail address of the service account of its nodes, which pools run as and pull by`);
      }
      return { email: nodeServiceAccount, member: `serviceAccount:${nodeServiceAccount}` };
    },
    apis: [],
    dependables: [],
  });
  return { ...handle, addons: (platform) => addonsWith(platform, made) };
}

interface Handle extends Omit<PoolContext, 'nodes'> {
  readonly apis: readonly ITerraformDependable[];
  readonly dependables: readonly ITerraformDependable[];
  /** The nodes' service account; an error where it is not known. */
  nodes(): { readonly email: string; readonly member: string };
}

function handleOf({ nodes, dependables, ...context }: Handle): ClusterInfrastructure {
  const conditions = new Map<string, Set<string>>();
  return {
    zones: context.location.zones,
    addNodePool: (scope, spec) => void nodePool(scope, spec, { ...context, nodes: nodes().email }),
    addGpuPool: (scope, spec) => void gpuPool(scope, spec, { ...context, nodes: nodes().email }),
    addBucket: (scope, spec) => bucket(scope, spec, { ...context, cluster: dependables }),
    addRegistry: (scope, spec) => registry(scope, spec, { ...context, nodes: nodes().member, cluster: dependables }),
    /* IAM knows a ServiceAccount by its name. */
    addIdentity: () => undefined,
    grantRead: (scope, grant) => grantRead(scope, grant, { ...context, cluster: dependables, conditions }),
  };
}
