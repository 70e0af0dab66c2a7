/** Notebooks keep their disk, whatever becomes of their pod, and sleep when nobody uses them. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Secret } from 'kubernetes-types/core/v1';
import { referenceTo } from '../../client';
import { model, notebook } from '../stage';
import type { Stage, Stored } from '../stage';
import type { FakeJupyter } from './fake-jupyter';

export function notebooks(stage: Stage, jupyter: () => FakeJupyter): void {
  const evicted = stage.scene(async () => {
    const namespace = await stage.namespace();
    const lab = notebook(namespace, 'lab');
    await stage.apply(lab);
    await stage.ready(lab);
    const claim = await stage.child(lab, 'PersistentVolumeClaim');
    const [pod] = await stage.pods(lab);
    await stage.cluster.evict({ namespace, name: pod?.metadata.name ?? '' });
    const next = await stage.until('another pod is there', async () => (await stage.pods(lab)).find(({ metadata }) => metadata.uid !== pod?.metadata.uid));
    await stage.ready(lab);
    await stage.converged([namespace]);
    return { claim, after: await stage.child(lab, 'PersistentVolumeClaim'), next };
  });

  test('after an eviction a notebook gets another pod, with the same disk', async () => {
    const { claim, after, next } = await evicted();
    expect(after.metadata.uid).toBe(claim.metadata.uid);
    expect(next.spec).toMatchObject({ volumes: expect.arrayContaining([{ name: 'storage', persistentVolumeClaim: { claimName: claim.metadata.name } }]) });
  });

  const suspended = stage.scene(async () => {
    const namespace = await stage.namespace();
    const lab = notebook(namespace, 'lab');
    await stage.apply(lab);
    await stage.ready(lab);
    const claim = await stage.child(lab, 'PersistentVolumeClaim');
    await stage.apply(notebook(namespace, 'lab', { suspend: true }));
    const said = await stage.reason(lab, 'Suspended');
    await stage.until('its pod is gone', async () => (await stage.pods(lab)).length === 0);
    const asleep = await stage.child(lab, 'PersistentVolumeClaim');
    await stage.apply(lab);
    await stage.ready(lab);
    await stage.converged([namespace]);
    return { said, claims: [claim, asleep, await stage.child(lab, 'PersistentVolumeClaim')] };
  });

  test('suspended and resumed, a notebook keeps its disk', async () => {
    const { said, claims } = await suspended();
    expect(said.message).toBe('suspended: nothing runs; set spec.suspend to false to go on');
    expect(new Set(claims.map(({ metadata }) => metadata.uid)).size).toBe(1);
  });

  const outdated = stage.scene(async () => {
    const namespace = await stage.namespace();
    const [one, two] = [model(namespace, 'one'), model(namespace, 'two', { image: 'example.com/model:2' })];
    const lab = (name: string) => notebook(namespace, 'lab', { model: { name } });
    await Promise.all([stage.published(one), stage.published(two)]);
    await stage.apply(lab('one'));
    await stage.ready(lab('one'));
    const [before] = await stage.pods(lab('one'));
    await stage.apply(lab('two'));
    const said = await stage.until('it says that it is outdated', async () => conditionOf(await stage.get(lab('two')), 'Outdated'));
    const [meanwhile] = await stage.pods(lab('two'));
    const ready = readyOf(await stage.get(lab('two')));
    await stage.converged([namespace]);
    await stage.client.patch(referenceTo(lab('two')), { metadata: { annotations: { 'substratus.ai/restart': '1' } } });
    const asked = await stage.until('it has another pod', async () => (await stage.pods(lab('two'))).find(({ metadata }) => metadata.uid !== before?.metadata.uid));
    await stage.ready(lab('two'));
    await stage.apply(lab('one'));
    await stage.until('it is outdated again', async () => conditionOf(await stage.get(lab('one')), 'Outdated'));
    await stage.cluster.evict({ namespace, name: asked.metadata.name });
    await stage.until('it has the first model again', async () => {
      const stored = await stage.get(lab('one'));
      return readyOf(stored)?.status === 'True' && !conditionOf(stored, 'Outdated');
    });
    await stage.converged([namespace]);
    return { before, meanwhile, said, ready };
  });

  test('a notebook that runs is not restarted for another model: it says how to take it, and takes it when asked, or with its next pod', async () => {
    const { before, meanwhile, said, ready } = await outdated();
    expect(meanwhile?.metadata.uid).toBe(before?.metadata.uid);
    expect(ready).toMatchObject({ status: 'True', reason: 'Open' });
    expect(said).toMatchObject({ reason: 'NewRevision', message: expect.stringContaining('Model two is there, in place of one') });
  });

  const culled = stage.scene(async () => {
    const namespace = await stage.namespace();
    const lab = notebook(namespace, 'lab', { idleTimeout: '3s' });
    jupyter().idle(namespace);
    await stage.apply(lab);
    await stage.reason(lab, 'Culled');
    const asleep = await stage.get(lab);
    await stage.until('its pod is gone', async () => (await stage.pods(lab)).length === 0);
    const deployment = await stage.child(lab, 'Deployment') as Deployment;
    const secret = await stage.client.get<Secret & { data: { token: string } }>({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'lab-notebook-token' });
    jupyter().busy(namespace);
    const resumed = new Date(Date.now() + 1000).toISOString();
    await stage.client.patch(referenceTo(lab), { metadata: { annotations: { 'substratus.ai/resume': resumed } } });
    await stage.ready(lab);
    return { asleep, awake: await stage.get(lab), deployment, tokens: jupyter().tokens(namespace), secret };
  });

  test('a notebook that nobody uses is put to sleep, without a write to its spec', async () => {
    const { asleep, deployment } = await culled();
    expect(asleep.metadata.generation).toBe(1);
    expect(asleep.spec).toEqual({ image: 'example.com/notebook:1', idleTimeout: '3s' });
    expect(asleep.status?.culledAt).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(deployment.spec?.replicas).toBe(0);
    expect(readyOf(asleep)).toMatchObject({ status: 'False', reason: 'Culled', message: expect.stringContaining('kubectl annotate') });
  });

  test('the annotation substratus.ai/resume wakes it', async () => {
    const { awake } = await culled();
    expect(awake.status?.ready).toBe(true);
    expect(awake.status?.culledAt).toBeUndefined();
    expect(awake.metadata.generation).toBe(1);
  });

  test('Jupyter is asked with the token of the Secret, which the reconciler never reads', async () => {
    const { tokens, secret } = await culled();
    expect([...tokens]).toEqual([Buffer.from(secret.data.token, 'base64').toString()]);
  });
}

function readyOf(stored: Stored) {
  return conditionOf(stored, 'Ready');
}

function conditionOf({ status }: Stored, wanted: string) {
  return status?.conditions?.find(({ type }) => type === wanted);
}
