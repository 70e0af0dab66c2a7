import { Duration } from 'cdk8s';
import { Autoscaling, ColdStart, Engine, Gpu, Routing, Server } from '../../../../src';
import type { Platform, ServerProps } from '../../../../src';
import { gcp, messageOf, model, server, synthErrors } from '../../fixtures';
import { allOf, gatewayOf, specOf, withEnvoyGateway } from './fixtures';
import type { Offered } from './fixtures';

/** A Server that vLLM serves. */
function ready(offered: Offered, props: Partial<ServerProps> = {}, id = 'chat'): Server {
  const { team } = offered;
  return new Server(team, id, {
    engine: Engine.vllm(), resources: { gpu: Gpu.NVIDIA_L4 }, model: model(team, `${id}-model`, { params: { id } }), ...props,
  });
}

function keda(): Platform {
  const platform = withEnvoyGateway(gcp());
  platform.addKeda();
  return platform;
}

describe('a Server with adapters', () => {
  function adapted(offered: Offered, names: readonly string[]): Server {
    const base = model(offered.team, 'base');
    const made = (name: string) => model(offered.team, name, { adapterOf: base, adapterRank: 8, params: { name } });
    return ready(offered, { model: base, adapters: names.map(made) });
  }

  test('is offered with them below each of its names, as its program knows them', () => {
    const offered = gatewayOf();
    offered.gateway.serve(adapted(offered, ['sql', 'help']), { name: 'assistant', aliases: ['gpt'] });
    const { rules } = specOf(offered.chart, 'AIGatewayRoute') as { readonly rules: readonly Rule[] };
    const asked = (rule: Rule) => rule.matches.map(({ headers }) => headers[0]?.value);
    const told = rules.map((rule) => [asked(rule), rule.backendRefs[0]?.modelNameOverride]);
    expect(told).toEqual([
      [['assistant', 'gpt'], 'chat'], [['assistant:help', 'gpt:help'], 'chat:help'], [['assistant:sql', 'gpt:sql'], 'chat:sql'],
    ]);
  });

  test('is allowed by each name on its own', () => {
    const offered = gatewayOf();
    offered.gateway.serve(adapted(offered, ['sql']));
    offered.gateway.addTeam('a', { models: ['chat:sql'] }).addKey('ci', { expires: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10) });
    expect(synthErrors(offered.chart)).toEqual(['no error']);
    const [rule] = (specOf(offered.chart, 'SecurityPolicy') as { readonly authorization: { readonly rules: readonly object[] } }).authorization.rules;
    expect(rule).toMatchObject({ name: 'a', principal: { headers: [{}, { name: 'x-ai-eg-model', values: ['chat:sql'] }] } });
    offered.gateway.addTeam('b', { models: ['chat:french'] });
    expect(synthErrors(offered.chart).join()).toContain('team b is for chat:french, which no route serves');
  });

  test('may not share the name of an adapter with another Server', () => {
    const offered = gatewayOf();
    offered.gateway.serve(adapted(offered, ['sql']));
    const other = ready(offered, {}, 'other');
    expect(messageOf(() => offered.gateway.serve(other, { aliases: ['chat:sql'] })))
      .toBe('[gateway/models] model chat:sql is served by Server team-a/chat already; give Server team-a/other another name or alias');
  });
});

interface Rule {
  readonly matches: readonly { readonly headers: readonly { readonly value: string }[] }[];
  readonly backendRefs: readonly { readonly modelNameOverride?: string }[];
}

