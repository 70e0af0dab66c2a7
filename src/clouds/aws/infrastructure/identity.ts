import { EksPodIdentityAssociation } from '@cdktf/provider-aws/lib/eks-pod-identity-association';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { Construct } from 'constructs';
import type { AwsLocation, ServiceAccountRef } from '../../infrastructure';
import { arn, identityRoleName } from './names';
import { policyDocument } from './policy';
import type { Statement } from './policy';

export interface IdentityContext {
  readonly location: AwsLocation;
  /** Name of the cluster, concrete. */
  readonly clusterName: string;
  /** The same as the association refers to it. */
  readonly cluster: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The roles of ServiceAccounts, each made when it is first asked for. */
export interface Identities {
  roleOf(account: ServiceAccountRef): IamRole;
  /** Gives it rights, under a name that no other rights of it have. The same again changes nothing. */
  allow(account: ServiceAccountRef, name: string, statements: readonly Statement[]): void;
}

/** All below one scope, so that a role keeps its address regardless of who asks for it first. */
export function identities(scope: Construct, context: IdentityContext): Identities {
  const roles = new Map<string, IamRole>();
  const roleOf = (account: ServiceAccountRef): IamRole => {
    const key = keyOf(account);
    const existing = roles.get(key);
    if (existing) return existing;
    const created = identity(scope, context, account);
    roles.set(key, created);
    return created;
  };
  return {
    roleOf,
    allow: (account, name, statements) => {
      const role = roleOf(account);
      const id = `Rights-${keyOf(account)}-${name}`;
      if (scope.node.tryFindChild(id)) return;
      new IamRolePolicy(scope, id, { name, role: role.name, policy: policyDocument(...statements) });
    },
  };
}

/** Namespaces have no dot in them. */
function keyOf({ namespace, name }: ServiceAccountRef): string {
  return `${namespace}.${name}`;
}

function identity(scope: Construct, context: IdentityContext, account: ServiceAccountRef): IamRole {
  const role = new IamRole(scope, `Identity-${keyOf(account)}`, {
    name: identityRoleName(context.location, context.clusterName, account),
    assumeRolePolicy: trustOfPods(context.location, context.clusterName, account),
    tags: { ...context.tags },
  });
  new EksPodIdentityAssociation(scope, `Association-${keyOf(account)}`, {
    clusterName: context.cluster,
    namespace: account.namespace,
    serviceAccount: account.name,
    roleArn: role.arn,
    tags: { ...context.tags },
  });
  return role;
}

/**
 * What lets the pods of a ServiceAccount assume a role through EKS Pod Identity. The conditions hold the role to that account of
 * that cluster, whatever else it is associated with.
 */
export function trustOfPods(location: AwsLocation, cluster: string, { namespace, name }: ServiceAccountRef): string {
  return policyDocument({
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        'aws:RequestTag/eks-cluster-arn': arn(location, 'eks', `cluster/${cluster}`),
        'aws:RequestTag/kubernetes-namespace': namespace,
        'aws:RequestTag/kubernetes-service-account': name,
      },
    },
  });
}
