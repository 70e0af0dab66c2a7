/**
 * AWS's Terraform side: EKS with managed node groups, S3, ECR.
 *
 * Managed node groups, not Auto Mode: all that will run is in the plan that is reviewed, no surcharge on each GPU machine, and
 * capacity blocks, placement and disks are ours to choose. The price: the autoscaler and the device plugin are ours to bring
 * (addons.ts).
 *
 * A cluster that exists is described by these attributes:
 * - `subnetIds`: ids of private subnets, one for each of the location's zones, in their order;
 * - `nodeRoleArn`: ARN of the role of the nodes, which has an access entry of type EC2_LINUX;
 * - `securityGroupIds`, optional: security groups of the nodes, where not the cluster's own.
 * It must have the add-ons vpc-cni, eks-pod-identity-agent, aws-ebs-csi-driver and aws-mountpoint-s3-csi-driver, and an autoscaler, or
 * be given ours.
 */
import { Construct } from 'constructs';
import { ALL_ADDONS } from '../cloud';
import type { AwsLocation, CloudInfrastructure, ClusterInfrastructure, ClusterSpec, ExistingClusterSpec } from '../infrastructure';
import { ensureBackend, hasProvider, output, relaxProviderVersion } from '../stack';
import { uniqueName } from '../unique-name';
import { versionOutput } from '../version-output';
import { clusterAddons } from './addons';
import { allowAutoscaler } from './infrastructure/autoscaler';
import { bucket, grantRead } from './infrastructure/bucket';
import { checkClusterSpec, cluster } from './infrastructure/cluster';
import { addonsAfterNodes, addonsBeforeNodes } from './infrastructure/cluster-addons';
import { clusterKey } from './infrastructure/encryption';
import { existingContext } from './infrastructure/existing-cluster';
import { identities } from './infrastructure/identity';
import type { Identities } from './infrastructure/identity';
import { diskGrant } from './infrastructure/keys';
import { NAME_RULES } from './infrastructure/name-rules';
import { checkClusterName } from './infrastructure/names';
import { network } from './infrastructure/network';
import { nodeIdentity } from './infrastructure/nodes';
import { gpuPool, nodePool } from './infrastructure/pools';
import type { PoolContext } from './infrastructure/pools';
import { registry } from './infrastructure/registry';
import { hostOf } from './partition';
import { AwsProvider } from './resources';

/** What runs the cluster's own pods; small, for GPUs have pools of their own. The limit is one of each zone. */
const SYSTEM_POOL = { name: 'system', machineType: 'm7i.xlarge', minNodes: 2, maxNodes: 3, spot: false, diskGiB: 100, labels: {} };

/** The first version with all that is used here, and the next major one. */
const PROVIDER_VERSIONS = '>= 6.25.0, < 7.0.0';

const DEFAULT_TAGS = { 'managed-by': 'cdk-substratus' };

export function cloudInfrastructure(location: AwsLocation): CloudInfrastructure {
  return {
    region: location.region,
    severalMachineTypes: true,
    takesGround: ['network', 'serviceCidr', 'flowLogs', 'encryptionKey', 'naming'],
    nameRules: NAME_RULES,
    prepare: (scope) => {
      ensureBackend(scope);
      relaxProviderVersion(scope, 'aws', PROVIDER_VERSIONS);
      if (hasProvider(scope, 'aws')) return;
      new AwsProvider(scope, 'aws', {
        region: location.region, allowedAccountIds: [location.accountId], defaultTags: [{ tags: DEFAULT_TAGS }],
      });
    },
    cluster: (scope, spec) => newCluster(scope, spec, location),
    existingCluster: (scope, spec) => clusterThatExists(scope, spec, location),
    bucketName: (clusterName) => uniqueName(clusterName, `${location.accountId}/${location.region}`, 'artifacts'),
    registryName: (clusterName) => clusterName,
    artifacts: ({ name }) => ({ url: `s3://${name}`, region: location.region }),
    images: (name) => ({ url: `${hostOf(`${location.accountId}.dkr.ecr`, location.region)}/${name}` }),
  };
}

function newCluster(scope: Construct, spec: ClusterSpec, location: AwsLocation): ClusterInfrastructure {
  const { name, tags, nameOf, encryptionKey, kubernetesVersion } = spec;
  checkClusterName(name);
  checkClusterSpec(spec, location);
  const key = clusterKey(scope, spec, location);
  const { subnets, routes } = network(scope, { location, spec, key });
  const resource = cluster(scope, spec, { location, subnets, key });
  output(scope, versionOutput(name), resource.version);
  const nodes = nodeIdentity(scope, spec, location);
  const context = { location, clusterName: name, cluster: resource.name, tags, nameOf };
  const addons = { location, clusterName: name, resource, tags, nameOf };
  const first = addonsBeforeNodes(scope, addons);
  const grants = encryptionKey === undefined ? [] : [diskGrant(scope, encryptionKey, location)];
  const dependables = [...routes, ...nodes.rights, ...first, ...grants];
  const pools = { ...context, subnets, nodeRoleArn: nodes.role.arn, kubernetesVersion, diskKey: encryptionKey, dependables };
  const system = nodePool(new Construct(scope, 'SystemPool'), { ...SYSTEM_POOL, tags }, pools);
  addonsAfterNodes(scope, addons, system);
  const roles = identities(scope, context);
  allowAutoscaler(roles, location, name);
  return {
    ...handleOf({ location, pools, roles, nodeRole: nodes.role.name }),
    nodePools: [SYSTEM_POOL],
    addons: (platform) => clusterAddons(platform, ALL_ADDONS),
  };
}

function clusterThatExists(scope: Construct, spec: ExistingClusterSpec, location: AwsLocation): ClusterInfrastructure {
  const { nodeRole, ...pools } = existingContext(spec, location);
  const roles = identities(scope, { location, clusterName: spec.name, cluster: spec.name, tags: spec.tags });
  if (spec.autoscaler) allowAutoscaler(roles, location, spec.name);
  return handleOf({ location, pools, roles, nodeRole });
}

interface Handle {
  readonly location: AwsLocation;
  readonly pools: PoolContext;
  readonly roles: Identities;
  /** Name of the nodes' role. */
  readonly nodeRole: string;
}

function handleOf({ location, pools, roles, nodeRole }: Handle): ClusterInfrastructure {
  return {
    zones: location.zones,
    addNodePool: (scope, spec) => void nodePool(scope, spec, pools),
    addGpuPool: (scope, spec) => void gpuPool(scope, spec, pools),
    addBucket: (scope, spec) => bucket(scope, spec, { location, identities: roles }),
    addRegistry: (scope, spec) => registry(scope, spec, { location, identities: roles, nodeRole }),
    addIdentity: (_, account) => void roles.roleOf(account),
    grantRead: (_, grant) => grantRead(grant, { location, identities: roles }),
  };
}
