/** `substratus lineage` and `logs` of what the real reconciler has made. */
import { EXIT } from '../../../src/cli/errors';
import type { LineageNode } from '../../../src/cli/lineage/lineage';
import { describeOnStage, model, resourceOf, server } from '../reconciler/stage';
import type { Stage } from '../reconciler/stage';
import { substratusOn } from './world';

/** A Model that is trained from another and a Dataset, and served. */
async function story(stage: Stage): Promise<string> {
  const namespace = await stage.namespace();
  const base = model(namespace, 'base-a1b2c3d4', { image: undefined, runtime: { name: 'huggingface', version: 1 }, params: { repo: 'acme/opt', revision: 'c1899de2' } });
  const chats = resourceOf('Dataset', { namespace, name: 'chats-e5f6g7h8' }, { image: 'example.com/load:1', params: { split: 'train' } });
  const tuned = model(namespace, 'tuned-i9j0k1l2', { model: { name: base.metadata.name }, dataset: { name: chats.metadata.name }, command: ['train.py'] });
  for (const each of [base, chats, tuned]) await stage.published(each);
  await stage.apply(server(namespace, 'chat', { model: { name: tuned.metadata.name } }));
  return namespace;
}

describeOnStage('a Model that was made of others', (stage) => {
  const told = stage.scene(() => story(stage));

  test('has a lineage down to revisions and digests, as JSON', async () => {
    const namespace = await told();
    const { stdout, exitCode } = await substratusOn(stage.cluster, ['lineage', 'tuned', '-n', namespace, '-o', 'json']);
    expect(exitCode).toBe(EXIT.ok);
    const root = JSON.parse(stdout) as LineageNode;
    expect(root).toMatchObject({
      kind: 'Model', name: 'tuned-i9j0k1l2', namespace, state: 'Published', image: 'example.com/model:1', command: ['train.py'],
      contentDigest: `sha256:${'c'.repeat(64)}`, recipeDigest: expect.stringMatching(/^[0-9a-z]{26}$/), url: expect.stringMatching(/^s3:\/\/artifacts\//),
    });
    expect(root.inputs).toMatchObject([
      { field: 'model', name: 'base-a1b2c3d4', runtime: 'huggingface 1', params: { repo: 'acme/opt', revision: 'c1899de2' }, inputs: [] },
      { field: 'dataset', kind: 'Dataset', name: 'chats-e5f6g7h8', image: 'example.com/load:1', params: { split: 'train' }, inputs: [] },
    ]);
  });

  test('has a lineage as a tree, in 80 columns, also from what serves it', async () => {
    const namespace = await told();
    const { stdout } = await substratusOn(stage.cluster, ['lineage', 'server/chat', '-n', namespace]);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => /Model|Dataset|Server/.test(line)).map((line) => line.replace(/ {2}\w+$/, ''))).toEqual([
      `Server ${namespace}/chat`,
      `└─ model: Model ${namespace}/tuned-i9j0k1l2`,
      `   ├─ model: Model ${namespace}/base-a1b2c3d4`,
      `   └─ dataset: Dataset ${namespace}/chats-e5f6g7h8`,
    ]);
    expect(lines).toContain('   │    runtime   huggingface 1');
    expect(lines).toContain('   │    params    repo=acme/opt revision=c1899de2');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test('names what is missing', async () => {
    const namespace = await stage.namespace();
    await stage.apply(model(namespace, 'alone', { dataset: { name: 'nowhere' } }));
    const { stdout } = await substratusOn(stage.cluster, ['lineage', 'alone', '-n', namespace]);
    expect(stdout).toContain(`└─ dataset: Dataset ${namespace}/nowhere  missing\n`);
  });

  test('has no output to read once its pods are gone, which is said', async () => {
    const namespace = await stage.namespace();
    await stage.apply(model(namespace, 'alone', { dataset: { name: 'nowhere' } }));
    await stage.reason(model(namespace, 'alone'), 'DatasetNotFound');
    const { stderr, exitCode } = await substratusOn(stage.cluster, ['logs', 'model/alone', '-n', namespace]);
    expect(exitCode).toBe(EXIT.notFound);
    expect(stderr).toBe(`error: Model ${namespace}/alone has no pods whose output could be read; it is DatasetNotFound: `
      + `${(await stage.reason(model(namespace, 'alone'), 'DatasetNotFound')).message}\n`);
  });

  test('fails for a step that it does not have', async () => {
    const namespace = await told();
    expect(await substratusOn(stage.cluster, ['logs', 'server/chat', '--step', 'publish', '-n', namespace])).toEqual({
      exitCode: EXIT.usage, stdout: '', stderr: 'error: a Server has no step publish; use one of build, serve\n',
    });
  });
});
