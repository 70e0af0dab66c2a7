/** Copies a folder of a bucket onto the staging volume, by rclone: the program that speaks to every store. */
import type { Settings } from '../param';
import { PROGRAM_DIRECTORY } from '../program';
import type { RuntimeStep } from '../runtime';

/** As the identity of the pod, or with credentials that its author puts into the environment. */
export function bucketCopy({ url, endpoint, region }: Settings): RuntimeStep {
  const [, scheme = '', first = '', rest = ''] = /^(\w+):\/\/([^/]+)\/?(.*)$/.exec(String(url)) ?? [];
  const { remote, env } = storeOf({ scheme, first, rest, endpoint: String(endpoint), region: String(region) });
  return {
    name: 'fetch',
    image: 'rclone',
    command: ['sh', `${PROGRAM_DIRECTORY}/fetch.sh`, remote, String(url)],
    env: { RCLONE_CONFIG: '', ...env },
    ...(endpoint === '' && { bucket: String(url).replace(/\/+$/, '') }),
  };
}

interface Place {
  readonly scheme: string;
  /** The bucket, or the storage account of Azure. */
  readonly first: string;
  readonly rest: string;
  readonly endpoint: string;
  readonly region: string;
}

function storeOf({ scheme, first, rest, endpoint, region }: Place): { readonly remote: string; readonly env: Record<string, string> } {
  const path = rest.replace(/\/+$/, '');
  if (scheme === 'gs') return { remote: `:gcs:${joined(first, path)}`, env: { RCLONE_GCS_ENV_AUTH: 'true' } };
  if (scheme === 'az') return { remote: `:azureblob:${path}`, env: { RCLONE_AZUREBLOB_ACCOUNT: first, RCLONE_AZUREBLOB_ENV_AUTH: 'true' } };
  return {
    remote: `:s3:${joined(first, path)}`,
    env: {
      RCLONE_S3_ENV_AUTH: 'true',
      RCLONE_S3_PROVIDER: endpoint === '' ? 'AWS' : 'Other',
      ...(endpoint !== '' && { RCLONE_S3_ENDPOINT: endpoint }),
      ...(region !== '' && { RCLONE_S3_REGION: region }),
    },
  };
}

function joined(bucket: string, path: string): string {
  return path === '' ? bucket : `${bucket}/${path}`;
}
