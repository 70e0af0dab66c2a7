/** Servers that the real KEDA scales by their requests, through the real interceptor and by the real HorizontalPodAutoscaler. */
import type { Service } from 'kubernetes-types/core/v1';
import { describeWithEngines } from './stage';

describeWithEngines('a Server that is scaled by its requests', (stage) => {
  test('goes to zero when nobody asks, wakes for a request that is held, and answers it', async () => {
    const chat = await stage().elastic({ min: 0, max: 2 });
    expect((await stage().ask(chat)).status).toBe(200);
    await stage().untilReplicas(chat, 0);
    const asleep = await stage().reason(chat.resource, 'ScaledToZero');
    expect(asleep.status).toBe('True');
    const answer = await stage().ask(chat);
    expect(answer).toMatchObject({ status: 200, text: 'GET /v1/models', headers: { 'x-keda-http-cold-start': 'true' } });
    expect(chat.backend.early).toBe(0);
    const service = await stage().client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace: chat.namespace, name: 'chat-server' });
    expect(service.spec).toMatchObject({ type: 'ExternalName', externalName: 'keda-add-ons-http-interceptor-proxy.keda.svc.cluster.local' });
    await stage().reason(chat.resource, 'Serving');
  });
});