describe('how a Server is reached', () => {
  test('by its Service, where nothing stands before it', () => {
    const offered = gatewayOf();
    offered.gateway.serve(server(offered.team, 'chat', { port: 9000 }));
    expect(specOf(offered.chart, 'Backend')).toEqual({ endpoints: [{ fqdn: { hostname: 'chat-server.team-a.svc.cluster.local', port: 9000 } }] });
  });

  test("by KEDA's interceptor, with the header by which that finds it, where its requests scale it", () => {
    const offered = gatewayOf({}, keda());
    offered.gateway.serve(ready(offered, { autoscaling: Autoscaling.concurrency({ min: 0, max: 2 }) }));
    const hostname = 'keda-add-ons-http-interceptor-proxy.keda.svc.cluster.local';
    expect(specOf(offered.chart, 'Backend')).toEqual({ endpoints: [{ fqdn: { hostname, port: 8080 } }] });
    expect(specOf(offered.chart, 'AIServiceBackend')).toMatchObject({
      schema: { name: 'OpenAI' },
      backendRef: { group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'team-a--chat' },
      headerMutation: { set: [{ name: 'x-substratus-server', value: 'team-a/chat' }] },
    });
  });

  test('by its pool, in its own namespace, where an endpoint picker chooses the replica', () => {
    const platform = withEnvoyGateway(gcp());
    platform.addInferenceExtension();
    const offered = gatewayOf({}, platform);
    offered.gateway.serve(ready(offered, { routing: Routing.PREFIX_AWARE, replicas: 2 }));
    expect(allOf(offered.chart, 'Backend')).toEqual([]);
    const [route] = allOf(offered.chart, 'AIGatewayRoute');
    expect(route?.metadata).toMatchObject({ namespace: 'team-a', name: 'model-gateway--models--chat' });
    expect(route?.spec).toMatchObject({
      parentRefs: [{ kind: 'Gateway', namespace: 'model-gateway', name: 'models' }],
      rules: [{ backendRefs: [{ group: 'inference.networking.k8s.io', kind: 'InferencePool', name: 'chat-server' }] }],
    });
    expect(specOf(offered.chart, 'Gateway')).toMatchObject({
      listeners: [{
        allowedRoutes: {
          namespaces: { from: 'Selector', selector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['model-gateway', 'team-a'] }] } },
        },
      }],
    });
  });

  test('under names without a dot, which Envoy would end a name at in its metrics, and no two under one', () => {
    const { gateway, team, chart } = gatewayOf();
    const pairs = [['a', 'b--c'], ['a--b', 'c'], ['a', 'b-c']] as const;
    for (const [index, [serverNamespace, serverName]] of pairs.entries()) {
      gateway.serve(Server.fromServerAttributes(team, `server-${index}`, { serverName, serverNamespace }), { name: `model-${index}` });
    }
    const names = allOf(chart, 'AIGatewayRoute').map(({ metadata }) => metadata?.name);
    expect(names.at(-1)).toBe('a--b-c');
    expect(new Set(names).size).toBe(3);
    expect(names.filter((name) => name?.includes('.'))).toEqual([]);
  });

  test('one that is declared elsewhere by the Service that all its clients use', () => {
    const { gateway, team, chart } = gatewayOf();
    gateway.serve(Server.fromServerAttributes(team, 'other', { serverName: 'embed', serverNamespace: 'team-b' }), { port: 9000, model: 'e5' });
    expect(specOf(chart, 'Backend')).toEqual({ endpoints: [{ fqdn: { hostname: 'embed-server.team-b.svc.cluster.local', port: 9000 } }] });
    expect(specOf(chart, 'AIGatewayRoute')).toMatchObject({ rules: [{ backendRefs: [{ name: 'team-b--embed', modelNameOverride: 'e5' }] }] });
  });
});

