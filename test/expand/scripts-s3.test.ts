/** The Jobs that expansion writes, run against an S3-compatible store: their commands and their environment as they are. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container } from 'kubernetes-types/core/v1';
import { digest } from '../../src/api/digest';
import type { PlatformSpec } from '../../src/api/platform';
import { artifactOf } from '../../src/expand';
import type { Step } from '../../src/expand';
import { defined, jobOf, model, NAMESPACE, platformOf, server, the, userPod } from './fixtures';
import { freePort, RCLONE, runScript, serveS3, temporaryFolder, writeFiles } from './shell';
import type { Run } from './shell';

const SLOW = 60_000;
const SECRET: Readonly<Record<string, string>> = { accessKeyId: 'someone', secretAccessKey: 'verysecret' };
const RESOURCE = model({ params: { name: 'facebook/opt-125m' } });

function platformAt(endpoint: string): PlatformSpec {
  return platformOf('local', { artifacts: { url: 's3://artifacts', prefix: 'ml', endpoint, credentialsSecret: 'store' } });
}

/** The environment of a container, its secrets known. */
function environmentOf({ env = [] }: Container): Record<string, string> {
  return Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? SECRET[valueFrom?.secretKeyRef?.key ?? ''] ?? '']));
}

/** Runs the containers of a step, with the folders of this test for its volumes. */
function runStep(step: Step, platform: PlatformSpec, paths: Readonly<Record<string, string>> = {}): Run {
  const { initContainers = [], containers = [] } = jobOf(step, RESOURCE, { platform }).spec?.template.spec ?? {};
  const shared = { TMPDIR: temporaryFolder() };
  const runs = [...initContainers, the(containers, step)].map((container) => {
    const [, , script = ''] = container.command ?? [];
    return runScript({ script, path: defined(process.env.PATH), env: { ...environmentOf(container), ...shared, ...paths } });
  });
  return runs.find(({ status }) => status !== 0) ?? defined(runs.at(-1));
}

(RCLONE ? describe : describe.skip)('an S3-compatible store', () => {
  const root = temporaryFolder();
  const source = writeFiles(temporaryFolder(), { 'config.json': '{}', 'with space/ü.bin': 'weights', 'checkpoints/1': 'x' });
  const recipe = join(writeFiles(temporaryFolder(), { 'recipe.json': '{}' }), 'recipe.json');
  const paths = { SOURCE: source, RECIPE_FILE: recipe };
  let store: Awaited<ReturnType<typeof serveS3>>;

  beforeAll(async () => {
    mkdirSync(join(root, 'artifacts'));
    store = await serveS3(root, { key: defined(SECRET.accessKeyId), secret: defined(SECRET.secretAccessKey) });
  });

  afterAll(() => store.stop());

  test('is checked, published to and checked again', () => {
    const platform = platformAt(store.endpoint);
    expect(runStep('check', platform)).toMatchObject({ status: 0, log: '{"published":false}\n' });
    const { status, log } = runStep('publish', platform, paths);
    expect({ status, log: JSON.parse(log) as unknown }).toMatchObject({ status: 0, log: { published: true, bytes: 9, files: 2 } });
    expect(runStep('check', platform)).toMatchObject({ status: 0, log });
    const { recipeDigest } = artifactOf(RESOURCE, platform, {});
    const folder = join(root, 'artifacts/ml', NAMESPACE, 'models', recipeDigest);
    expect(readFileSync(join(folder, 'files/with space/ü.bin'), 'utf8')).toBe('weights');
    expect(existsSync(join(folder, 'files/checkpoints'))).toBe(false);
  }, SLOW);

  test('gives a server the files that were published', () => {
    const platform = platformAt(store.endpoint);
    runStep('publish', platform, paths);
    const inputs = { model: artifactOf(RESOURCE, platform, {}) };
    const download = the(userPod(server(), { platform, inputs }).initContainers ?? [], 'init container');
    const target = temporaryFolder();
    const command = download.command?.map((word) => (word === '/content/model' ? target : word)) ?? [];
    const script = command.map((word) => `'${word}'`).join(' ');
    expect(runScript({ script, path: defined(process.env.PATH), env: environmentOf(download) })).toMatchObject({ status: 0 });
    expect(readFileSync(join(target, 'with space/ü.bin'), 'utf8')).toBe('weights');
  }, SLOW);

  test('that is not there is an error, not an artifact that is missing', async () => {
    const platform = platformAt(`http://127.0.0.1:${await freePort()}`);
    const { status, log } = runStep('check', platform);
    expect(status).toBe(1);
    expect(log).toMatch(/^cannot read :s3:artifacts\/ml\//);
  }, SLOW);

  test('that refuses the credentials is an error, not an artifact that is missing', () => {
    const wrong = { RCLONE_S3_SECRET_ACCESS_KEY: digest('another') };
    const { status, log } = runStep('check', platformAt(store.endpoint), wrong);
    expect(status).toBe(1);
    expect(log).toMatch(/^cannot read /);
  }, SLOW);
});
