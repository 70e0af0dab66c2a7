import { Size, SizeRoundingBehavior } from 'cdk8s';
import { definedOnly } from '../../api/defined';
import { isDns1123Label, isDns1123Subdomain } from '../../api/names';
import type { ArtifactStoreSpec } from '../../api/platform';
import type { FileSystemSpec } from '../../api/store';
import { FOLDER, fileSystemUrl, VOLUME } from '../../clouds/on-premises/file-system';
import { checkBucketName } from '../../clouds/s3-compatible';
import { formatValue } from '../checks/format-value';
import { knownProps } from '../checks/known-props';
import type { CsiVolumeOptions, NfsOptions, S3StoreOptions, SharedVolumeOptions, StoreTokens } from './on-premises-options';
import { checkPlain, storeName } from './platform-checks';

/** Where a cluster on premises has its artifacts: a bucket of any store that speaks S3, or a file system that all nodes can mount. */
export class OnPremisesStore {
  /**
   * A bucket of a store that speaks S3, such as Ceph or MinIO. It exists already. Artifacts are copied to the nodes, not mounted.
   */
  public static s3(options: S3StoreOptions): OnPremisesStore {
    const owner = 'OnPremisesStore.s3';
    checkPlain(options, { owner, props: S3 });
    const { endpoint, region, credentialsSecret, tokens } = options;
    const url = checkedUrl(owner, 'endpoint', endpoint);
    if ((credentialsSecret === undefined) === (tokens === undefined)) {
      const given = credentialsSecret === undefined ? 'neither credentialsSecret nor tokens is set' : 'credentialsSecret and tokens are both set';
      throw new Error(`${owner}: ${given}; give the name of a Secret with keys that each workspace has, or the role that its pods assume`);
    }
    if (credentialsSecret !== undefined && !isDns1123Label(credentialsSecret)) {
      throw new Error(`${owner}: credentialsSecret is ${formatValue(credentialsSecret)}; give the name of a Secret that each workspace has`);
    }
    const known = { endpoint: url, region, credentialsSecret, tokens: tokens && tokensSpec(tokens) };
    const bucket = storeName(options, 'bucketName');
    checkBucketName(bucket);
    return new OnPremisesStore({ url: `s3://${bucket}`, ...definedOnly(known) });
  }

  /** An export of an NFS server. Each workspace has a directory of its own in it, `<path>/<namespace>`, which you make. */
  public static nfs(options: NfsOptions): OnPremisesStore {
    const owner = 'OnPremisesStore.nfs';
    checkPlain(options, { owner, props: NFS });
    const { server, path, mountOptions } = options;
    if (typeof server !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(server)) {
      throw new Error(`${owner}: server is ${formatValue(server)}; give its name or address, for example nfs.example.com`);
    }
    return OnPremisesStore.ofFileSystem({ nfs: { server, path: checkedPath(owner, path), ...(mountOptions && { mountOptions }) } });
  }

  /**
   * A file system that every node has mounted at the same place, such as Lustre, GPFS or WekaFS. Each workspace has a directory of its own
   * in it, `<path>/<namespace>`, which you make.
   */
  public static directory(path: string): OnPremisesStore {
    checkPlain({ path });
    return OnPremisesStore.ofFileSystem({ directory: { path: checkedPath('OnPremisesStore.directory', path) } });
  }

  /**
   * A file system that a CSI driver mounts, such as CephFS, Lustre or WekaFS: a PersistentVolume for each workspace, bound by name. Each
   * workspace has a folder of its own, which you make.
   */
  public static csi(options: CsiVolumeOptions): OnPremisesStore {
    const owner = 'OnPremisesStore.csi';
    checkPlain(options, { owner, props: CSI });
    const { driver, volumeHandle, volumeAttributes, fsType, mountOptions, nodeStageSecret, nodePublishSecret } = options;
    if (typeof driver !== 'string' || !isDns1123Subdomain(driver)) throw new Error(`${owner}: driver is ${formatValue(driver)}; give its name, for example csi.weka.io`);
    const handles = [volumeHandle, ...Object.values(volumeAttributes ?? {})];
    if (!handles.every((text) => typeof text === 'string' && text !== '')) {
      throw new Error(`${owner}: volumeHandle and volumeAttributes are texts, not ${formatValue(handles)}; give what a PersistentVolume of ${driver} has`);
    }
    if (!handles.some((text) => text.includes(FOLDER))) {
      throw new Error(`${owner}: neither volumeHandle nor volumeAttributes has ${FOLDER} in it, so that every workspace would have the artifacts of all; `
        + `write it where the folder of a workspace goes, for example volumeHandle: 'dir/v1/ml/${FOLDER}'`);
    }
    if (!volumeHandle.includes(FOLDER) && !volumeHandle.includes(VOLUME)) {
      throw new Error(`${owner}: volumeHandle is ${formatValue(volumeHandle)} for every workspace, and two volumes with one handle are one; write ${VOLUME} or ${FOLDER} in it`);
    }
    const secrets = definedOnly({ nodeStage: nodeStageSecret, nodePublish: nodePublishSecret });
    return OnPremisesStore.ofFileSystem({
      csi: {
        driver, volumeHandle,
        ...definedOnly({ volumeAttributes, fsType, mountOptions }),
        ...(Object.keys(secrets).length > 0 && { secrets }),
      },
    });
  }

