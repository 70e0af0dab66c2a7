/** What is deleted stays deleted, and takes along what it has made. */
import { referenceTo } from '../../client';
import { childNamed, model, notebook } from '../stage';
import type { Stage } from '../stage';

const NAMES = Array.from({ length: 12 }, (_, index) => `quick-${index}`);
const PAUSE_MS = 2000;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export function deletion(stage: Stage): void {
  const deleted = stage.scene(async () => {
    const namespace = await stage.namespace();
    const all = NAMES.map((name) => model(namespace, name));
    await Promise.all(all.map(async (resource, index) => {
      await stage.apply(resource);
      await pause(index * 60);
      await stage.client.delete(referenceTo(resource));
    }));
    await stage.until('all children are gone', async () => {
      const kinds = [['batch/v1', 'Job'], ['v1', 'PersistentVolumeClaim'], ['v1', 'ConfigMap']] as const;
      const left = await Promise.all(kinds.map(([apiVersion, kind]) => stage.client.list({ apiVersion, kind, namespace, labels: { 'app.kubernetes.io/managed-by': 'substratus' } })));
      return left.flat().length === 0;
    });
    await pause(PAUSE_MS);
    return Promise.all(all.map((resource) => stage.find(resource)));
  });

  test('a resource that is deleted while it is being reconciled does not come back, nor do its children', async () => {
    expect(await deleted()).toEqual(NAMES.map(() => undefined));
  });

  const again = stage.scene(async () => {
    const namespace = await stage.namespace();
    const lab = notebook(namespace, 'lab');
    await stage.apply(lab);
    const first = { lab: await stage.ready(lab), deployment: await stage.child(lab, 'Deployment'), claim: await stage.child(lab, 'PersistentVolumeClaim') };
    await stage.client.delete(referenceTo(lab));
    await stage.apply(lab);
    await stage.until('the Deployment is another', async () => {
      const deployment = await stage.find(childNamed(lab, 'Deployment'));
      return deployment && deployment.metadata.uid !== first.deployment.metadata.uid;
    });
    const second = { lab: await stage.ready(lab), deployment: await stage.child(lab, 'Deployment'), claim: await stage.child(lab, 'PersistentVolumeClaim') };
    await stage.converged([namespace]);
    return { first, second };
  });

  test('deleted and made again under the same name: the old children go, and new ones are made', async () => {
    const { first, second } = await again();
    expect(second.lab.metadata.uid).not.toBe(first.lab.metadata.uid);
    expect(second.deployment.metadata.ownerReferences?.[0]?.uid).toBe(second.lab.metadata.uid);
    expect(second.claim.metadata.uid).not.toBe(first.claim.metadata.uid);
    expect(second.claim.metadata.ownerReferences?.[0]?.uid).toBe(second.lab.metadata.uid);
  });

  const withArtifact = stage.scene(async () => {
    const namespace = await stage.namespace();
    const opt = model(namespace, 'opt', { deletionPolicy: 'Delete' });
    await stage.apply(opt);
    const { metadata } = await stage.ready(opt);
    await stage.client.delete(referenceTo(opt));
    const job = await stage.until('the Job that deletes is done', async () => {
      const [found] = (await stage.children(opt, 'Job')).filter(({ metadata: { labels } }) => labels?.role === 'delete');
      return found ?? (await stage.find(opt) === undefined ? 'gone' : undefined);
    });
    await stage.until('the Model is gone', async () => await stage.find(opt) === undefined);
    return { finalizers: metadata.finalizers, job };
  });

  test('with deletionPolicy: Delete a Job deletes the artifact before the Model goes', async () => {
    const { finalizers, job } = await withArtifact();
    expect(finalizers).toEqual(['substratus.ai/artifact']);
    expect(job).not.toBe('gone');
  });

  const withNamespace = stage.scene(async () => {
    const namespace = await stage.namespace();
    const opt = model(namespace, 'opt', { deletionPolicy: 'Delete' });
    await stage.apply(opt);
    const { metadata: { finalizers } } = await stage.ready(opt);
    await stage.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await stage.until('the namespace is gone', async () => await stage.client.find({ apiVersion: 'v1', kind: 'Namespace', name: namespace }) === undefined);
    const said = stage.reconciler.logs().filter(({ msg, url }) => String(msg).startsWith('the namespace is being deleted') && String(url).includes(`/${namespace}/`));
    return { finalizers, said };
  });

  test('a namespace that goes is not held up by a Model with deletionPolicy: Delete', async () => {
    expect((await withNamespace()).finalizers).toEqual(['substratus.ai/artifact']);
  });

  test('R11: the log says which artifact stays in the bucket', async () => {
    expect((await withNamespace()).said).not.toEqual([]);
  });
}
