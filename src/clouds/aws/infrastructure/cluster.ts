import type { EksClusterConfig } from '@cdktf/provider-aws/lib/eks-cluster';
import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec } from '../../infrastructure';
import { arnProblem } from '../partition';
import {
  CloudwatchLogGroup, EksAccessEntry, EksAccessPolicyAssociation, EksCluster, IamRolePolicy, IamRolePolicyAttachment,
} from '../resources';
import { AUTO_MODE_CLUSTER_POLICIES, autoModeConfig, isAutoMode } from './auto-mode';
import { clusterLogs } from './encryption';
import { checkOutbound } from './endpoints';
import { diskKeyStatements } from './karpenter-rights';
import { checkClusterKey } from './keys';
import { iamArn, managedPolicyArn, partitionOf, roleName } from './names';
import { LOG_DAYS } from './network';
import type { Subnets } from './network';
import { policyDocument, trustOfService } from './policy';
import { iamRole } from './role';
import { checkServiceRange } from './service-range';

const CONTROL_PLANE_LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

export interface ClusterContext {
  readonly location: AwsLocation;
  readonly subnets: Subnets;
  /** The cluster's own, for its logs. */
  readonly key: KmsKey;
  /** ARN of the role of the nodes that Auto Mode makes; absent where that is off. */
  readonly autoNodeRole?: string;
}

/**
 * An EKS cluster: access by IAM roles alone, and by none that is not named, not even its creator's; a control plane that only the
 * network of the cluster reaches, and the networks that are allowed; Secrets encrypted with a key of its own, or a customer's.
 */
export function cluster(scope: Construct, spec: ClusterSpec, { location, subnets, key, autoNodeRole }: ClusterContext): EksCluster {
  const { name, kubernetesVersion, allowedCidrs, serviceCidr, encryptionKey = key.arn, tags } = spec;
  const logs = new CloudwatchLogGroup(scope, 'ControlPlaneLogs', {
    name: clusterLogs(name), retentionInDays: LOG_DAYS, kmsKeyId: key.arn, tags: { ...tags },
  });
  const role = controlPlaneRole(scope, spec, { location, secretsKey: encryptionKey });
  const resource = new EksCluster(scope, 'Resource', {
    name,
    roleArn: role.role.arn,
    ...(kubernetesVersion && { version: kubernetesVersion }),
    deletionProtection: spec.protect,
    /* The add-ons below are the same, and can be configured. */
    bootstrapSelfManagedAddons: false,
    accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
    vpcConfig: {
      subnetIds: [...subnets.values()],
      endpointPrivateAccess: true,
      endpointPublicAccess: allowedCidrs.length > 0,
      ...(allowedCidrs.length > 0 && { publicAccessCidrs: [...allowedCidrs] }),
    },
    ...networkConfig(serviceCidr, autoNodeRole),
    ...(autoNodeRole !== undefined && autoModeConfig(autoNodeRole)),
    encryptionConfig: { provider: { keyArn: encryptionKey }, resources: ['secrets'] },
    enabledClusterLogTypes: CONTROL_PLANE_LOGS,
    /* Extended support costs six times as much, and is the default. */
    upgradePolicy: { supportType: 'STANDARD' },
    tags: { ...tags },
    dependsOn: [logs, ...role.rights],
  });
  for (const admin of spec.admins) administrator(scope, resource, { admin, location, tags });
  return resource;
}

function networkConfig(serviceCidr?: string, autoNodeRole?: string): Pick<EksClusterConfig, 'kubernetesNetworkConfig'> {
  if (serviceCidr === undefined && autoNodeRole === undefined) return {};
  return {
    kubernetesNetworkConfig: {
      ...(serviceCidr !== undefined && { serviceIpv4Cidr: serviceCidr }),
      ...(autoNodeRole !== undefined && { elasticLoadBalancing: { enabled: true } }),
    },
  };
}

interface RoleWithRights {
  readonly role: IamRole;
  readonly rights: ITerraformDependable[];
}

interface ControlPlane {
  readonly location: AwsLocation;
  /** ARN of the key of its Secrets, whose policy must leave it to IAM who uses it. */
  readonly secretsKey: string;
}

