/**
 * The steps with a real MinIO, whose keys they get for the tokens of their ServiceAccounts, and whose certificate only a bundle of the
 * user's vouches for. The tokens are issued here, with the claims that Kubernetes gives them.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformSpec, WorkspaceRole } from '../../../src/api/platform';
import { onPremisesCloud } from '../../../src/clouds/on-premises/pods';
import { CHECK_SCRIPT, deleteScript, publishScript } from '../../../src/expand/scripts';
import { VERIFY_SCRIPT } from '../../../src/expand/verify-script';
import { platformOf } from '../../expand/fixtures';
import { RCLONE, runScript, temporaryFolder, writeFiles } from '../../expand/shell';
import type { Run } from '../../expand/shell';
import { Minio, minioProgram, TokenIssuer } from './minio';

const SLOW = 120_000;
const AUDIENCE = 'minio';
const BUCKET = 'artifacts';
const program = minioProgram();
const path = process.env.PATH ?? '';

interface Account {
  readonly namespace: string;
  readonly role: WorkspaceRole;
}

const WRITER: Account = { namespace: 'team-a', role: 'artifact-writer' };
const READER: Account = { namespace: 'team-a', role: 'artifact-reader' };
const STRANGER: Account = { namespace: 'team-b', role: 'artifact-reader' };
const URL = `s3://${BUCKET}/team-a/models/abc`;

/** What each account of a workspace may do, as docs/on-premises.md says. */
function policyOf({ namespace, role }: Account): object {
  const actions = role === 'artifact-writer' ? ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'] : ['s3:GetObject'];
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: actions, Resource: [`arn:aws:s3:::${BUCKET}/${namespace}/*`] },
      { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${BUCKET}`], Condition: { StringLike: { 's3:prefix': [`${namespace}/*`] } } },
    ],
  };
}

test('the steps ran with a real MinIO, or say that they did not', () => {
  if (!program || !RCLONE) console.warn('minio or rclone is not here: the tests of a store with tokens were skipped; set MINIO');
  expect(onPremisesCloud.name).toBe('on-premises');
});

(program && RCLONE ? describe : describe.skip)('with MinIO', () => {
  let issuer: TokenIssuer;
  let minio: Minio;

  beforeAll(async () => {
    issuer = await TokenIssuer.start();
    minio = await Minio.start({ program: program ?? '', issuer, audience: AUDIENCE });
    minio.makeBucket(BUCKET);
    for (const account of [WRITER, READER, STRANGER]) minio.allow(`system:serviceaccount:${account.namespace}:${account.role}`, policyOf(account));
  }, SLOW);

  afterAll(async () => {
    await minio.stop();
    issuer.stop();
  });

  const platform = (): PlatformSpec => platformOf('on-premises', {
    artifacts: { url: `s3://${BUCKET}`, endpoint: minio.endpoint, tokens: { roleArn: 'arn:aws:iam:::role/{namespace}.{serviceAccount}', audience: AUDIENCE } },
  });

  /** The environment of a pod's container, and the token that the kubelet mounts into it. */
  const environmentOf = ({ namespace, role }: Account): Record<string, string> => {
    const store = onPremisesCloud.store(platform(), { namespace, owner: 'team-a', role });
    const token = join(temporaryFolder(), 'token');
    writeFileSync(token, issuer.tokenFor({ namespace, serviceAccount: role, audience: AUDIENCE }));
    return {
      ...Object.fromEntries(store.env.map(({ name, value = '' }) => [name, value])),
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      SSL_CERT_FILE: minio.certificate,
      DESTINATION: store.remotePath(URL),
      RECIPE_DIGEST: 'abc',
    };
  };

  const check = (account: Account): Run => runScript({ script: CHECK_SCRIPT, path, env: environmentOf(account) });

  const publish = (account: Account): Run => {
    const shared = temporaryFolder();
    const source = writeFiles(join(temporaryFolder(), 'staging'), { 'config.json': '{}', 'weights/part-1.bin': 'one' });
    const recipe = join(writeFiles(temporaryFolder(), { 'recipe.json': '{}' }), 'recipe.json');
    const env = { ...environmentOf(account), SOURCE: source, TMPDIR: shared, RECIPE_FILE: recipe, IMAGE: 'example/m:1', IMAGE_DIGEST: 'sha256:1' };
    expect(runScript({ script: VERIFY_SCRIPT, path, env }).status).toBe(0);
    return runScript({ script: publishScript({}), path, env });
  };

  test('a writer publishes, a reader finds it, and the writer deletes it', () => {
    expect(check(READER).log).toBe('{"published":false}\n');
    expect(publish(WRITER)).toMatchObject({ status: 0 });
    expect(check(READER).log).toMatch(/^\{"published":true,"contentDigest":"sha256:[0-9a-f]{64}","bytes":5,"files":2\}\n$/);
    expect(runScript({ script: deleteScript({}), path, env: environmentOf(WRITER) })).toMatchObject({ status: 0 });
    expect(check(READER).log).toBe('{"published":false}\n');
  }, SLOW);

  test('a reader cannot write, and a stranger cannot read', () => {
    expect(publish(READER)).toMatchObject({ status: 1, log: expect.stringContaining('cannot copy to') as string });
    expect(check(STRANGER)).toMatchObject({ status: 1, log: expect.stringContaining('cannot read') as string });
    expect(check(STRANGER).output).toContain('AccessDenied');
  }, SLOW);

  test('an account that the store has no policy for gets no keys', () => {
    expect(check({ namespace: 'team-c', role: 'artifact-reader' }).output).toContain('AssumeRoleWithWebIdentity');
  }, SLOW);

  test('without the bundle, the certificate is not trusted', () => {
    const { SSL_CERT_FILE: _, ...env } = environmentOf(READER);
    expect(runScript({ script: CHECK_SCRIPT, path, env }).output).toContain('certificate');
  }, SLOW);
});
