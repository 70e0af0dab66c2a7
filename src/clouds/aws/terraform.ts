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
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { NodeProvisioningSpec } from '../../api/platform';
import { ALL_ADDONS } from '../cloud';
import type { AwsLocation, CloudInfrastructure, ClusterInfrastructure, ClusterSpec, ExistingClusterSpec } from '../infrastructure';
import { ensureBackend, hasProvider, output, relaxProviderVersion } from '../stack';
import { uniqueName } from '../unique-name';
import { versionOutput } from '../version-output';
import { clusterAddons } from './addons';
import { isAutoMode, refusePools } from './infrastructure/auto-mode';
import { allowAutoscaler } from './infrastructure/autoscaler';
import { bucket, grantRead } from './infrastructure/bucket';
import { checkClusterSpec, cluster } from './infrastructure/cluster';
import { addonsAfterNodes, addonsBeforeNodes, addonsOfAutoMode } from './infrastructure/cluster-addons';
import { clusterKey } from './infrastructure/encryption';
import { existingContext } from './infrastructure/existing-cluster';
import { identities } from './infrastructure/identity';
import type { Identities, IdentityContext } from './infrastructure/identity';
import { karpenter } from './infrastructure/karpenter';
import { diskGrant } from './infrastructure/keys';
import { NAME_RULES } from './infrastructure/name-rules';
import { checkClusterName, iamArn } from './infrastructure/names';
import { network } from './infrastructure/network';
import type { Subnets } from './infrastructure/network';
import { nodeIdentity, nodeRoleName } from './infrastructure/nodes';
import type { NodeIdentity } from './infrastructure/nodes';
import { gpuPool, nodePool } from './infrastructure/pools';
import type { PoolContext } from './infrastructure/pools';
import { registry } from './infrastructure/registry';
import { hostOf } from './partition';
import { AwsProvider } from './resources';
import type { EksCluster } from './resources';

/** What runs the cluster's own pods; small, for GPUs have pools of their own. The limit is one of each zone. */
const SYSTEM_POOL = { name: 'system', machineType: 'm7i.xlarge', minNodes: 2, maxNodes: 3, spot: false, diskGiB: 100, labels: {} };

/** The first version with all that is used here, and the next major one. */
const PROVIDER_VERSIONS = '>= 6.25.0, < 7.0.0';

const DEFAULT_TAGS = { 'managed-by': 'cdk-substratus' };

