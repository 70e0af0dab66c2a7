import { Size, SizeRoundingBehavior } from 'cdk8s';
import { isDns1123Label } from '../../api/names';
import type { LocalStoreSpec } from '../../clouds/local/location';
import { formatValue } from '../checks/format-value';
import { checkPlain } from '../platform/platform-checks';

/** MinIO in the cluster. */
export interface LocalMinioOptions {
  /**
   * Its namespace, in which is nothing else.
   *
   * @default 'minio'
   */
  readonly namespace?: string;

  /**
   * Its disk.
   *
   * @default Size.gibibytes(20)
   */
  readonly size?: Size;
}

/** A store that speaks S3 and exists, such as Ceph. */
export interface LocalS3Options {
  /** Where it answers, also to pods, such as `http://ceph.example.com:7480`. */
  readonly endpoint: string;

  /** Secret in each workspace with the keys `accessKeyId` and `secretAccessKey`, which you make. */
  readonly credentialsSecret: string;

  /**
   * Region, where the store has some.
   *
   * @default - none
   */
  readonly region?: string;
}

/** Where a local cluster has its artifacts. */
export class LocalStore {
  /**
   * A directory of this machine. Artifacts are mounted from it, and you can look into it.
   *
   * @param path by default `artifacts`; a relative one is beside the script that makes the cluster
   */
  public static directory(path: string = 'artifacts'): LocalStore {
    if (typeof path !== 'string' || path === '') throw new Error(`LocalStore.directory: path is ${formatValue(path)}; give a directory, for example '/srv/artifacts'`);
    checkPlain({ path });
    return new LocalStore({ kind: 'directory', path });
  }

  /** MinIO, in the cluster: what the kinds do with a bucket is what they do on a cloud. `ClusterAddons` writes it. */
  public static minio(options: LocalMinioOptions = {}): LocalStore {
    checkPlain(options);
    const { namespace = 'minio', size = Size.gibibytes(20) } = options;
    if (!isDns1123Label(namespace)) throw new Error(`LocalStore.minio: namespace is ${formatValue(namespace)}; use lower-case letters, digits and - inside`);
    if (!(size instanceof Size)) throw new Error(`LocalStore.minio: size is ${formatValue(size)}, which is not a Size; write for example Size.gibibytes(20)`);
    return new LocalStore({ kind: 'minio', namespace, storage: `${size.toGibibytes({ rounding: SizeRoundingBehavior.NONE })}Gi` });
  }

  /** A store that exists. Its bucket exists too: `ArtifactBucket.fromBucketName`. */
  public static s3(options: LocalS3Options): LocalStore {
    checkPlain(options);
    const { endpoint, credentialsSecret, region } = options;
    if (typeof endpoint !== 'string' || !/^https?:\/\/[^/\s]+\/?$/.test(endpoint)) {
      throw new Error(`LocalStore.s3: endpoint is ${formatValue(endpoint)}; give scheme and host, for example http://ceph.example.com:7480`);
    }
    if (!isDns1123Label(credentialsSecret)) {
      throw new Error(`LocalStore.s3: credentialsSecret is ${formatValue(credentialsSecret)}; give the name of a Secret that each workspace has`);
    }
    return new LocalStore({ kind: 's3', endpoint: endpoint.replace(/\/$/, ''), credentialsSecret, region });
  }

  private constructor(
    /** @internal */
    public readonly _spec: LocalStoreSpec,
  ) {}
}
