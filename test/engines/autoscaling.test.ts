/** Servers that the real KEDA scales by their requests, through the real interceptor and by the real HorizontalPodAutoscaler. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Service } from 'kubernetes-types/core/v1';
import { server } from '../cluster/reconciler/stage';
import { describeWithEngines, gatewayOf, SHORT } from './stage';
import type { Elastic, EngineStage } from './stage';

/** All that the issue asks for takes half an hour; without, enough to see that it holds. */
const IS_HEAVY = process.env.SUBSTRATUS_HEAVY === '1';
const [SERVERS, ROUNDS] = IS_HEAVY ? [20, 5] : [4, 2];
const WAITING = 3;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Until nothing of it answers, and the interceptor has heard of it. */
async function untilGone(stage: EngineStage, chat: Elastic): Promise<void> {
  await stage.untilReplicas(chat, 0);
  await stage.until('its pods are gone', async () => (await stage.pods(chat.resource)).length === 0);
  await pause(500);
}

/** One that has answered and gone to zero. */
async function asleep(stage: EngineStage, autoscaling: Parameters<EngineStage['elastic']>[0] = { min: 0, max: 2 }): Promise<Elastic> {
  const chat = await stage.elastic(autoscaling);
  /* The scaler takes what it hears first of a route for a number to start from, not for news. */
  await pause(1500);
  await stage.until('it answers', async () => (await stage.ask(chat)).status === 200);
  await untilGone(stage, chat);
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
    const statusOf = async (headers: Record<string, string>) => (await stage().ask(chat, headers)).status;
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
    await stage().untilReplicas(chat, 2);
    await pause(3000);
    isLoaded = false;
    expect([...new Set((await load).flat())]).toEqual([200]);
    await stage().untilReplicas(chat, 1);
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
    const deployment = () => stage().client.get<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'chat-server' });
    await stage().apply(server(namespace, 'chat', { ...SHORT, autoscaling: { min: 0, max: 2 }, args: ['--new'] }));
    await stage().until('the template is another', async () => (await deployment()).spec?.template.spec?.containers[0]?.args?.includes('--new'));
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

  test(`${SERVERS * ROUNDS} cold starts of ${SERVERS} Servers with ${WAITING} requests waiting each: none is lost, none answered before its pod is ready`, async () => {
    const all = await Promise.all(Array.from({ length: SERVERS }, () => stage().elastic({ min: 0, max: 1 })));
    await pause(1500);
    await Promise.all(all.map((chat) => stage().ask(chat)));
    const answers: { readonly status: number; readonly wasCold: boolean }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(all.map((chat) => untilGone(stage(), chat)));
      const heard = await Promise.all(all.flatMap((chat) => Array.from({ length: WAITING }, () => stage().ask(chat))));
      answers.push(...heard.map(({ status, headers }) => ({ status, wasCold: headers['x-keda-http-cold-start'] === 'true' })));
    }
    expect(answers).toEqual(Array(SERVERS * ROUNDS * WAITING).fill({ status: 200, wasCold: true }));
    expect(all.map(({ backend }) => backend.early)).toEqual(Array(SERVERS).fill(0));
    await Promise.all(all.map((chat) => stage().untilReplicas(chat, 0)));
  }, IS_HEAVY ? 3_600_000 : 300_000);
});
