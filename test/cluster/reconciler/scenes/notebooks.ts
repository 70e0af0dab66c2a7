/** Notebooks keep their disk, whatever becomes of their pod, and sleep when nobody uses them. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Secret } from 'kubernetes-types/core/v1';
import { referenceTo } from '../../client';
import { notebook } from '../stage';
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

function readyOf({ status }: Stored) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