describe('under which names', () => {
  const rulesOf = (offered: Offered) => (specOf(offered.chart, 'AIGatewayRoute') as { rules: { matches: { headers: { value: string }[] }[]; backendRefs: object[] }[] }).rules
    .map(({ matches, backendRefs }) => [matches.map(({ headers }) => headers[0]?.value), backendRefs[0]]);

  test('its own, which a ready-made engine knows', () => {
    const offered = gatewayOf();
    offered.gateway.serve(ready(offered));
    expect(rulesOf(offered)).toEqual([[['chat'], { name: 'team-a--chat' }]]);
  });

  test('another and aliases, which the engine is not told of', () => {
    const offered = gatewayOf();
    offered.gateway.serve(ready(offered), { name: 'Qwen/Qwen3-8B', aliases: ['gpt-4o'] });
    expect(rulesOf(offered)).toEqual([[['Qwen/Qwen3-8B', 'gpt-4o'], { name: 'team-a--chat', modelNameOverride: 'chat' }]]);
  });

  test('an image of its own is asked for the name that the client gave, or for the one that it is said to know', () => {
    const [asked, told] = [gatewayOf(), gatewayOf()];
    asked.gateway.serve(server(asked.team), { aliases: ['gpt-4o'] });
    told.gateway.serve(server(told.team), { aliases: ['gpt-4o'], model: 'llama' });
    expect(rulesOf(asked)).toEqual([[['chat', 'gpt-4o'], { name: 'team-a--chat' }]]);
    expect(rulesOf(told)).toEqual([[['chat', 'gpt-4o'], { name: 'team-a--chat', modelNameOverride: 'llama' }]]);
  });

  test('more names than a route takes are on several routes', () => {
    const offered = gatewayOf();
    const aliases = Array.from({ length: 130 }, (_, index) => `alias-${index}`);
    offered.gateway.serve(server(offered.team), { aliases });
    const routes = allOf(offered.chart, 'AIGatewayRoute');
    expect(routes.map(({ metadata }) => metadata?.name)).toEqual(['team-a--chat', 'team-a--chat--part-2']);
    expect(routes.map(({ spec }) => (spec.rules as object[]).length)).toEqual([15, 2]);
    expect(JSON.stringify(routes)).toContain('alias-129');
  });
});

describe('how long a request may wait', () => {
  const timeoutsOf = ({ chart }: Offered) => [
    (specOf(chart, 'ClientTrafficPolicy') as { timeout: object }).timeout,
    (specOf(chart, 'BackendTrafficPolicy') as { timeout: object }).timeout,
    (specOf(chart, 'EnvoyProxy') as { shutdown: object }).shutdown,
  ];

  test('an hour, without a request as a whole having a limit', () => {
    const offered = gatewayOf();
    offered.gateway.serve(server(offered.team));
    expect(timeoutsOf(offered)).toMatchObject([
      { http: { requestReceivedTimeout: '3600s', streamIdleTimeout: '3600s' } },
      { http: { requestTimeout: '0s', streamIdleTimeout: '3600s' } },
      { drainTimeout: '3600s' },
    ]);
  });

  test('longer than the coldest of its Servers takes to start', () => {
    const offered = gatewayOf({}, keda());
    const autoscaling = Autoscaling.concurrency({ min: 0, max: 2 });
    offered.gateway.serve(ready(offered, { autoscaling, startupTimeout: Duration.minutes(10) }, 'small'));
    offered.gateway.serve(ready(offered, { autoscaling, startupTimeout: Duration.minutes(90) }, 'large'));
    const seconds = (90 + 30) * 60 + 300;
    expect(timeoutsOf(offered)).toMatchObject([
      { http: { streamIdleTimeout: `${seconds}s` } },
      { http: { requestTimeout: '0s', streamIdleTimeout: `${seconds}s` } },
      { drainTimeout: `${seconds}s` },
    ]);
  });

  test('fails where it is given and too short', () => {
    const offered = gatewayOf({ idleTimeout: Duration.minutes(30) }, keda());
    const autoscaling = Autoscaling.concurrency({ min: 0, max: 2 });
    offered.gateway.serve(ready(offered, { autoscaling, startupTimeout: Duration.minutes(20) }));
    expect(synthErrors(offered.chart)).toContain('[gateway/models] idleTimeout is 1800 s but Server team-a/chat may take 3000 s to start, while its requests wait; '
      + 'give more than that, or leave idleTimeout out');
  });

  test('of a Server that answers while it starts no request waits', () => {
    const offered = gatewayOf({ idleTimeout: Duration.minutes(30) }, keda());
    const autoscaling = Autoscaling.concurrency({ min: 0, max: 2, coldStart: ColdStart.RETRY_AFTER });
    offered.gateway.serve(ready(offered, { autoscaling, startupTimeout: Duration.minutes(20) }));
    expect(synthErrors(offered.chart).filter((error) => error.includes('idleTimeout'))).toEqual([]);
  });
});
