/**
 * Keys of a store for the token of a pod's ServiceAccount: AssumeRoleWithWebIdentity, which MinIO and Ceph's object gateway speak. Pure.
 *
 * @see https://docs.ceph.com/en/latest/radosgw/STS/
 * @see https://github.com/minio/minio/blob/master/docs/sts/web-identity.md
 */
import type { ArtifactStoreSpec } from '../../api/platform';
import type { StoreTokensSpec } from '../../api/store';
import type { StoreAccess } from '../cloud';
import { s3Endpoint } from '../s3-compatible';
import { rclonePath } from '../store-url';

/** Where the token lies, for rclone alone: programs of users do not mount it. */
const TOKEN_DIRECTORY = '/var/run/secrets/substratus.ai/store';
const VOLUME = 'store-token';
const EXPIRATION_SECONDS = 3600;
/**
 * Left to itself, the AWS SDK of rclone adds checksums that stores of others may not take, and that it cannot compute without TLS.
 *
 * @see https://github.com/aws/aws-sdk-go-v2/discussions/2960
 */
const WITHOUT_CHECKSUMS = ['AWS_REQUEST_CHECKSUM_CALCULATION', 'AWS_RESPONSE_CHECKSUM_VALIDATION'].map((name) => ({ name, value: 'when_required' }));
/** What signs requests where the store has no regions; any name does. */
const NO_REGION = 'us-east-1';

export interface TokenAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** rclone gets its keys by the variables of the AWS SDK, whose names are the same for any store. */
export function tokenStore(artifacts: ArtifactStoreSpec, tokens: StoreTokensSpec, account: TokenAccount): StoreAccess {
  const { endpoint, region = NO_REGION } = artifacts;
  return {
    env: [
      { name: 'AWS_ENDPOINT_URL_STS', value: tokens.endpoint ?? endpoint ?? '' },
      { name: 'AWS_REGION', value: region },
      ...WITHOUT_CHECKSUMS,
      { name: 'AWS_ROLE_ARN', value: roleOf(tokens, account) },
      { name: 'AWS_ROLE_SESSION_NAME', value: sessionName(account) },
      { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${TOKEN_DIRECTORY}/token` },
      { name: 'RCLONE_S3_ENV_AUTH', value: 'true' },
      ...s3Endpoint(artifacts),
    ],
    volumes: [{
      name: VOLUME,
      projected: {
        sources: [{ serviceAccountToken: { ...(tokens.audience !== undefined && { audience: tokens.audience }), expirationSeconds: EXPIRATION_SECONDS, path: 'token' } }],
      },
    }],
    volumeMounts: [{ name: VOLUME, mountPath: TOKEN_DIRECTORY, readOnly: true }],
    remotePath: (url) => rclonePath('s3', url),
  };
}

function roleOf({ roleArn }: StoreTokensSpec, { namespace, serviceAccount }: TokenAccount): string {
  return roleArn.replaceAll('{namespace}', namespace).replaceAll('{serviceAccount}', serviceAccount);
}

/** 64 characters at most: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
function sessionName({ namespace, serviceAccount }: TokenAccount): string {
  return `${namespace}.${serviceAccount}`.slice(0, 64);
}
