/** Who may use which model, how much of it, and what is counted: a ModelGateway with the real Envoy Gateway, Envoy and Redis. */
import type { KubeObject } from '../cluster/client';
import { until } from '../cluster/until';
import { IdentityProvider, ISSUER, JWKS_URI } from './gateway/identity-provider';
import { PROMPT_TOKENS } from './gateway/model-server';
import { GatewayScene, NAMESPACE, written } from './gateway/scene';
import type { Offer } from './gateway/scene';
import { describeWithGateway } from './gateway/stage';
import type { Answer, GatewayStage } from './gateway/stage';

const OFFER: Offer = {
  servers: ['team-a/chat', 'team-a/sql', 'team-b/code'],
  aliases: { chat: ['gpt-4o'] },
  teams: {
    'team-a': { models: ['chat', 'gpt-4o', 'sql'], keys: ['ci', 'web', 'old'] },
    'team-b': { models: ['code'], keys: ['ci', 'jobs'] },
    'metered': { models: ['chat', 'sql'], keys: ['ci', 'web'], tokensPerMonth: 1000 },
    'slow': { models: ['chat'], keys: ['ci'], requestsPerMinute: 5 },
    'paid': { models: ['chat'], keys: ['ci'], budget: 0.01 },
  },
  prices: { chat: { inputPerMillion: 10, outputPerMillion: 20 } },
  providers: { login: { issuer: ISSUER, audiences: ['models'], jwksUri: JWKS_URI } },
};
const IS_HEAVY = process.env.SUBSTRATUS_HEAVY === '1';
const STREAM_SECONDS = IS_HEAVY ? 1800 : 90;
const [KEYS_PORT, TOKENS_PORT] = [80, 8080];
const DENIED = 'RBAC: access denied';
const UNKNOWN = 'Client authentication failed.';
const QUESTION = { messages: [{ role: 'user', content: 'Hello' }] };

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let scene: GatewayScene;
let provider: IdentityProvider;

async function open(stage: GatewayStage): Promise<void> {
  scene = new GatewayScene(stage);
  provider = await IdentityProvider.start(stage);
  await scene.open(OFFER);
  await until('the gateway answers', async () => (await ask(stage, 'sql', { owner: 'team-a-ci' })).status === 200, { seconds: 60 });
}

interface Asker {
  /** Of the key; nobody if it is not given. */
  readonly owner?: string;
  readonly headers?: Record<string, string>;
  readonly tokens?: number;
}

/** What somebody hears who asks a model for an answer. */
function ask(stage: GatewayStage, model: string, { owner, headers, tokens = 20 }: Asker = {}): Promise<Answer> {
  return stage.ask({ ...(owner && { key: `sk-${owner}` }), ...(headers && { headers }), body: { model, max_tokens: tokens, ...QUESTION } });
}

