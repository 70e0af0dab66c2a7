/** Stores that speak S3 outside of AWS, such as MinIO and Ceph, as rclone reaches them. Pure. */
import type { EnvVar } from 'kubernetes-types/core/v1';
import type { ArtifactStoreSpec } from '../api/platform';
import type { StoreAccess } from './cloud';
import { rclonePath } from './store-url';

/** What rclone must know of a store to speak to it, whatever keys it has. */
export function s3Endpoint({ endpoint, region }: Pick<ArtifactStoreSpec, 'endpoint' | 'region'>): EnvVar[] {
  return [
    ...(endpoint ? [{ name: 'RCLONE_S3_ENDPOINT', value: endpoint }] : []),
    { name: 'RCLONE_S3_NO_CHECK_BUCKET', value: 'true' },
    { name: 'RCLONE_S3_PROVIDER', value: 'Other' },
    ...(region ? [{ name: 'RCLONE_S3_REGION', value: region }] : []),
  ];
}

/** With the keys of a Secret that each workspace has. */
export function s3CompatibleStore(artifacts: ArtifactStoreSpec): StoreAccess {
  const { credentialsSecret } = artifacts;
  const fromSecret = (name: string, key: string): EnvVar[] =>
    credentialsSecret ? [{ name, valueFrom: { secretKeyRef: { name: credentialsSecret, key } } }] : [];
  return {
    env: [
      ...fromSecret('RCLONE_S3_ACCESS_KEY_ID', 'accessKeyId'),
      ...s3Endpoint(artifacts),
      ...fromSecret('RCLONE_S3_SECRET_ACCESS_KEY', 'secretAccessKey'),
    ],
    remotePath: (url) => rclonePath('s3', url),
  };
}

/** Fails where S3 would refuse the name of a bucket. */
export function checkBucketName(bucket: string): void {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new Error(`bucket name ${bucket} is not valid for S3; give 3 to 63 lowercase letters, digits, hyphens and dots`);
  }
}
