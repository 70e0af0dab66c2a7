import type { KmsCryptoKeyIamMember } from '@cdktf/provider-google/lib/kms-crypto-key-iam-member';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { BucketGrant, BucketInfrastructure, BucketSpec, GcpLocation, ReadGrant } from '../../infrastructure';
import { refuseNetworks } from '../../open-by-identity';
import { StorageBucket, StorageBucketIamMember, StorageManagedFolder, StorageManagedFolderIamMember } from '../resources';
import { principal, serviceAgent } from './identity';
import { checkKey, useOfKey } from './keys';
import { checkedName, labelsOf } from './names';

const ROLES = { read: 'roles/storage.objectViewer', write: 'roles/storage.objectUser', list: 'roles/storage.legacyBucketReader' };

/** Longest title of a condition. */
const MAX_TITLE = 100;


export interface BucketContext {
  readonly location: GcpLocation;
  readonly apis: readonly ITerraformDependable[];
  /** The workload identity pool exists only once the cluster does. */
  readonly cluster: readonly ITerraformDependable[];
}

export interface ReadContext extends Pick<BucketContext, 'location' | 'cluster'> {
  /** What the cluster's ServiceAccounts read of each bucket below a folder, by a condition each: `<namespace>/<name> <folder>`. */
  readonly conditions: Map<string, Set<string>>;
}

/**
 * Role bindings with a condition that a bucket takes, and with one role for one account. What others have bound there counts too.
 * https://cloud.google.com/iam/quotas (2026-11)
 */
const MOST_CONDITIONS = { bucket: 100, account: 20 } as const;

/** Rights are granted on managed folders, so that a workspace has none on the rest of the bucket. */
export function bucket(scope: Construct, spec: BucketSpec, context: BucketContext): BucketInfrastructure {
  checkedName('bucket', spec.name);
  refuseNetworks(`bucket ${spec.name}`, spec.allowedCidrs);
  const name = spec.exists ? spec.name : createBucket(scope, spec, context).name;
  const folder = folders(scope, name);
  const members = new Map<string, number>();
  return {
    addWorkspace: (_, { prefix }) => void folder(prefix),
    grant: (grantScope, grant) => {
      const id = grantId(grant);
      if (grantScope.node.tryFindChild(id)) return;
      const { account, prefix, access } = grant;
      countMember(spec.name, prefix, members);
      const config = { bucket: name, role: ROLES[access], member: principal(context.location, account), dependsOn: [...context.cluster] };
      if (prefix === '') new StorageBucketIamMember(grantScope, id, config);
      else new StorageManagedFolderIamMember(grantScope, id, { ...config, managedFolder: folder(prefix).name });
    },
  };
}

/**
 * The right to read what others have. A managed folder would be an object in their bucket; a condition on the path changes nothing there,
 * but takes uniform bucket-level access. The names of all objects can be listed, for Cloud Storage FUSE asks for the layout of the bucket
 * when it mounts, which no path limits.
 *
 * @see https://cloud.google.com/storage/docs/access-control/iam#conditions
 */
export function grantRead(scope: Construct, grant: ReadGrant, { location, cluster, conditions }: ReadContext): void {
  const { account, bucketName, prefix } = grant;
  const id = ['Read', bucketName, ...prefix ? prefix.split('/') : []].join(':');
  const config = { bucket: checkedName('bucket', bucketName), member: principal(location, account), dependsOn: [...cluster] };
  if (prefix === '') {
    new StorageBucketIamMember(scope, id, { ...config, role: ROLES.read });
    return;
  }
  countCondition(grant, conditions);
  const expression = `resource.name.startsWith("projects/_/buckets/${bucketName}/objects/${prefix}/")`;
  new StorageBucketIamMember(scope, id, { ...config, role: ROLES.read, condition: { title: `below ${prefix}`.slice(0, MAX_TITLE), expression } });
  const list = ['List', bucketName].join(':');
  if (!scope.node.tryFindChild(list)) new StorageBucketIamMember(scope, list, { ...config, role: ROLES.list });
}