  /** A StorageClass whose volumes many nodes can write to (ReadWriteMany): each workspace gets a claim of it, which no other can read. */
  public static storageClass(name: string, options: SharedVolumeOptions): OnPremisesStore {
    const owner = 'OnPremisesStore.storageClass';
    checkPlain({ name });
    checkPlain(options, { owner, props: SHARED });
    const { size } = options;
    if (typeof name !== 'string' || !isDns1123Subdomain(name)) throw new Error(`${owner}: name is ${formatValue(name)}; give the name of a StorageClass`);
    if (!(size instanceof Size)) throw new Error(`${owner}: size is ${formatValue(size)}, which is not a Size; write for example Size.tebibytes(10)`);
    return OnPremisesStore.ofFileSystem({ storageClass: { name, size: `${size.toGibibytes({ rounding: SizeRoundingBehavior.NONE })}Gi` } });
  }

  /** A claim of this name that each workspace has already, of a volume that many nodes can write to (ReadWriteMany). */
  public static claim(name: string): OnPremisesStore {
    checkPlain({ name });
    if (typeof name !== 'string' || !isDns1123Subdomain(name)) {
      throw new Error(`OnPremisesStore.claim: name is ${formatValue(name)}; give the name of a PersistentVolumeClaim that each workspace has`);
    }
    return OnPremisesStore.ofFileSystem({ claim: { name } });
  }

  private static ofFileSystem(fileSystem: FileSystemSpec): OnPremisesStore {
    return new OnPremisesStore({ url: fileSystemUrl(fileSystem), fileSystem });
  }

  private constructor(
    /** @internal */
    public readonly _spec: ArtifactStoreSpec,
  ) {}
}

const S3 = knownProps<S3StoreOptions>({ endpoint: true, bucketName: true, region: true, credentialsSecret: true, tokens: true });
const NFS = knownProps<NfsOptions>({ server: true, path: true, mountOptions: true });
const CSI = knownProps<CsiVolumeOptions>({
  driver: true, volumeHandle: true, volumeAttributes: true, fsType: true, mountOptions: true,
  nodeStageSecret: true, nodePublishSecret: true,
});
const SHARED = knownProps<SharedVolumeOptions>({ size: true });
const TOKENS = knownProps<StoreTokens>({ roleArn: true, endpoint: true, audience: true });

function tokensSpec(tokens: StoreTokens): ArtifactStoreSpec['tokens'] {
  const owner = 'OnPremisesStore.s3 tokens';
  checkPlain(tokens, { owner, props: TOKENS });
  const { roleArn, endpoint, audience } = tokens;
  if (typeof roleArn !== 'string' || !/^arn:[a-z0-9-]+:iam:[^\s]*$/.test(roleArn)) {
    throw new Error(`${owner}: roleArn is ${formatValue(roleArn)}; give the ARN of a role of the store, for example arn:aws:iam:::role/{namespace}.{serviceAccount}`);
  }
  return { roleArn, ...(endpoint !== undefined && { endpoint: checkedUrl(owner, 'endpoint', endpoint) }), ...definedOnly({ audience }) };
}

function checkedUrl(owner: string, field: string, url: unknown): string {
  if (typeof url === 'string' && /^https?:\/\/[^/\s]+\/?$/.test(url)) return url.replace(/\/$/, '');
  throw new Error(`${owner}: ${field} is ${formatValue(url)}; give scheme and host, for example https://ceph.example.com`);
}

/** It is in URLs and in mounts, where some characters mean something else. */
function checkedPath(owner: string, path: unknown): string {
  if (typeof path === 'string' && /^(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+\/?$/.test(path)) return path.replace(/\/$/, '');
  throw new Error(`${owner}: path is ${formatValue(path)}; give an absolute path, of letters, digits, - . and _, for example /mnt/ml`);
}