function controlPlaneRole(scope: Construct, spec: ClusterSpec, { location, secretsKey }: ControlPlane): RoleWithRights {
  const { name, tags, nameOf, encryptionKey } = spec;
  const isAuto = isAutoMode(spec);
  const role = iamRole(scope, 'ControlPlaneRole', {
    location,
    nameOf,
    name: roleName(location, name, ['control-plane']),
    trust: trustOfService('eks', location, isAuto ? ['sts:AssumeRole', 'sts:TagSession'] : undefined),
    tags,
  });
  const managed = new IamRolePolicyAttachment(scope, 'ControlPlanePolicy', {
    role: role.name, policyArn: managedPolicyArn(location, 'AmazonEKSClusterPolicy'),
  });
  const encrypt = new IamRolePolicy(scope, 'ControlPlaneEncryption', {
    name: 'encrypt-secrets',
    role: role.name,
    policy: policyDocument({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:ListGrants'], Resource: secretsKey }),
  });
  return { role, rights: [managed, encrypt, ...isAuto ? autoModeRights(scope, role, { location, encryptionKey }) : []] };
}

/** It makes the nodes itself, and encrypts their disks. */
function autoModeRights(
  scope: Construct, { name: role }: IamRole, { location, encryptionKey }: { location: AwsLocation; encryptionKey?: string },
): ITerraformDependable[] {
  const managed = AUTO_MODE_CLUSTER_POLICIES.map((policy) => (
    new IamRolePolicyAttachment(scope, `ControlPlanePolicy-${policy}`, { role, policyArn: managedPolicyArn(location, policy) })
  ));
  if (encryptionKey === undefined) return managed;
  const policy = policyDocument(...diskKeyStatements(encryptionKey, location));
  return [...managed, new IamRolePolicy(scope, 'ControlPlaneDisks', { name: 'encrypt-disks', role, policy })];
}

interface Administrator {
  readonly admin: string;
  readonly location: AwsLocation;
  readonly tags: Readonly<Record<string, string>>;
}

function administrator(scope: Construct, { name }: EksCluster, { admin, location, tags }: Administrator): void {
  const id = admin.split(':').slice(-1).join();
  const entry = new EksAccessEntry(scope, `Admin-${id}`, { clusterName: name, principalArn: admin, type: 'STANDARD', tags: { ...tags } });
  new EksAccessPolicyAssociation(scope, `AdminPolicy-${id}`, {
    clusterName: name,
    principalArn: entry.principalArn,
    policyArn: `arn:${partitionOf(location)}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
    accessScope: { type: 'cluster' },
  });
}

/** What AWS would refuse, or what would make a cluster that nobody can use. */
export function checkClusterSpec(spec: ClusterSpec, location: AwsLocation): void {
  const { name, maintenance, encryptionKey } = spec;
  const { zones } = location;
  if (maintenance) {
    throw new Error(`cluster ${name} has a maintenanceWindow, but EKS upgrades neither versions nor nodes by itself: a deployment does, when you run it; leave it out`);
  }
  if (zones.length < 2) throw new Error(`zones is ${zones.join(', ')}, but the control plane of EKS takes two zones or more; name another one`);
  if (encryptionKey !== undefined) checkClusterKey(encryptionKey, location);
  checkProvisioning(spec);
  checkServiceRange(spec);
  checkOutbound(spec, location);
  checkAdmins(spec, location);
}

function checkProvisioning({ name, nodeProvisioning }: ClusterSpec): void {
  if (nodeProvisioning?.existing) throw new Error(`cluster ${name} is made here, and cannot have Karpenter already; leave existing out`);
  const { nodeRole } = nodeProvisioning ?? {};
  if (nodeRole !== undefined) throw new Error(`nodeRole is ${nodeRole}, but cluster ${name} makes the role of its nodes; leave nodeRole out`);
}

function checkAdmins({ name, admins }: ClusterSpec, location: AwsLocation): void {
  const example = iamArn(location, 'role/admin');
  if (admins.length === 0) {
    throw new Error(`cluster ${name} has no admins, so nobody could use it; name roles, for example ${example}`);
  }
  for (const admin of admins) {
    if (!/^arn:[a-z-]+:iam::\d{12}:(role|user)\/.+$/.test(admin)) {
      throw new Error(`admin ${admin} of cluster ${name} is not an ARN of a role or user, for example ${example}`);
    }
    const problem = arnProblem(admin, location.region);
    if (problem !== undefined) throw new Error(`admin ${admin} of cluster ${name} ${problem}; name one of that partition, for example ${example}`);
  }
}
