/** Where a local cluster has its artifacts. */
import type { ArtifactStoreSpec } from '../../api/platform';
import { formatValue } from '../checks/format-value';
import { checkPlain, storeName } from './platform-checks';
import { KNOWN } from './platform-known';
import type { LocalPlatformProps } from './platform-props';

/** @throws Error if both stores are given, or one of them cannot be. */
export function localStore(props: LocalPlatformProps): ArtifactStoreSpec {
  const { clusterName, s3, directory = '/var/lib/substratus/artifacts' } = props;
  if (s3 && props.directory) throw new Error(`platform ${clusterName} has a directory and an S3 store; leave one out`);
  if (typeof directory !== 'string' || !directory.startsWith('/')) throw new Error(`directory is ${formatValue(directory)}; give an absolute path of the node`);
  if (!s3) return { url: `file://${directory}` };
  checkPlain(s3, KNOWN.s3);
  const { endpoint, region, credentialsSecret } = s3;
  return { url: `s3://${storeName(s3, 'bucketName')}`, endpoint, region, credentialsSecret };
}