/** One for each folder, for members with the same role and condition are in one binding. */
function countCondition({ account: { namespace, name }, bucketName, prefix }: ReadGrant, conditions: ReadContext['conditions']): void {
  const known = conditions.get(bucketName) ?? new Set();
  conditions.set(bucketName, known.add(`${namespace}/${name} ${prefix}`));
  const all = [...known].map((each) => each.split(' '));
  const read = new Set(all.map(([, folder]) => folder)).size;
  const own = all.filter(([account]) => account === `${namespace}/${name}`).length;
  const instead = 'give the whole bucket, or a bucket of its own to what is read together';
  if (read > MOST_CONDITIONS.bucket) {
    throw new Error(`${read} folders of bucket ${bucketName} are read, of which Google Cloud takes rights on ${MOST_CONDITIONS.bucket}; ${instead}`);
  }
  if (own <= MOST_CONDITIONS.account) return;
  throw new Error(`ServiceAccount ${namespace}/${name} reads ${own} folders of bucket ${bucketName}, of which Google Cloud takes rights on `
    + `${MOST_CONDITIONS.account}; ${instead}`);
}

/** Each account and right is a member of the policy of the folder. https://cloud.google.com/iam/quotas (2026-11) */
const MOST_MEMBERS = 1500;

function countMember(bucketName: string, prefix: string, members: Map<string, number>): void {
  const count = (members.get(prefix) ?? 0) + 1;
  members.set(prefix, count);
  if (count <= MOST_MEMBERS) return;
  throw new Error(`${prefix ? `folder ${prefix} of bucket ${bucketName}` : `bucket ${bucketName}`} is used by ${count} ServiceAccounts, of which a policy of Google Cloud `
    + `holds ${MOST_MEMBERS}; let fewer workspaces read it, or give them a bucket of their own`);
}

/** Colons, which no part has, so that two grants never share an id. */
function grantId({ account, prefix, access }: BucketGrant): string {
  return ['Grant', access, account.namespace, account.name, ...prefix.split('/')].join(':');
}

/** A folder for each prefix. One that is destroyed leaves its objects where they are: only the rights on it go. */
function folders(scope: Construct, bucketName: string): (prefix: string) => StorageManagedFolder {
  const made = new Map<string, StorageManagedFolder>();
  return (prefix) => {
    const folder = made.get(prefix) ?? new StorageManagedFolder(scope, `Folder:${prefix.replaceAll('/', ':')}`, {
      bucket: bucketName,
      name: `${prefix}/`,
      forceDestroy: true,
    });
    made.set(prefix, folder);
    return folder;
  };
}

function createBucket(scope: Construct, spec: BucketSpec, context: BucketContext): StorageBucket {
  const { retentionDays, encryptionKey, tags, protect } = spec;
  return new StorageBucket(scope, 'Resource', {
    name: spec.name,
    location: context.location.region,
    storageClass: 'STANDARD',
    uniformBucketLevelAccess: true,
    publicAccessPrevention: 'enforced',
    versioning: { enabled: true },
    softDeletePolicy: { retentionDurationSeconds: checkedRetention(retentionDays) * 86_400 },
    lifecycleRule: [
      { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: retentionDays, withState: 'ARCHIVED' } },
      { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
    ],
    ...(encryptionKey && { encryption: { defaultKmsKeyName: encryptionKey } }),
    forceDestroy: false,
    labels: labelsOf(tags),
    lifecycle: { preventDestroy: protect },
    dependsOn: [...context.apis, ...(encryptionKey ? [keyGrant(scope, encryptionKey, context.location)] : [])],
  });
}

function checkedRetention(days: number): number {
  if (days < 7 || days > 90) throw new Error(`retentionDays is ${days}, but Cloud Storage keeps deleted objects for 7 to 90 days; give a number in that range`);
  return days;
}

/** It is Cloud Storage that encrypts, by its own agent in the project. */
function keyGrant(scope: Construct, encryptionKey: string, location: GcpLocation): KmsCryptoKeyIamMember {
  checkKey(encryptionKey, location, 'bucket');
  return useOfKey(scope, 'EncryptionKeyGrant', { key: encryptionKey, member: serviceAgent(location, 'gs-project-accounts') });
}
