import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import { IamRolePolicy, IamRolePolicyAttachment } from '../resources';
import { AUTO_MODE_NODE_POLICIES, isAutoMode } from './auto-mode';
import { managedPolicyArn, roleName } from './names';
import { policyDocument, trustOfService } from './policy';
import { iamRole } from './role';

/** Join the cluster, hand out Pod Identity, pull images. The network plugin and the drivers have roles of their own. */
const POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'];

export interface NodeIdentity {
  readonly role: IamRole;
  /** Without them nodes do not become ready. */
  readonly rights: ITerraformDependable[];
}

/** Name of their role, as a naming rule has it. */
export function nodeRoleName({ name, nameOf }: ClusterSpec, location: AwsLocation): string {
  return renamed({ nameOf }, 'aws_iam_role', roleName(location, name, ['nodes']));
}

/**
 * The identity of all nodes, which no pod can take: the metadata of a machine answers it over one hop only (`pools.ts`). It could read the
 * Secrets and mint the tokens of all pods on the node.
 */
export function nodeIdentity(scope: Construct, spec: ClusterSpec, location: AwsLocation): NodeIdentity {
  const { name, tags, nameOf } = spec;
  const isAuto = isAutoMode(spec);
  const role = iamRole(scope, 'NodeRole', {
    location, nameOf, name: roleName(location, name, ['nodes']), trust: trustOfService('ec2', location), tags,
  });
  const rights = (isAuto ? AUTO_MODE_NODE_POLICIES : POLICIES).map((policy) => new IamRolePolicyAttachment(scope, `NodePolicy-${policy}`, {
    role: role.name, policyArn: managedPolicyArn(location, policy),
  }));
  /* Nobody gets onto a node of Auto Mode. */
  return { role, rights: isAuto ? rights : [...rights, sessions(scope, role)] };
}

/**
 * Sessions of the Systems Manager, so that whom IAM allows can reach a private control plane through a node, without a bastion and
 * without SSH. Not by AmazonSSMManagedInstanceCore, which lets every node, and so every pod, read all parameters of the account.
 */
function sessions(scope: Construct, role: IamRole): IamRolePolicy {
  return new IamRolePolicy(scope, 'NodeSessions', {
    name: 'sessions',
    role: role.name,
    policy: policyDocument({
      Effect: 'Allow',
      Action: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      /* None of these knows resources. */
      Resource: '*',
    }),
  });
}
