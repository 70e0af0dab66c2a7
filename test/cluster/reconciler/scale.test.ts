/** `kubectl scale server/x`, and a real HorizontalPodAutoscaler that aims at a Server. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import { referenceTo } from '../client';
import { describeOnStage, model, server } from './stage';
import type { Stage } from './stage';

interface Entry {
  readonly manager: string;
  readonly fieldsV1: { readonly 'f:spec'?: Readonly<Record<string, unknown>> };
}

function deploymentOf(stage: Stage, namespace: string, name: string): Promise<Deployment> {
  return stage.client.get<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: `${name}-server` });
}

async function serving(stage: Stage, spec: object) {
  const namespace = await stage.namespace();
  await stage.published(model(namespace, 'opt'));
  const chat = server(namespace, 'chat', spec);
  await stage.apply(chat);
  await stage.ready(chat);
  return { namespace, chat };
}

describeOnStage('the scale of a Server', (stage) => {
  const scaled = stage.scene(async () => {
    const { namespace, chat } = await serving(stage, {});
    await stage.cluster.kubectl('scale', 'servers.substratus.ai/chat', '-n', namespace, '--replicas=3');
    await stage.until('the Deployment has three', async () => (await deploymentOf(stage, namespace, 'chat')).spec?.replicas === 3);
    return stage.until('the status says so', async () => {
      const { status } = await stage.get(chat);
      return status?.replicas === 3 && status;
    });
  });

  test('is set by kubectl, comes to its Deployment, and is told with the labels of its pods', async () => {
    expect(await scaled()).toMatchObject({ replicas: 3, selector: 'role=run,server=chat' });
  });

  const autoscaled = stage.scene(async () => {
    const { namespace, chat } = await serving(stage, { scaling: 'external' });
    await stage.until('the scale can be read', async () => (await stage.get(chat)).spec.replicas === 1);
    const before = (await deploymentOf(stage, namespace, 'chat')).spec?.replicas;
    await stage.client.create({
      apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { namespace, name: 'chat' },
      spec: {
        scaleTargetRef: { apiVersion: 'substratus.ai/v1', kind: 'Server', name: 'chat' },
        minReplicas: 4, maxReplicas: 6,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
      },
    } as object);
    await stage.until('the Deployment has what the autoscaler asks for', async () => (await deploymentOf(stage, namespace, 'chat')).spec?.replicas === 4);
    await stage.apply(chat); // as GitOps does: server-side apply, without `replicas`
    await stage.ready(chat);
    const { spec, metadata } = await stage.get(chat);
    const owners = (metadata as unknown as { readonly managedFields: readonly Entry[] }).managedFields
      .filter(({ fieldsV1 }) => 'f:replicas' in (fieldsV1['f:spec'] ?? {})).map(({ manager }) => manager);
    return { before, spec, owners, after: (await deploymentOf(stage, namespace, 'chat')).spec?.replicas };
  });

  test('is that of a real HorizontalPodAutoscaler, which owns it, and a manifest without replicas leaves it alone', async () => {
    const { before, spec, owners, after } = await autoscaled();
    expect([before, spec.replicas, after]).toEqual([1, 4, 4]);
    expect(owners).toEqual(['kube-controller-manager']);
  });

  const onDeployment = stage.scene(async () => {
    const { namespace, chat } = await serving(stage, { scaling: 'external' });
    await stage.until('the scale can be read', async () => (await stage.get(chat)).spec.replicas === 1);
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'chat-server' };
    await stage.client.patch(deployment, { spec: { replicas: 5 } });
    await stage.client.patch(referenceTo(chat), { metadata: { annotations: { 'substratus.ai/retry': '1' } } }); // is looked at again
    await stage.until('all of them answer', async () => (await stage.get(chat)).status?.replicas === 5);
    return (await deploymentOf(stage, namespace, 'chat')).spec?.replicas;
  });

  test('decides nothing where an autoscaler aims at the Deployment', async () => {
    expect(await onDeployment()).toBe(5);
  });
});
