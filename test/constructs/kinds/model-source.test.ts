/** Case 17: a Model that refers to files that are there already, as it is declared. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { Access, DeletionPolicy, Gpu, Model, ModelSource, Platform, Preview, Server, Workspace } from '../../../src';
import type { ModelProps } from '../../../src';
import { dataset, manifestsOf, messageOf, synthErrors, temporary, untyped, workspace, written } from '../fixtures';

const URL = 's3://acme-weights/llama-3.1-70b';

/** What the report has: weights in a bucket of the company, on AWS. */
function aws(readableBuckets = [{ url: URL }]): Workspace {
  const platform = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
  platform.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8 });
  return workspace(platform, { readableBuckets });
}

function kinds(team: Workspace): (string | undefined)[] {
  return manifestsOf(Preview.of(team).children).map(({ kind }) => kind);
}

test.each([
  ['a bucket', ModelSource.bucket(`${URL}/`), { bucket: { url: URL } }],
  ['a claim', ModelSource.claim('llama'), { claim: { name: 'llama' } }],
  ['a folder of a claim', ModelSource.claim('llama.v1', { path: 'hf/70b/' }), { claim: { name: 'llama.v1', path: 'hf/70b' } }],
  ['an image', ModelSource.image('registry.example.com/acme/llama:1'), { image: { reference: 'registry.example.com/acme/llama:1' } }],
  ['a folder of an image', ModelSource.image('acme/llama:1', { path: 'models' }), { image: { reference: 'acme/llama:1', path: 'models' } }],
])('case 17: %s is all that is written', (_, source, spec) => {
  expect(written(new Model(workspace(), 'llama', { source })).spec).toEqual({ source: spec });
});

test('case 17: weights in a bucket, or on a claim, are served without any Job', () => {
  for (const source of [ModelSource.bucket(URL), ModelSource.claim('llama')]) {
    const team = aws();
    const llama = new Model(team, 'llama', { source });
    llama.serve('chat', { image: 'acme/vllm:1', resources: { gpu: Gpu.NVIDIA_H100, gpuCount: 8 } });
    expect(kinds(team)).toEqual(['ConfigMap', 'Deployment', 'Service', 'PodDisruptionBudget']);
    expect(synthErrors(team)).toEqual(['no error']);
  }
});

