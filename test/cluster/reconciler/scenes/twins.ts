/** A4: resources of the same recipe have one artifact, which goes with the last of them. */
import type { Resource } from '../../../../src/api/resource';
import { referenceTo } from '../../client';
import { model } from '../stage';
import type { Stage, Stored } from '../stage';

export function twins(stage: Stage): void {
  const renamed = stage.scene(async () => {
    const namespace = await stage.namespace();
    const [before, after] = ['before', 'after'].map((name) => model(namespace, name, { deletionPolicy: 'Delete' })) as [Resource, Resource];
    await stage.apply(before);
    await stage.ready(before);
    await stage.apply(after);
    await stage.client.delete(referenceTo(before));
    await stage.until('the old name is gone', async () => await stage.find(before) === undefined);
    const renamedTo = await stage.ready(after);
    const isThere = inBucket(stage, renamedTo);
    await stage.client.delete(referenceTo(after));
    await stage.until('the new name is gone', async () => await stage.find(after) === undefined);
    return { isThere, isLeft: inBucket(stage, renamedTo) };
  });

  test('A4: a rename is not held up, loses nothing, and the artifact goes with the new name', async () => {
    expect(await renamed()).toEqual({ isThere: true, isLeft: false });
  });

  const retained = stage.scene(async () => {
    const namespace = await stage.namespace();
    const taker = model(namespace, 'taker', { deletionPolicy: 'Delete' });
    const keeper = model(namespace, 'keeper');
    await stage.apply(taker);
    await stage.ready(taker);
    await stage.apply(keeper);
    const stored = await stage.ready(keeper);
    for (const each of [taker, keeper]) {
      await stage.client.delete(referenceTo(each));
      await stage.until('it is gone', async () => await stage.find(each) === undefined);
    }
    await stage.converged([namespace]);
    return inBucket(stage, stored);
  });

  test('A4: a twin that would keep the artifact keeps it', async () => {
    expect(await retained()).toBe(true);
  });

  const raced = stage.scene(async () => {
    const namespace = await stage.namespace();
    const [old, twin] = [model(namespace, 'old', { deletionPolicy: 'Delete' }), model(namespace, 'twin')];
    await stage.apply(old);
    await stage.ready(old);
    const release = stage.cluster.kubelet.cue({ namespace, container: 'delete' }, { outcome: 'run' });
    await stage.client.delete(referenceTo(old));
    const pod = await stage.until('the artifact is being deleted', async () => (await stage.pods(old))
      .find(({ metadata, status }) => metadata.labels?.role === 'delete' && (status as { phase?: string }).phase === 'Running'));
    await stage.apply(twin);
    const said = await stage.until('the twin waits', async () => {
      const ready = (await stage.get(twin)).status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.message.startsWith('waiting for Model old') ? ready : undefined;
    });
    const jobs = await stage.children(twin, 'Job');
    release();
    await stage.cluster.kubelet.end({ namespace, name: pod.metadata.name }, { outcome: 'succeed' });
    await stage.until('the old one is gone', async () => await stage.find(old) === undefined);
    const stored = await stage.ready(twin);
    await stage.converged([namespace]);
    return { said, jobs, isThere: inBucket(stage, stored), ran: await stage.child(twin, 'Job', 'run') };
  });

  test('A4: a twin that is made while the artifact is being deleted waits, and then makes it again', async () => {
    const { said, jobs, isThere, ran } = await raced();
    expect(said.reason).toBe('Checking');
    expect(jobs).toEqual([]);
    expect(isThere).toBe(true);
    expect(ran).toBeDefined();
  });
}

/** Whether the bucket has what a resource has published. */
function inBucket(stage: Stage, { metadata: { namespace }, status }: Stored): boolean {
  const end = `/${namespace}/models/${status?.artifact?.recipeDigest}`;
  return stage.cluster.bucket.destinations.some((destination) => destination.endsWith(end));
}