describeWithGateway('a ModelGateway', open, (stage) => {
  afterAll(async () => {
    await scene?.close();
    await provider?.stop();
  });

  const statusOf = async (owner: string | undefined, model: string, headers?: Record<string, string>): Promise<number> => {
    const { status } = await ask(stage(), model, { ...(owner && { owner }), ...(headers && { headers }) });
    return status;
  };

  test('answers a key of a team, and nobody else', async () => {
    expect(await ask(stage(), 'chat', { owner: 'team-a-ci' })).toMatchObject({ status: 200 });
    expect(await ask(stage(), 'chat')).toMatchObject({ status: 401, text: UNKNOWN });
    expect(await ask(stage(), 'chat', { owner: 'team-a-wrong' })).toMatchObject({ status: 401, text: UNKNOWN });
    expect(await statusOf(undefined, 'chat', { authorization: 'Basic c2s=' })).toBe(401);
    expect(await statusOf(undefined, 'chat', { 'x-api-key': 'sk-team-a-ci' })).toBe(401);
  });

  test('does not know a key any more that is revoked, or has expired and is taken away', async () => {
    expect(await statusOf('team-a-old', 'chat')).toBe(200);
    await scene.setKeys('team-a', { old: null });
    await until('it is revoked', async () => await statusOf('team-a-old', 'chat') === 401);
    expect(await statusOf('team-a-ci', 'chat')).toBe(200);
  });

  test('lets a team use its own models under all their names, and no other', async () => {
    expect(await Promise.all(['chat', 'gpt-4o', 'sql', 'code', 'none'].map((model) => statusOf('team-a-web', model)))).toEqual([200, 200, 200, 403, 403]);
    expect(await Promise.all(['chat', 'code'].map((model) => statusOf('team-b-ci', model)))).toEqual([403, 200]);
    expect((await ask(stage(), 'chat', { owner: 'team-b-ci' })).text).toBe(DENIED);
  });

  test('believes the body and the key, whatever a client says of itself in headers', async () => {
    const lies = { 'x-client-id': 'team-b.ci', 'x-ai-eg-model': 'code', 'x-substratus-server': 'team-b/code' };
    expect(await statusOf('team-a-ci', 'code', { 'x-client-id': 'team-b.ci' })).toBe(403);
    expect(await statusOf('team-a-ci', 'code', { 'x-ai-eg-model': 'chat' })).toBe(403);
    expect(await statusOf(undefined, 'code', lies)).toBe(401);
    expect(await statusOf('team-a-ci', 'chat', lies)).toBe(200);
    const { headers } = scene.server('chat').requests.at(-1) ?? {};
    expect(headers).toMatchObject({ 'x-client-id': 'team-a.ci', 'x-ai-eg-model': 'chat', 'x-substratus-server': 'team-a/chat' });
    expect(headers).not.toHaveProperty('authorization');
  });

  test('passes nothing on but what OpenAI has: adapters are not loaded, metrics not read', async () => {
    const paths = ['/v1/load_lora_adapter', '/metrics', '/tokenize', '/', '/v1/../metrics', '/health'];
    const before = scene.server('chat').requests.length;
    const answers = await Promise.all(paths.map((path) => stage().ask({ key: 'sk-team-a-ci', path, body: { model: 'chat', lora_name: 'x' } })));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
    expect(scene.server('chat').requests).toHaveLength(before);
  });

  test('lists the models to whoever has a key', async () => {
    const { status, text } = await stage().ask({ key: 'sk-team-b-ci', path: '/v1/models' });
    expect(status).toBe(200);
    const { data } = JSON.parse(text) as { readonly data: readonly { readonly id: string; readonly owned_by: string }[] };
    expect(data.map(({ id, owned_by: owner }) => `${owner}/${id}`).sort()).toEqual(['team-a/chat', 'team-a/gpt-4o', 'team-a/sql', 'team-b/code']);
    expect(await stage().ask({ path: '/v1/models' })).toMatchObject({ status: 401 });
  });

  test('has the same answers in every order of routes, with the model in the body alone', async () => {
    const routes = written(OFFER).objects.filter(({ kind }) => kind === 'AIGatewayRoute');
    expect(routes).toHaveLength(3);
    const [a, b, c] = routes as [KubeObject, KubeObject, KubeObject];
    /* Routes of one kind are sorted by their age: one that is made again goes last. From abc by these to bca, cab, cba, bac and acb. */
    for (const route of [a, b, a, c, b]) {
      await again(stage(), route);
      await until('it is there again', async () => {
        const statuses = await Promise.all([statusOf('team-a-ci', 'chat'), statusOf('team-a-ci', 'sql'), statusOf('team-b-ci', 'code')]);
        return statuses.every((status) => status === 200);
      }, { seconds: 60 });
      expect(await Promise.all(['chat', 'sql', 'code'].map((model) => statusOf(undefined, model)))).toEqual([401, 401, 401]);
      expect(await Promise.all(['chat', 'sql', 'code'].map((model) => statusOf('nobody', model)))).toEqual([401, 401, 401]);
      expect(await Promise.all([statusOf('team-a-ci', 'code'), statusOf('team-b-ci', 'chat'), statusOf('team-b-ci', 'sql')])).toEqual([403, 403, 403]);
    }
  }, 300_000);

  test('counts the tokens of a team over its keys and all routes, and ends at its quota, but for what was under way', async () => {
    const each = PROMPT_TOKENS + 20;
    const turns = [['metered-ci', 'chat'], ['metered-web', 'sql'], ['metered-web', 'chat'], ['metered-ci', 'sql']] as const;
    const statuses: number[] = [];
    for (let request = 0; request < 40; request += 1) {
      const [key, model] = turns[request % turns.length] as (typeof turns)[number];
      statuses.push(await statusOf(key, model));
      await pause(30); // charged when the answer has ended
    }
    const served = Math.floor(1000 / each) + 1;
    expect(statuses).toEqual([...Array(served).fill(200), ...Array(40 - served).fill(429)]);
    expect(await statusOf('team-a-ci', 'chat')).toBe(200);
  }, 120_000);

  test('ends at a budget, which answers use up by the prices of their tokens', async () => {
    const price = (PROMPT_TOKENS * 10 + 20 * 20) / 1_000_000;
    const statuses: number[] = [];
    for (let request = 0; request < 25; request += 1) {
      statuses.push(await statusOf('paid-ci', 'chat'));
      await pause(30);
    }
    const served = Math.round(0.01 / price) + 1; // one more is let in when all is used, and not more than all
    expect(statuses).toEqual([...Array(served).fill(200), ...Array(25 - served).fill(429)]);
  }, 120_000);

  test('keeps what teams have used when another one is added, which is let in without a restart', async () => {
    const teams = { ...OFFER.teams, late: { models: ['sql'], keys: ['ci'], tokensPerMonth: 1000 } };
    await stage().apply(...written({ ...OFFER, teams }).objects);
    await scene.setKeys('late', { ci: 'sk-late-ci' });
    await until('the team is let in', async () => await statusOf('late-ci', 'sql') === 200);
    const askers = [['metered-ci', 'chat'], ['metered-web', 'sql'], ['paid-ci', 'chat'], ['team-a-ci', 'chat']] as const;
    expect(await Promise.all(askers.map(([owner, model]) => statusOf(owner, model)))).toEqual([429, 429, 429, 200]);
  });

  test('takes tokens of an identity provider at a port of their own, and keys where they were', async () => {
    const body = { model: 'code', ...QUESTION };
    const askWith = async (token: string | undefined, listener = TOKENS_PORT): Promise<number> => {
      const { status } = await stage().ask({ ...(token && { key: token }), body }, listener);
      return status;
    };
    const token = (team: string) => provider.token({ aud: 'models', team });
    await until('tokens are taken', async () => await askWith(token('team-b')) === 200);
    expect(await Promise.all([
      askWith(undefined), askWith('sk-team-b-ci'), askWith(token('team-a')), askWith(token('nobody')), askWith(`${token('team-b')}x`),
      askWith(provider.token({ aud: 'others', team: 'team-b' })), askWith(provider.token({ aud: 'models', team: 'team-b' }, -600)),
    ])).toEqual([401, 401, 403, 403, 401, 403, 401]);
    expect(await Promise.all([askWith(token('team-b'), KEYS_PORT), askWith('sk-team-b-ci', KEYS_PORT)])).toEqual([401, 200]);
    expect((await stage().ask({ key: token('team-b'), body, headers: { 'x-client-id': 'team-a' } }, TOKENS_PORT)).status).toBe(200);
    expect(scene.server('code').requests.at(-1)?.headers).toMatchObject({ 'x-client-id': 'team-b' });
  });

  test('lets as many requests of a team through in a minute as it may have', async () => {
    await pause(60_500 - (Date.now() % 60_000)); // minutes are those of the clock
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(stage(), 'chat', { owner: 'slow-ci' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(5).fill(200), ...Array(7).fill(429)]);
  }, 120_000);

  test('puts a key in the place of another one without a request that fails', async () => {
    await scene.setKeys('team-b', { 'jobs.2': 'sk-team-b-next' });
    await until('the next key is known', async () => await statusOf('team-b-next', 'code') === 200);
    let [key, isOver] = ['team-b-jobs', false];
    const clients = Array.from({ length: 8 }, async () => {
      const heard: number[] = [];
      while (!isOver) heard.push(await statusOf(key, 'code'));
      return heard;
    });
    await pause(1000);
    key = 'team-b-next'; // clients are given the next one while both are good
    await pause(1000);
    await scene.setKeys('team-b', { 'jobs': 'sk-team-b-next', 'jobs.2': null });
    await until('the old key is gone', async () => await statusOf('team-b-jobs', 'code') === 401);
    await pause(2000);
    isOver = true;
    const statuses = (await Promise.all(clients)).flat();
    expect(statuses.length).toBeGreaterThan(100);
    expect([...new Set(statuses)]).toEqual([200]);
  }, 120_000);

  test('goes on answering while Redis is away, says so in its metrics, and counts again when it is back', async () => {
    await stage().redis.kill();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(stage(), 'chat', { owner: 'metered-ci' })));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    await until('the metric of the alert says so', async () => await stage().metric('envoy_cluster_ratelimit_failure_mode_allowed') >= answers.length);
    stage().redis.start();
    await until('requests are counted again', async () => {
      const { headers } = await ask(stage(), 'chat', { owner: 'metered-ci', tokens: 2000 });
      return headers['x-ratelimit-limit'] !== undefined;
    });
    await until('the quota holds again', async () => await statusOf('metered-ci', 'chat') === 429);
  }, 120_000);

  test(`streams for ${STREAM_SECONDS} seconds, to the end`, async () => {
    const server = scene.server('code');
    server.pauseMs = IS_HEAVY ? 10_000 : 1000;
    const begun = Date.now();
    const { status, text } = await stage().ask({
      key: 'sk-team-b-ci', body: { model: 'code', stream: true, max_tokens: (STREAM_SECONDS * 1000) / server.pauseMs, ...QUESTION },
    });
    server.pauseMs = 0;
    expect(status).toBe(200);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(STREAM_SECONDS * 1000);
    expect(text.trim().endsWith('data: [DONE]')).toBe(true);
    expect(text.match(/"content":"word "/g)).toHaveLength((STREAM_SECONDS * 1000) / (IS_HEAVY ? 10_000 : 1000));
  }, (STREAM_SECONDS + 60) * 1000);

  test('has usage by client, model and kind of token in the metrics of the processor of requests', async () => {
    const text = await stage().extensionMetrics();
    expect(text).toMatch(/gen_ai_client_token_usage_\w*sum\{[^}]*client_id="team-b\.ci"[^}]*\}/);
  });
});

/** Deletes a route and makes it again, when its age is another one in the seconds that Kubernetes counts. */
async function again(stage: GatewayStage, route: KubeObject): Promise<void> {
  const { client } = stage.cluster;
  const reference = { apiVersion: route.apiVersion ?? '', kind: route.kind ?? '', namespace: NAMESPACE, name: route.metadata?.name ?? '' };
  await client.delete(reference);
  await until('it is gone', async () => await client.find({ ...reference, apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' }) === undefined);
  await pause(1100);
  await stage.apply(route);
}
