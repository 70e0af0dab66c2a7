/** Servers that the real KEDA scales by their requests, through the real interceptor and by the real HorizontalPodAutoscaler. */
import { setTimeout as pause } from 'node:timers/promises';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { Service } from 'kubernetes-types/core/v1';
import { server } from '../cluster/reconciler/stage';
import { coldStarts } from './cold-starts';
import { describeWithEngines, gatewayOf, SHORT } from './stage';
import type { Elastic, EngineStage } from './stage';

/** One that has answered and gone to zero. */
async function asleep(stage: EngineStage, autoscaling: Parameters<EngineStage['elastic']>[0] = { min: 0, max: 2 }): Promise<Elastic> {
  const chat = await stage.elastic(autoscaling);
  /* The scaler takes what it hears first of a route for a number to start from, not for news. */
  await pause(1500);
  await stage.until('it answers', async () => (await stage.ask(chat)).status === 200);
  await stage.untilGone(chat);
  return chat;
}

describeWithEngines('a Server that is scaled by its requests', (stage) => {
  test('goes to zero when nobody asks, wakes for a request that is held, and answers it', async () => {
    const chat = await asleep(stage());
    expect(await stage().reason(chat.resource, 'ScaledToZero')).toMatchObject({ status: 'True' });
    const answer = await stage().ask(chat);
    expect(answer).toMatchObject({ status: 200, text: 'GET /v1/models', headers: { 'x-keda-http-cold-start': 'true' } });
    await stage().reason(chat.resource, 'Serving');
    const { status } = await stage().get(chat.resource);
    expect(status?.conditions?.find(({ type }) => type === 'Autoscaling')).toMatchObject({ status: 'True' });
  });

  test('is reached by the name of its Service, which leads to the interceptor, by any of its forms with a namespace, and by a header', async () => {
    const chat = await stage().elastic({ max: 2 });
    const { namespace } = chat;
    const service = await stage().client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace, name: 'chat-server' });
    expect(service.spec).toMatchObject({ type: 'ExternalName', externalName: 'keda-add-ons-http-interceptor-proxy.keda.svc.cluster.local' });
    const statusOf = async (headers: Record<string, string>) => (await stage().ask(chat, { headers })).status;
    expect(await Promise.all([
      statusOf({ host: `chat-server.${namespace}:8080` }), statusOf({ host: `chat-server.${namespace}.svc` }),
      statusOf({ host: `chat-server.${namespace}.svc.cluster.local:8080` }),
      statusOf({ 'host': gatewayOf(namespace), 'x-substratus-server': `${namespace}/chat` }),
      statusOf({ host: 'chat-server' }), statusOf({ 'host': 'models.example.com', 'x-substratus-server': 'other/chat' }),
    ])).toEqual([200, 200, 200, 200, 404, 404]);
  });

  test('that should not keep its clients waiting answers 503 with Retry-After, and wakes all the same', async () => {
    const chat = await asleep(stage(), { min: 0, max: 2, coldStart: 'retryAfter', retryAfter: '7s' });
    const refused = await stage().ask(chat);
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '7', 'content-type': 'application/json' } });
    expect(JSON.parse(refused.text)).toMatchObject({ error: { code: 'starting' } });
    await stage().until('it answers', async () => (await stage().ask(chat)).status === 200);
    expect(chat.backend.early).toBe(0);
  });

  test('gets a replica more under load, by the real HorizontalPodAutoscaler, and loses it again', async () => {
    const chat = await stage().elastic({ min: 1, max: 2, concurrency: 2 });
    chat.backend.delayMs = 1000;
    let isLoaded = true;
    const load = Promise.all(Array.from({ length: 4 }, async () => {
      const statuses: number[] = [];
      while (isLoaded) statuses.push((await stage().ask(chat)).status);
      return statuses;
    }));
    try {
      await stage().untilReplicas(chat, 2);
      await pause(3000);
    } finally {
      isLoaded = false;
    }
    expect([...new Set((await load).flat())]).toEqual([200]);
    await stage().untilReplicas(chat, 1);
  });

  test('gets another target for each replica by a change of its concurrency, without a restart', async () => {
    const chat = await stage().elastic({ min: 1, max: 2, concurrency: 16 });
    const target = async () => {
      const reference = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace: chat.namespace, name: 'keda-hpa-chat-server' };
      const found = await stage().client.find<HorizontalPodAutoscaler>(reference);
      return found?.spec?.metrics?.map(({ external }) => external?.target.averageValue).sort();
    };
    await stage().until('its HorizontalPodAutoscaler has the target', async () => (await target())?.includes('16'));
    const pods = await stage().pods(chat.resource);
    await stage().apply(server(chat.namespace, 'chat', { ...SHORT, autoscaling: { min: 1, max: 2, concurrency: 5 } }));
    await stage().until('its HorizontalPodAutoscaler has the new target', async () => (await target())?.includes('5'));
    expect((await stage().pods(chat.resource)).map(({ metadata }) => metadata.uid)).toEqual(pods.map(({ metadata }) => metadata.uid));
  });

  test('keeps its replica while an answer is streamed, however long that takes, and each part passes at once', async () => {
    const chat = await stage().elastic({ min: 0, max: 1 });
    chat.backend.parts = 40; // idle is 5 seconds, and KEDA looks every 15
    const counted: number[] = [];
    const streamed = stage().ask(chat).finally(() => { chat.backend.parts = 0; });
    for (let second = 0; second < 38; second += 1) {
      counted.push(await stage().replicas(chat));
      await pause(1000);
    }
    const { status, text, at } = await streamed;
    expect({ status, parts: text.split('data: ').length - 1, counted: [...new Set(counted)] }).toEqual({ status: 200, parts: 41, counted: [1] });
    expect(at.first - at.sent).toBeLessThan(10_000);
    expect(at.last - at.first).toBeGreaterThan(38_000);
  });

  test('says what is wrong with its scaler, and serves meanwhile; when that is back, it goes to zero', async () => {
    const chat = await asleep(stage(), { min: 0, max: 1 });
    expect((await stage().ask(chat)).status).toBe(200);
    const scaler = stage().engines.part('scaler');
    await scaler.kill();
    const condition = async () => (await stage().get(chat.resource)).status?.conditions?.find(({ type }) => type === 'Autoscaling');
    await stage().until('its status says so', async () => (await condition())?.status === 'False');
    expect(await condition()).toMatchObject({ reason: 'TriggerError', message: 'Triggers defined in ScaledObject are not working correctly' });
    expect((await stage().get(chat.resource)).status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
    expect([(await stage().ask(chat)).status, await stage().replicas(chat)]).toEqual([200, 1]);
    scaler.start();
    await stage().untilReplicas(chat, 0);
    await stage().until('it works again', async () => (await condition())?.status === 'True');
    expect((await stage().ask(chat)).status).toBe(200);
  });

  test('that is suspended stays at zero under traffic, and goes on from there', async () => {
    const chat = await asleep(stage());
    const spec = { ...SHORT, autoscaling: { min: 0, max: 2 } };
    await stage().apply(server(chat.namespace, 'chat', { ...spec, suspend: true }));
    await stage().reason(chat.resource, 'Suspended');
    await pause(2000); // KEDA hears of it too
    const held = stage().ask(chat);
    for (let second = 0; second < 20; second += 1) {
      expect(await stage().replicas(chat)).toBe(0);
      await pause(1000);
    }
    await stage().apply(server(chat.namespace, 'chat', spec));
    expect((await held).status).toBe(200);
    expect(chat.backend.early).toBe(0);
  });

  test('gets a new revision while it is at zero, and the next request starts that one alone', async () => {
    const chat = await asleep(stage());
    const { namespace } = chat;
    await stage().apply(server(namespace, 'chat', { ...SHORT, autoscaling: { min: 0, max: 2 }, args: ['--new'] }));
    await stage().until('the template is another', async () => (await stage().deployment(chat)).spec?.template.spec?.containers[0]?.args?.includes('--new'));
    await stage().reason(chat.resource, 'ScaledToZero');
    expect(await stage().pods(chat.resource)).toEqual([]);
    expect((await stage().ask(chat)).status).toBe(200);
    expect(await stage().pods(chat.resource)).toHaveLength(1);
  });

  test('loses the requests that are held when the interceptor is killed, and no later one', async () => {
    const chat = await asleep(stage());
    const release = stage().cluster.kubelet.cue({ namespace: chat.namespace }, { outcome: 'run', delay: 3000 });
    const held = stage().ask(chat).catch((error: Error) => error);
    await stage().untilReplicas(chat, 1);
    const interceptor = stage().engines.part('interceptor');
    await interceptor.kill('SIGKILL');
    expect(await held).toMatchObject({ code: 'ECONNRESET' });
    interceptor.start();
    await stage().engines.untilInterceptorIsReady();
    expect((await stage().ask(chat)).status).toBe(200);
    release();
    expect(chat.backend.early).toBe(0);
  });

  test('8 cold starts with requests waiting: none of them is lost, none answered before its pod is ready', async () => {
    const { answers, early } = await coldStarts(stage(), { servers: 4, rounds: 2, waiting: 3 });
    expect(answers).toEqual(Array(24).fill({ status: 200, wasCold: true }));
    expect(early).toBe(0);
  });
});
