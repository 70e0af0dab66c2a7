/** What someone else has changed or taken away is put right; what someone else has added stays. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Service } from 'kubernetes-types/core/v1';
import { MANAGED_BY_LABEL } from '../../../../src/api/labels';
import { referenceTo } from '../../client';
import { model, server } from '../stage';
import type { Stage } from '../stage';

export function drift(stage: Stage): void {
  const edited = stage.scene(async () => {
    const namespace = await stage.namespace();
    const chat = server(namespace, 'chat', { replicas: 2 });
    await stage.published(model(namespace, 'opt'));
    await stage.apply(chat);
    await stage.ready(chat);
    const before = {
      deployment: await stage.child(chat, 'Deployment') as Deployment,
      service: await stage.child(chat, 'Service') as Service,
      configMap: await stage.child(chat, 'ConfigMap'),
    };
    await stage.client.patch(referenceTo(before.deployment), {
      metadata: { labels: { 'role': 'mine', 'acme.example/team': 'a' }, annotations: { 'acme.example/note': 'kept' } },
      spec: { replicas: 5, template: { spec: { containers: [{ name: 'serve', image: 'example.com/other:1' }] } } },
    }, { type: 'strategic-merge' });
    await stage.client.patch(referenceTo(before.service), { spec: { selector: { app: 'other' } } });
    await stage.client.delete(referenceTo(before.configMap as object));
    const deployment = await stage.until('the Deployment is put right', async () => {
      const live = await stage.client.get<Deployment>(referenceTo(before.deployment));
      return live.spec?.replicas === 2 && live.metadata?.labels?.role === 'run' ? live : undefined;
    });
    const service = await stage.until('the Service is put right', async () => {
      const live = await stage.client.get<Service>(referenceTo(before.service));
      return live.spec?.selector?.app === undefined ? live : undefined;
    });
    const configMap = await stage.until('the ConfigMap is there again', () => stage.find(before.configMap as object));
    await stage.client.delete(referenceTo(before.service));
    const again = await stage.until('the Service is there again', () => stage.find(before.service));
    await stage.client.patch(referenceTo(before.deployment), { metadata: { labels: { [MANAGED_BY_LABEL]: null } } });
    await stage.until('the Deployment has its label again', async () => {
      const { metadata } = await stage.client.get<Deployment>(referenceTo(before.deployment));
      return metadata?.labels?.[MANAGED_BY_LABEL] === 'substratus';
    });
    await stage.ready(chat);
    await stage.converged([namespace]);
    return { before, deployment, service, configMap, again, events: await stage.told(chat, 'Repaired') };
  });

  test('an edit of a Deployment, its image, replicas or labels, is put right', async () => {
    const { before, deployment } = await edited();
    expect(deployment.spec?.template.spec?.containers[0]?.image).toBe('example.com/server:1');
    expect(deployment.spec).toMatchObject({ replicas: 2, selector: before.deployment.spec?.selector });
    expect(deployment.metadata?.uid).toBe(before.deployment.metadata?.uid);
  });

  test('labels and annotations of someone else are kept', async () => {
    const { deployment } = await edited();
    expect(deployment.metadata?.labels).toMatchObject({ 'acme.example/team': 'a' });
    expect(deployment.metadata?.annotations).toMatchObject({ 'acme.example/note': 'kept' });
  });

  test('an edited Service gets its selector back, and a deleted Service or ConfigMap comes back', async () => {
    const { before, service, configMap, again } = await edited();
    expect(service.spec?.selector).toEqual(before.service.spec?.selector);
    expect(configMap).toMatchObject({ data: (before.configMap as { data?: object }).data });
    expect(again.metadata.uid).not.toBe(before.service.metadata?.uid);
  });

  test('a repair is told in an Event', async () => {
    const { events } = await edited();
    expect(events.Repaired).toMatch(/^\w+ chat.* was changed by someone else, and was restored$/);
  });

  const scaled = stage.scene(async () => {
    const namespace = await stage.namespace();
    const chat = server(namespace, 'chat', { scaling: 'external' });
    await stage.published(model(namespace, 'opt'));
    await stage.apply(chat);
    await stage.ready(chat);
    const { metadata: { name } } = await stage.child(chat, 'Deployment');
    await stage.cluster.kubectl('scale', 'deployment', name, '-n', namespace, '--replicas=3');
    const spec = { ...chat.spec, env: { A: 'b' } };
    await stage.apply({ ...chat, spec } as typeof chat);
    const deployment = await stage.until('the new revision is rolled out', async () => {
      const live = await stage.child(chat, 'Deployment') as Deployment;
      const hasVariable = live.spec?.template.spec?.containers[0]?.env?.some((variable) => variable.name === 'A');
      return hasVariable && live.status?.updatedReplicas === 3 ? live : undefined;
    });
    await stage.converged([namespace]);
    return deployment;
  });

  test('with scaling: external, `kubectl scale` is left alone, also by the next revision', async () => {
    expect((await scaled()).spec?.replicas).toBe(3);
  });

  const handedOver = stage.scene(async () => {
    const namespace = await stage.namespace();
    const chat = server(namespace, 'chat', { replicas: 3 });
    await stage.published(model(namespace, 'opt'));
    await stage.apply(chat);
    await stage.ready(chat);
    const { metadata: { name } } = await stage.child(chat, 'Deployment');
    await stage.client.apply(server(namespace, 'chat', { scaling: 'external' }));
    await stage.converged([namespace]);
    const { spec: before } = await stage.child(chat, 'Deployment') as Deployment;
    await stage.cluster.kubectl('scale', 'deployment', name, '-n', namespace, '--replicas=5');
    await stage.converged([namespace]);
    const { spec: after } = await stage.child(chat, 'Deployment') as Deployment;
    return [before?.replicas, after?.replicas];
  });

  test('a Server that is handed over to an autoscaler keeps its replicas until that has set another number', async () => {
    expect(await handedOver()).toEqual([3, 5]);
  });
}
