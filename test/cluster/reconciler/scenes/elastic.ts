/** Servers whose number of replicas follows the demand, on a cluster without KEDA, which has a HorizontalPodAutoscaler as any has. */
import type { Service } from 'kubernetes-types/core/v1';
import { foreignDefinition } from '../definitions';
import { model, PLATFORM, server } from '../stage';
import type { Stage } from '../stage';

const SPEC = { startupTimeout: '5s', autoscaling: { min: 0, max: 2 } };

export function elastic(stage: Stage): void {
  const missing = stage.scene(async () => {
    const namespace = await stage.namespace();
    const reconciler = await stage.reconcilerFor(namespace, { platform: { ...PLATFORM, keda: {} } });
    await stage.published(model(namespace, 'opt'));
    const chat = server(namespace, 'chat', SPEC);
    await stage.apply(chat);
    const told = await stage.reason(chat, 'KedaMissing');
    const deployments = await stage.children(chat, 'Deployment');
    for (const each of [{ apiVersion: 'http.keda.sh/v1beta1', kind: 'InterceptorRoute' }, { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' }]) {
      await stage.client.apply(foreignDefinition(each));
    }
    await stage.ready(chat);
    const clients = await stage.client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace, name: 'chat-server' });
    await stage.apply(server(namespace, 'chat', { startupTimeout: '5s', replicas: 1 }));
    const fixed = await stage.until('the Service leads to the pods', async () => {
      const service = await stage.client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace, name: 'chat-server' });
      return service.spec?.type === 'ClusterIP' && service;
    });
    await stage.until('nothing of KEDA is left', async () => {
      const items = await stage.client.list({ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace });
      const routes = await stage.client.list({ apiVersion: 'http.keda.sh/v1beta1', kind: 'InterceptorRoute', namespace });
      return items.length + routes.length === 0;
    });
    await reconciler.stop();
    return { told, deployments, clients, fixed };
  });

  test('without the definitions of KEDA it is Stalled, with the line that installs them, and takes no GPU; with them it goes on', async () => {
    const { told, deployments, clients } = await missing();
    expect(told).toMatchObject({ status: 'False', message: expect.stringContaining('install KEDA and its HTTP add-on: helm upgrade --install keda keda ') as string });
    expect(deployments).toEqual([]);
    expect(clients.spec).toMatchObject({ type: 'ExternalName', externalName: 'keda-add-ons-http-interceptor-proxy.keda.svc.cluster.local' });
    expect(clients.spec?.clusterIP).toBeUndefined();
  });

  test('with a fixed number of replicas again, its Service of the same name leads to the pods, and nothing of KEDA is left', async () => {
    const { fixed } = await missing();
    expect(fixed.spec).toMatchObject({ type: 'ClusterIP', selector: { server: 'chat', role: 'run' } });
    expect(fixed.spec?.externalName).toBeUndefined();
  });

  const byHpa = stage.scene(async () => {
    const namespace = await stage.namespace();
    await stage.published(model(namespace, 'opt'));
    const chat = server(namespace, 'chat', { autoscaling: { min: 2, max: 4, cpu: 70 } });
    await stage.apply(chat);
    await stage.until('the HorizontalPodAutoscaler asks for two replicas', async () => {
      const deployment = (await stage.children(chat, 'Deployment'))[0] as { spec?: { replicas?: number } } | undefined;
      return deployment?.spec?.replicas === 2;
    });
    await stage.ready(chat);
    const { status } = await stage.until('its status says what the autoscaler says', async () => {
      const stored = await stage.get(chat);
      return stored.status?.conditions?.some(({ type }) => type === 'Autoscaling') && stored;
    });
    return status?.conditions?.find(({ type }) => type === 'Autoscaling');
  });

  test('a HorizontalPodAutoscaler scales one where KEDA is not wanted, and what it says is in the status', async () => {
    expect(await byHpa()).toMatchObject({ type: 'Autoscaling', status: 'False', reason: expect.stringContaining('FailedGet') as string });
  });
}
