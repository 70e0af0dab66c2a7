/** Names as AWS takes them, and ARNs. */
import { digest, shortDigest, shortenedName } from '../../../api/digest';
import type { AwsLocation, ServiceAccountRef } from '../../infrastructure';
import { partitionOfRegion } from '../partition';

const MAX_ROLE_NAME = 64;
/** EKS adds 26 characters to the prefix of a node group's name, which has 63. */
const MAX_GROUP_PREFIX = 37;

/** A name of all parts; where that is too long, its beginning and a digest of the whole. No two hyphens in a row where it is cut. */
export function joinedName(parts: readonly string[], limit: number): string {
  const hash = shortDigest(digest(parts));
  return shortenedName(parts.join('-'), { limit, hash: () => hash }).replace(new RegExp(`-+${hash}$`), `-${hash}`);
}

/** Role names are unique in an account, so the region is part of them. */
export function roleName({ region }: AwsLocation, cluster: string, purpose: readonly string[]): string {
  return joinedName([cluster, region, ...purpose], MAX_ROLE_NAME);
}

/** The same for the role of a ServiceAccount. */
export function identityRoleName(location: AwsLocation, cluster: string, { namespace, name }: ServiceAccountRef): string {
  return roleName(location, cluster, [namespace, name]);
}

/** The part of a zone's name that is not the region's: `a` of `us-east-1a`. */
export function zoneSuffix({ region }: AwsLocation, zone: string): string {
  return zone.slice(region.length).replace(/^-/, '');
}

/** Prefix of a node group's name: a group that must be replaced gets its successor before it goes, so that names must differ. */
export function groupNamePrefix(location: AwsLocation, pool: string, zone: string): string {
  const prefix = `${pool}-${zoneSuffix(location, zone)}-`;
  if (prefix.length <= MAX_GROUP_PREFIX && /^[0-9A-Za-z][0-9A-Za-z_-]*$/.test(pool)) return prefix;
  const longest = MAX_GROUP_PREFIX - (prefix.length - pool.length);
  throw new Error(`name of pool ${pool} is not valid on AWS; use 1 to ${longest} letters, digits, - and _, the first no - or _`);
}

export function checkClusterName(name: string): void {
  if (name.length <= 100 && /^[0-9A-Za-z][0-9A-Za-z_-]*$/.test(name)) return;
  throw new Error(`name of cluster ${name} is not valid on AWS; use 1 to 100 letters, digits, - and _, the first no - or _`);
}

/** Dots are legal, yet no certificate fits a bucket's host that has some. */
export function checkBucketName(name: string): void {
  if (/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) return;
  throw new Error(`name of bucket ${name} is not valid on AWS; use 3 to 63 lower case letters, digits and -, the first and last no -`);
}

export function checkRegistryName(name: string): void {
  if (/^[a-z0-9]+([._-][a-z0-9]+)*$/.test(name)) return;
  throw new Error(`name of registry ${name} is not valid on AWS; use lower case letters and digits, with single ., - or _ between them`);
}

/** As ARNs have it. */
export function partitionOf({ region }: AwsLocation): string {
  return partitionOfRegion(region).name;
}

/** An ARN in the region and account. */
export function arn(location: AwsLocation, service: string, resource: string): string {
  return `arn:${partitionOf(location)}:${service}:${location.region}:${location.accountId}:${resource}`;
}

export function bucketArn(location: AwsLocation, name: string): string {
  return `arn:${partitionOf(location)}:s3:::${name}`;
}

/** Of IAM, which knows no regions: a role, a policy or the account itself. */
export function iamArn(location: AwsLocation, resource: string): string {
  return `arn:${partitionOf(location)}:iam::${location.accountId}:${resource}`;
}

/** A policy that AWS maintains. */
export function managedPolicyArn(location: AwsLocation, name: string): string {
  return `arn:${partitionOf(location)}:iam::aws:policy/${name}`;
}
