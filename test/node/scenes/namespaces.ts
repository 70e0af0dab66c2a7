/** A namespace that goes, with what is in it. */
import { ARTIFACTS, scripted } from '../stage';
import type { NodeStage } from '../stage';

const LOG = ['logs', '--namespace=substratus', 'deployment/substratus-reconciler', '--all-pods'];

export function namespaces(stage: NodeStage): void {
  const gone = stage.scene(async () => {
    const namespace = await stage.namespace();
    /* The second run would write something else. */
    const model = scripted('Model', { namespace, name: 'left' }, { script: 'date +%s%N > /content/artifacts/model.txt', deletionPolicy: 'Delete' });
    await stage.apply(model);
    const url = (await stage.ready(model)).status?.artifact?.url;
    const written = () => stage.cluster.onNode('sh', '-c', `cat ${ARTIFACTS}/${namespace}/models/*/files/model.txt`);
    const before = await written();
    await stage.cluster.kubectl('delete', 'namespace', namespace, '--timeout=90s');
    const after = await written();
    const said = (await stage.cluster.kubectl(...LOG)).split('\n').find((line) => line.includes('the namespace is being deleted') && line.includes(String(url)));
    await stage.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await stage.apply(model);
    await stage.ready(model);
    return { before, after, again: await written(), said };
  });

  test('R11: a namespace that is deleted goes, the artifact of its Delete Model stays, and the log names it', async () => {
    const { before, after, said } = await gone();
    expect(after).toBe(before);
    expect(said).toContain('the namespace is being deleted, so the artifact cannot be and stays in the bucket');
  });

  test('R11: the same Model in a namespace of that name takes it up, without a run', async () => {
    const { before, again } = await gone();
    expect(again).toBe(before);
  });
}