export function cloudInfrastructure(location: AwsLocation): CloudInfrastructure {
  return {
    region: location.region,
    severalMachineTypes: true,
    takesGround: ['network', 'serviceCidr', 'outboundInternet', 'flowLogs', 'encryptionKey', 'naming'],
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
  const { name, tags, nameOf } = spec;
  checkClusterName(name);
  checkClusterSpec(spec, location);
  const key = clusterKey(scope, spec, location);
  const { subnets, routes } = network(scope, { location, spec, key });
  const autoNodes = isAutoMode(spec) ? nodeIdentity(scope, spec, location) : undefined;
  const resource = cluster(scope, spec, { location, subnets, key, autoNodeRole: autoNodes?.role.arn });
  output(scope, versionOutput(name), resource.version);
  const context = { location, clusterName: name, cluster: resource.name, tags, nameOf };
  const made = { spec, resource, subnets, routes, context };
  const handle = autoNodes ? autoModeCluster(scope, made, autoNodes) : clusterOfPools(scope, made);
  return { ...handle, ...(spec.outboundInternet === false && { registryCidrs: [spec.cidr] }) };
}

interface Made {
  readonly spec: ClusterSpec;
  readonly resource: EksCluster;
  readonly subnets: Subnets;
  readonly routes: ITerraformDependable[];
  readonly context: IdentityContext;
}

/** Its nodes are those of pools: one that runs the cluster's own pods, and those that are added; or what Karpenter makes beside them. */
function clusterOfPools(scope: Construct, made: Made): ClusterInfrastructure {
  const { spec, resource, subnets, routes, context } = made;
  const { name, tags, nameOf, encryptionKey, kubernetesVersion, nodeProvisioning } = spec;
  const { location } = context;
  const nodes = nodeIdentity(scope, spec, location);
  const addons = { location, clusterName: name, resource, tags, nameOf };
  const first = addonsBeforeNodes(scope, addons);
  const grants = encryptionKey === undefined ? [] : [diskGrant(scope, encryptionKey, location)];
  const dependables = [...routes, ...nodes.rights, ...first, ...grants];
  const isScaled = !nodeProvisioning;
  const clusterSecurityGroup = resource.vpcConfig.clusterSecurityGroupId;
  const how = { isScaled, kubernetesVersion, diskKey: encryptionKey, dependables };
  const pools = { ...context, ...how, clusterSecurityGroup, subnets, nodeRoleArn: nodes.role.arn };
  const system = nodePool(new Construct(scope, 'SystemPool'), { ...SYSTEM_POOL, ...isScaled ? {} : { maxNodes: SYSTEM_POOL.minNodes }, tags }, pools);
  addonsAfterNodes(scope, addons, system);
  const roles = identities(scope, context);
  if (!nodeProvisioning) allowAutoscaler(roles, location, name);
  const nodeRole = { name: nodes.role.name, arn: iamArn(location, `role/${nodeRoleName(spec, location)}`) };
  const karpenterParts = nodeProvisioning && karpenter(scope, { ...context, identities: roles, nodeRole, diskKey: encryptionKey });
  return {
    ...handleOf({ location, pools, roles, nodeRole: nodes.role.name }),
    nodePools: [SYSTEM_POOL],
    ...(nodeProvisioning && { nodeProvisioning: { ...nodeProvisioning, ...karpenterParts, ...groundOf(made) } }),
    addons: (platform) => clusterAddons(platform, { ...ALL_ADDONS, autoscaler: !nodeProvisioning }),
  };
}

/** AWS makes all nodes, those of the cluster's own pods too. */
function autoModeCluster(scope: Construct, made: Made, nodes: NodeIdentity): ClusterInfrastructure {
  const { spec, resource, routes, context } = made;
  const { name, tags, nameOf, nodeProvisioning } = spec;
  const { location } = context;
  addonsOfAutoMode(scope, { location, clusterName: name, resource, tags, nameOf }, [...routes, ...nodes.rights]);
  const roles = identities(scope, context);
  /* Tags take rights that its policies do not have: https://docs.aws.amazon.com/eks/latest/userguide/auto-learn-iam.html. */
  const { tags: _, ...ground } = groundOf(made);
  return {
    ...handleOf({ location, roles, nodeRole: nodes.role.name, autoMode: name }),
    ...(nodeProvisioning && { nodeProvisioning: { ...nodeProvisioning, ...ground, nodeRole: nodeRoleName(spec, location) } }),
    addons: (platform) => clusterAddons(platform, { defaultStorageClass: true }),
  };
}

/** Where the nodes of a provisioner are: on the ground of others by id, else by the tag on the subnets. */
function groundOf({ spec: { network: given, encryptionKey, tags }, subnets }: Made): Pick<NodeProvisioningSpec, 'subnetIds' | 'diskKey' | 'tags'> {
  return {
    ...(given && { subnetIds: [...subnets.values()] }),
    ...(encryptionKey !== undefined && { diskKey: encryptionKey }),
    ...(Object.keys(tags).length > 0 && { tags }),
  };
}

function clusterThatExists(scope: Construct, spec: ExistingClusterSpec, location: AwsLocation): ClusterInfrastructure {
  const { nodeRole, ...pools } = existingContext(spec, location);
  const { name, tags, nodeProvisioning: by } = spec;
  const context = { location, clusterName: name, cluster: name, tags };
  const roles = identities(scope, context);
  if (spec.autoscaler) allowAutoscaler(roles, location, name);
  if (by?.kind === 'eks-auto-mode') {
    return { ...handleOf({ location, roles, nodeRole, autoMode: name }), nodeProvisioning: { ...by, ...groundOfExisting(pools) } };
  }
  const role = { name: nodeRole, arn: pools.nodeRoleArn };
  const parts = by && !by.existing ? karpenter(scope, { ...context, identities: roles, nodeRole: role }) : undefined;
  return {
    ...handleOf({ location, pools, roles, nodeRole }),
    ...(by && { nodeProvisioning: { nodeRole, ...by, ...parts, ...groundOfExisting(pools), tags } }),
  };
}

function groundOfExisting({ subnets, securityGroupIds }: PoolContext): Pick<NodeProvisioningSpec, 'subnetIds' | 'securityGroupIds'> {
  return { subnetIds: [...subnets.values()], ...(securityGroupIds && { securityGroupIds }) };
}

interface Handle {
  readonly location: AwsLocation;
  /** Absent where it has none. */
  readonly pools?: PoolContext;
  /** Name of the cluster, where it is in Auto Mode. */
  readonly autoMode?: string;
  readonly roles: Identities;
  /** Name of the nodes' role. */
  readonly nodeRole: string;
}

function handleOf({ location, pools, roles, nodeRole, autoMode = '' }: Handle): ClusterInfrastructure {
  return {
    zones: location.zones,
    addNodePool: (scope, spec) => {
      if (!pools) refusePools(autoMode, `leave pool ${spec.name} out, for nodes without GPU come up by themselves`);
      nodePool(scope, spec, pools);
    },
    addGpuPool: (scope, spec) => {
      if (!pools) refusePools(autoMode, `declare ${spec.name} by platform.addGpuProvisioner`);
      gpuPool(scope, spec, pools);
    },
    addBucket: (scope, spec) => bucket(scope, spec, { location, identities: roles }),
    addRegistry: (scope, spec) => registry(scope, spec, { location, identities: roles, nodeRole }),
    addIdentity: (_, account) => void roles.roleOf(account),
    grantRead: (_, grant) => grantRead(grant, { location, identities: roles }),
  };
}
