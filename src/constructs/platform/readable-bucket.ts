/** A bucket that is not the platform's, which a workspace may read. */
export interface ReadableBucket {
  /**
   * URL of the bucket, or of a folder in it: `gs://bucket/folder`, `s3://bucket/folder`, `az://account/container/folder`, or on a local
   * cluster with a directory `file:///directory`.
   */
  readonly url: string;

  /**
   * AWS: region of the bucket.
   *
   * @default - mounts find it out; copies take it for the cluster's
   */
  readonly region?: string;

  /**
   * AWS: ARN of the KMS key that the objects are encrypted with, if it is the customer's.
   *
   * @default - none
   */
  readonly encryptionKey?: string;

  /**
   * Azure: resource group of the storage account.
   *
   * @default - that of the platform's storage account
   */
  readonly resourceGroup?: string;
}
