import type { EksCluster } from '@cdktf/provider-aws/lib/eks-cluster';
import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec } from '../../infrastructure';
import { DataAwsEksAddonVersion, EksAddon, IamRolePolicyAttachment } from '../resources';
import { trustOfPods } from './identity';
import { identityRoleName, managedPolicyArn } from './names';
import { iamRole } from './role';

interface AddonRow {
  readonly name: string;
  readonly configuration?: object;
  /** ServiceAccount in kube-system, and the policy of AWS that its role gets. */
  readonly account?: string;
  readonly policy?: string;
}

/** Nodes become ready with the network, and the network's pods get their role through the agent. Both run on the host's network. */
const BEFORE_NODES: readonly AddonRow[] = [
  {
    name: 'vpc-cni',
    configuration: { enableNetworkPolicy: 'true', env: { ENABLE_PREFIX_DELEGATION: 'true', WARM_PREFIX_TARGET: '1' } },
    account: 'aws-node',
    policy: 'AmazonEKS_CNI_Policy',
  },
  { name: 'kube-proxy' },
  { name: 'eks-pod-identity-agent' },
];

/**
 * Need a node that takes all pods to become active. The driver for buckets has no role: it mounts with the rights of the pod.
 */
const AFTER_NODES: readonly AddonRow[] = [
  { name: 'coredns' },
  { name: 'aws-ebs-csi-driver', account: 'ebs-csi-controller-sa', policy: 'service-role/AmazonEBSCSIDriverPolicy' },
  { name: 'aws-mountpoint-s3-csi-driver' },
  { name: 'metrics-server' },
  { name: 'eks-node-monitoring-agent' },
];

/** What Auto Mode does not bring: https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html#addon-consider-auto */
const WITH_AUTO_MODE: readonly AddonRow[] = [{ name: 'aws-mountpoint-s3-csi-driver' }, { name: 'metrics-server' }];

export interface AddonContext {
  readonly location: AwsLocation;
  /** Name of the cluster, concrete. */
  readonly clusterName: string;
  readonly resource: EksCluster;
  readonly tags: Readonly<Record<string, string>>;
  readonly nameOf: ClusterSpec['nameOf'];
}

export function addonsBeforeNodes(scope: Construct, context: AddonContext): ITerraformDependable[] {
  return BEFORE_NODES.map((row) => addon(scope, context, { row, after: [] }));
}

export function addonsAfterNodes(scope: Construct, context: AddonContext, nodes: ITerraformDependable[]): void {
  for (const row of AFTER_NODES) addon(scope, context, { row, after: nodes });
}

/** Nodes come up for their pods. */
export function addonsOfAutoMode(scope: Construct, context: AddonContext, after: ITerraformDependable[]): void {
  for (const row of WITH_AUTO_MODE) addon(scope, context, { row, after });
}

function addon(scope: Construct, context: AddonContext, { row, after }: { row: AddonRow; after: ITerraformDependable[] }): EksAddon {
  const { name, configuration, account, policy } = row;
  const role = account && policy ? addonRole(scope, context, { addon: name, account, policy }) : undefined;
  return new EksAddon(scope, `Addon-${name}`, {
    clusterName: context.resource.name,
    addonName: name,
    addonVersion: versionFor(scope, name, context.resource),
    ...(configuration && { configurationValues: JSON.stringify(configuration) }),
    ...(role && { podIdentityAssociation: [{ roleArn: role.role.arn, serviceAccount: role.account }] }),
    resolveConflictsOnCreate: 'OVERWRITE',
    resolveConflictsOnUpdate: 'PRESERVE',
    tags: { ...context.tags },
    dependsOn: [...after, ...role ? [role.rights] : []],
  });
}

/**
 * The version that EKS takes by default for the cluster's version of Kubernetes, since EKS upgrades no add-on with the control plane. Of a
 * cluster that changes it is asked after the change: a new stack is planned without asking for anything, and an add-on never moves before
 * its control plane.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html
 */
function versionFor(scope: Construct, addonName: string, resource: EksCluster): string {
  const known = new DataAwsEksAddonVersion(scope, `AddonVersion-${addonName}`, {
    addonName, kubernetesVersion: resource.version, mostRecent: false, dependsOn: [resource],
  });
  return known.version;
}

interface AddonRole {
  readonly role: IamRole;
  readonly rights: IamRolePolicyAttachment;
  readonly account: string;
}

function addonRole(
  scope: Construct,
  { location, clusterName, tags, nameOf }: AddonContext,
  { addon: name, account, policy }: { addon: string; account: string; policy: string },
): AddonRole {
  const ref = { namespace: 'kube-system', name: account };
  const role = iamRole(scope, `AddonRole-${name}`, {
    location, nameOf, name: identityRoleName(location, clusterName, ref), trust: trustOfPods(location, clusterName, ref), tags,
  });
  const rights = new IamRolePolicyAttachment(scope, `AddonPolicy-${name}`, { role: role.name, policyArn: managedPolicyArn(location, policy) });
  return { role, rights, account };
}
