import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec, ServiceAccountRef } from '../../infrastructure';
import { principalOf } from '../partition';
import { EksPodIdentityAssociation } from '../resources';
import { arn, identityRoleName } from './names';
import { policyDocument } from './policy';
import type { Statement } from './policy';
import { iamRole } from './role';
import { RoleRights } from './role-rights';

export interface IdentityContext {
  readonly location: AwsLocation;
  /** Name of the cluster, concrete. */
  readonly clusterName: string;
  /** The same as the association refers to it. */
  readonly cluster: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Of a new cluster. */
  readonly nameOf?: ClusterSpec['nameOf'];
}

/** The roles of ServiceAccounts, each made when it is first asked for. */
export interface Identities {
  roleOf(account: ServiceAccountRef): IamRole;
  /** Gives it rights, under a name that no other rights of it have. The same again changes nothing. */
  allow(account: ServiceAccountRef, name: string, statements: readonly Statement[]): void;
}

/** Of one cluster. https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html (2026-11) */
const MOST_ASSOCIATIONS = 5000;

function tooMany(cluster: string, { namespace, name }: ServiceAccountRef): string {
  return `ServiceAccount ${namespace}/${name} is one too many: a cluster has roles for ${MOST_ASSOCIATIONS} ServiceAccounts on AWS; `
    + `put workspaces of cluster ${cluster} on another cluster`;
}

/** All below one scope, so that a role keeps its address regardless of who asks for it first. */
export function identities(scope: Construct, context: IdentityContext): Identities {
  const made = new Map<string, Identity>();
  const identityOf = (account: ServiceAccountRef): Identity => {
    const key = keyOf(account);
    const existing = made.get(key);
    if (existing) return existing;
    if (made.size === MOST_ASSOCIATIONS) throw new Error(tooMany(context.clusterName, account));
    const created = identity(scope, context, account);
    made.set(key, created);
    return created;
  };
  return {
    roleOf: (account) => identityOf(account).role,
    allow: (account, name, statements) => { identityOf(account).rights.allow(name, statements); },
  };
}

interface Identity {
  readonly role: IamRole;
  readonly rights: RoleRights;
}

/** Namespaces have no dot in them. */
function keyOf({ namespace, name }: ServiceAccountRef): string {
  return `${namespace}.${name}`;
}

function identity(scope: Construct, context: IdentityContext, account: ServiceAccountRef): Identity {
  const key = keyOf(account);
  const { location, clusterName, nameOf, tags } = context;
  const roleName = identityRoleName(location, clusterName, account);
  const role = iamRole(scope, `Identity-${key}`, { location, nameOf, name: roleName, trust: trustOfPods(location, clusterName, account), tags });
  new EksPodIdentityAssociation(scope, `Association-${key}`, {
    clusterName: context.cluster,
    namespace: account.namespace,
    serviceAccount: account.name,
    roleArn: role.arn,
    tags: { ...tags },
  });
  const owner = `${account.namespace}/${account.name}`;
  return { role, rights: new RoleRights(scope, { role, roleName, key, owner, tags, nameOf }) };
}

/**
 * What lets the pods of a ServiceAccount assume a role through EKS Pod Identity. The conditions hold the role to that account of
 * that cluster, whatever else it is associated with.
 */
export function trustOfPods(location: AwsLocation, cluster: string, { namespace, name }: ServiceAccountRef): string {
  return policyDocument({
    Effect: 'Allow',
    Principal: { Service: principalOf('pods.eks', location.region) },
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
