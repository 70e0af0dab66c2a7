import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { BucketAccess, BucketInfrastructure } from '../../clouds/infrastructure';
import { checkTokens } from '../checks/guard';
import { asValidation, ValidationError } from '../checks/validation-error';
import { checkFolders, checkPlaces } from '../platform/platform-checks';
import { clusterOf } from './cluster-base';
import type { ICluster } from './cluster-props';
import { checkReserved } from './reserved-props';

/** A ServiceAccount that is given rights. */
export interface ServiceAccountIdentity {
  /** Its namespace. */
  readonly namespace: string;

  /** Its name. */
  readonly serviceAccountName: string;
}

/** On what rights are given. */
export interface GrantOptions {
  /**
   * Folder of the bucket, such as `team-a`; an empty one is the whole bucket. On Azure the folder of a workspace, below the cluster's
   * `artifactPrefix` where it has one: rights are given by container there, and a workspace is one.
   */
  readonly prefix: string;
}

/** A bucket for artifacts. */
export interface IArtifactBucket extends IConstruct {
  /** Name of the bucket, or of the storage account. */
  readonly bucketName: string;

  /** Lets a ServiceAccount read below a prefix. The same again changes nothing. */
  grantRead(identity: ServiceAccountIdentity, options: GrantOptions): void;

  /** Lets a ServiceAccount read and write below a prefix. The same again changes nothing. */
  grantReadWrite(identity: ServiceAccountIdentity, options: GrantOptions): void;
}

/** A bucket that exists. */
export interface ArtifactBucketAttributes {
  /** The cluster whose artifacts are in it. */
  readonly cluster: ICluster;

  /** Name of the bucket, or of the storage account. */
  readonly bucketName: string;

  /**
   * Azure: the resource group of the storage account.
   *
   * @default - that of the cluster
   */
  readonly resourceGroup?: string;

  /**
   * Folder of the bucket under which the workspaces lie. Where another cluster has its artifacts in the bucket too, give each a folder of
   * its own: in the same one they would delete and overwrite what the other has.
   *
   * @default - that of the cluster; else the root of the bucket
   */
  readonly artifactPrefix?: string;
}

/** A bucket for artifacts. */
export interface ArtifactBucketProps {
  /** The cluster whose artifacts are in it. It takes one bucket. */
  readonly cluster: ICluster;

  /**
   * Name of the bucket, or of the storage account. Another one is another bucket.
   *
   * @default - derived from the cluster's name and the account, unique in the world
   */
  readonly bucketName?: string;

  /**
   * Key of the customer's: on Google Cloud its resource name, on AWS its ARN, on Azure its resource id.
   *
   * @default - the cloud's own keys
   */
  readonly encryptionKey?: string;

  /**
   * For how many days old versions and deleted objects are kept.
   *
   * @default 7
   */
  readonly retentionDays?: number;

  /**
   * Networks from which it can be reached, such as those of a CI that reads artifacts (Azure).
   *
   * @default - on Azure the network of the cluster alone; elsewhere who may reach it is decided by IAM, from anywhere
   */
  readonly allowedCidrs?: string[];

  /**
   * Whether it may be destroyed.
   *
   * @default false
   */
  readonly destroyable?: boolean;
}

/** Marks props that describe a bucket which exists. */
const EXISTS = Symbol('exists');
const EXISTING = { [EXISTS]: true };

/**
 * A bucket for artifacts: encrypted, closed to the public, versioned, and retained when the stack is destroyed.
 *
 * Another `bucketName` is another bucket, and the first one refuses to go; all else is changed in place.
 */
export class ArtifactBucket extends Construct implements IArtifactBucket {
  /** References a bucket that exists, in which the workspaces of a cluster are given rights. */
  public static fromBucketName(scope: Construct, id: string, attributes: ArtifactBucketAttributes): IArtifactBucket {
    return new ArtifactBucket(scope, id, { ...attributes, ...EXISTING });
  }

  public readonly bucketName: string;

  private readonly infrastructure: BucketInfrastructure;

  constructor(scope: Construct, id: string, props: ArtifactBucketProps) {
    super(scope, id);
    const existing = EXISTS in props ? (props as ArtifactBucketAttributes) : undefined;
    const { encryptionKey, retentionDays = 7, allowedCidrs = [], destroyable = false } = props;
    const cluster = clusterOf(this, props.cluster);
    const { cloudName } = cluster.platform;
    checkTokens(this, { bucketName: props.bucketName, allowedCidrs });
    cluster._prepare(this, 'bucket');
    const [scheme] = /^[a-z0-9]+:\/\//.exec(props.bucketName ?? '') ?? [];
    if (scheme) {
      throw new ValidationError(this, `bucketName is ${props.bucketName ?? ''}; give the name alone, without ${scheme}, of a bucket on ${cloudName}`);
    }
    /* A folder is asked of no cloud. */
    checkReserved(this, { ...props, artifactPrefix: undefined }, { cloudName, takes: cluster._cloud.takes?.bucket });
    if (!Number.isInteger(retentionDays) || retentionDays < 1) {
      throw new ValidationError(this, `retentionDays is ${retentionDays}; give a whole number of days, 1 or more`);
    }
    this.bucketName = props.bucketName ?? cluster._cloud.bucketName(cluster.clusterName);
    cluster._checkFree(this, 'bucket');
    const artifactPrefix = prefixOf(this, cluster, existing?.artifactPrefix);
    this.infrastructure = asValidation(this, () => cluster._infrastructure.addBucket(this, {
      name: this.bucketName,
      resourceGroup: existing?.resourceGroup,
      exists: existing !== undefined,
      protect: !destroyable,
      encryptionKey,
      artifactPrefix,
      retentionDays,
      allowedCidrs,
      tags: cluster._tags,
    }));
    cluster._attach({
      construct: this, bucket: this.infrastructure, bucketName: this.bucketName, artifactPrefix, resourceGroup: existing?.resourceGroup,
    });
  }

  public grantRead(identity: ServiceAccountIdentity, options: GrantOptions): void {
    this.grant(identity, options, 'read');
  }

  public grantReadWrite(identity: ServiceAccountIdentity, options: GrantOptions): void {
    this.grant(identity, options, 'write');
  }

  private grant({ namespace, serviceAccountName: name }: ServiceAccountIdentity, { prefix }: GrantOptions, access: BucketAccess): void {
    checkTokens(this, { namespace, serviceAccountName: name, prefix });
    if (prefix !== '') asValidation(this, () => checkFolders('prefix', prefix));
    asValidation(this, () => this.infrastructure.grant(this, { account: { namespace, name }, prefix: prefix.replace(/^\/+|\/+$/g, ''), access }));
  }
}

/** Under which folder the workspaces lie: the bucket's own, or else the cluster's. */
function prefixOf(scope: Construct, cluster: ICluster, own?: string): string | undefined {
  const given = cluster.platform._artifactPrefix;
  if (own === undefined) return given;
  checkTokens(scope, { artifactPrefix: own });
  asValidation(scope, () => checkPlaces({ artifactPrefix: own }));
  const prefix = own.replace(/^\/+|\/+$/g, '');
  if (given === undefined || given === prefix) return prefix;
  throw new ValidationError(scope, `artifactPrefix is ${prefix}, but that of cluster ${cluster.clusterName} is ${given}; leave one of them out`);
}