test('case 17: it can be trained from, and opened in a notebook', () => {
  const team = aws();
  const llama = new Model(team, 'llama', { source: ModelSource.claim('llama') });
  llama.finetune('tuned', { image: 'acme/trainer', dataset: dataset(team) });
  llama.notebook('lab', { image: 'acme/notebook' });
  const text = Preview.of(team).toYaml();
  expect(text.match(/claimName: llama$/gm)).toHaveLength(2);
  expect(text).toContain('# Model team-a/llama-');
  expect(text).toMatch(/^# Model team-a\/llama-\w{8} · nothing runs; it refers to pvc:\/\/llama$/m);
  expect(synthErrors(team)).toEqual(['no error']);
});

test('case 17: its name follows what it refers to, so that its users roll with it', () => {
  const name = (source: ModelSource) => new Model(workspace(), 'llama', { source }).modelName;
  expect(name(ModelSource.claim('llama'))).toMatch(/^llama-\w{8}$/);
  expect(name(ModelSource.claim('llama'))).not.toBe(name(ModelSource.claim('llama', { path: 'v2' })));
});

test('case 17: two names for the same files are allowed, for nothing is written', () => {
  const team = aws();
  for (const id of ['a', 'b']) new Model(team, id, { source: ModelSource.claim('llama') });
  expect(synthErrors(team)).toEqual(['no error']);
});

test('case 17: the server of an ejected stack waits for nothing', () => {
  const team = aws();
  new Model(team, 'llama', { source: ModelSource.bucket(URL) }).serve('chat', { image: 'acme/vllm:1' });
  const directory = join(temporary(), 'ejected');
  const files = Preview.of(team).eject(directory);
  expect(files.filter((file) => file.includes('_deployment_')).map((file) => file.slice(directory.length + 1, directory.length + 8))).toEqual(['wave-01']);
  expect(files.filter((file) => file.includes('readable-bucket'))).toHaveLength(2);
  expect(fs.readFileSync(join(directory, 'apply.sh'), 'utf8')).not.toMatch(/^(check|start|start_publish|finish) /m);
});

test('case 17: of a Model that is declared elsewhere the source tells what a preview shows', () => {
  const team = aws();
  const here = new Model(workspace(), 'llama', { source: ModelSource.claim('llama') });
  const there = Model.fromModelAttributes(team, 'llama', { modelName: here.modelName, source: ModelSource.claim('llama') });
  new Server(team, 'chat', { model: there, image: 'acme/vllm:1' });
  expect(there.recipeDigest).toBe(here.recipeDigest);
  expect(Preview.of(team).toYaml()).toContain('claimName: llama');
});

describe('case 17: fails when', () => {
  const errorOf = (props: object): string => messageOf(() => new Model(aws(), 'llama', untyped<ModelProps>({ source: ModelSource.claim('llama'), ...props })));

  test('something beside it would run', () => {
    expect(errorOf({ image: 'acme/model' })).toBe('[team-a/llama] source is set and image too, but nothing runs for files that are there already; leave one of them out');
    expect(errorOf({ params: { a: 1 } })).toContain('source is set and params too');
    expect(errorOf({ access: Access.STREAM })).toContain('source is set and access too');
  });

  test('the files would be deleted with it', () => {
    expect(errorOf({ deletionPolicy: DeletionPolicy.DELETE }))
      .toBe('[team-a/llama] deletionPolicy is Delete, but the files of source were there before, and are never deleted; leave it out');
  });

  test('it is not a source', () => {
    expect(errorOf({ source: URL })).toContain("which is not a ModelSource; write for example ModelSource.bucket('s3://acme-weights/llama')");
    expect(messageOf(() => Model.fromModelAttributes(aws(), 'm', { modelName: 'llama', recipeDigest: 'x', source: ModelSource.claim('llama') })))
      .toContain('recipeDigest and source are set');
  });

  test('a URL is not one of a bucket, or may have a secret in it, which is not printed', () => {
    for (const url of ['acme-weights', 's3:/acme', 'https://acme.s3.amazonaws.com/x?X-Amz-Signature=hunter2', 's3://key:hunter2@acme/x', 's3://acme/a b', 's3://acme/../x']) {
      const message = messageOf(() => ModelSource.bucket(url));
      expect(message).toContain('give scheme, bucket and folders');
      expect(message).not.toContain('hunter2');
    }
    const token = `hf_${'a'.repeat(30)}`;
    expect(messageOf(() => new Model(aws(), 'llama', { source: ModelSource.bucket(`s3://acme/${token}`) }))).toContain('looks like a token of Hugging Face');
  });

  test('a claim, an image or a path cannot be', () => {
    expect(messageOf(() => ModelSource.claim('My Claim'))).toBe("claimName is 'My Claim'; give the metadata.name of a PersistentVolumeClaim");
    expect(messageOf(() => ModelSource.claim('llama', { path: '../x' }))).toContain("path is '../x'; give folders");
    expect(messageOf(() => ModelSource.claim('llama', untyped({ folder: 'x' })))).toContain('folder');
    expect(messageOf(() => ModelSource.image('https://acme/llama'))).toContain('without scheme and spaces');
  });

  test('the workspace may not read the bucket', () => {
    const team = aws([]);
    new Model(team, 'llama', { source: ModelSource.bucket(URL) });
    expect(synthErrors(team)).toEqual([`[team-a/llama] source.bucket.url is ${URL}, which workspace team-a may not read; `
      + `give addWorkspace('team-a') readableBuckets: [{ url: '${URL}' }]`]);
  });

  test('the platform cannot mount images, or a user of one wants a copy', () => {
    const team = aws();
    new Model(team, 'llama', { source: ModelSource.image('acme/llama:1') });
    expect(synthErrors(team)[0]).toContain('source.image needs Kubernetes 1.35, but the platform names none, which counts as 1.33');
    const other = aws();
    new Model(other, 'llama', { source: ModelSource.claim('llama') }).serve('chat', { image: 'acme/vllm:1', access: Access.DOWNLOAD });
    expect(synthErrors(other).join()).toMatch(/\[team-a\/chat\] access is download but model llama-\w{8} is on a claim, which is only mounted; leave access out/);
  });

  test('a user of a claim is in another namespace', () => {
    const platform = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
    platform.addWorkspace('data');
    platform.addWorkspace('team-a', { reads: ['data'] });
    const app = new App();
    const llama = new Model(new Workspace(app, 'data', { platform }), 'llama', { source: ModelSource.claim('llama'), sharedWith: ['team-a'] });
    new Server(new Workspace(app, 'team-a', { platform }), 'chat', { model: llama, image: 'acme/vllm:1' });
    expect(messageOf(() => app.synthYaml())).toMatch(/\[team-a\/chat\] model llama-\w{8} is on a claim of namespace data, which pods of team-a cannot mount/);
  });
});
