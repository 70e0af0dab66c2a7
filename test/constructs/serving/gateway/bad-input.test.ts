import { App, Chart, Duration } from 'cdk8s';
import { Autoscaling, Engine, GatewayRedis, GatewayTls, Gpu, ModelGateway, Platform, Routing, Server, Workspace } from '../../../../src';
import type { GatewayServeOptions, ModelGatewayProps } from '../../../../src';
import { gcp, messageOf, model, server, synthErrors, untyped } from '../../fixtures';
import { gatewayOf, withEnvoyGateway } from './fixtures';

const AT = '[gateway/models]';
const given = (props: unknown) => messageOf(() => gatewayOf(untyped<Partial<ModelGatewayProps>>(props)));
const served = (options: unknown) => messageOf(() => {
  const { gateway, team } = gatewayOf();
  gateway.serve(server(team), untyped<GatewayServeOptions>(options));
});

describe('what a gateway is given', () => {
  test.each([
    [{ platform: 'ml' }, `${AT} platform is 'ml'; give one of Platform.gcp, Platform.aws, Platform.azure and Platform.local`],
    [{ host: 'a.b' }, `${AT} ModelGateway has no prop host; did you mean hostname?`],
    [{ name: 'Models' }, `${AT} name is 'Models', which no Gateway can have; use lower-case letters, digits and - inside, 63 characters at most`],
    [{ hostname: 'https://models.example.com' }, `${AT} hostname is 'https://models.example.com'; give a DNS name without scheme and port, such as models.example.com`],
    [{ tls: 'wildcard' }, `${AT} tls is 'wildcard'; give GatewayTls.secret(…) or GatewayTls.certManager(…)`],
    [{ internal: 'no' }, `${AT} internal is 'no'; give true or false`],
    [{ internal: false }, `${AT} internal is false but tls is not set, so that keys would cross the internet as they are; give tls, for example GatewayTls.certManager({ issuerName: 'letsencrypt' })`],
    [{ tls: GatewayTls.certManager({ issuerName: 'letsencrypt' }) }, `${AT} tls is from cert-manager but hostname is not set, for which the certificate would be; give hostname`],
    [{ redis: 'redis:6379' }, `${AT} redis is 'redis:6379'; give GatewayRedis.managed() or GatewayRedis.url('host:port')`],
    [{ replicas: 0 }, `${AT} replicas is 0; give a whole number, 1 or more`],
    [{ serviceAnnotations: { a: 1 } }, `${AT} serviceAnnotations has a: 1; give texts by the names of annotations`],
    [{ serviceAnnotations: ['a'] }, `${AT} serviceAnnotations is ["a"]; give texts by the names of annotations`],
    [{ maxRequestSize: '50Mi' }, `${AT} maxRequestSize is '50Mi', which is not a Size; write for example Size.gibibytes(16)`],
    [{ idleTimeout: 60 }, `${AT} idleTimeout is 60, which is not a Duration; write for example Duration.hours(2)`],
    [{ idleTimeout: Duration.millis(100) }, `${AT} idleTimeout is 0.1 s; give whole seconds, 1 or more, for example Duration.hours(2)`],
  ])('%j', (props, message) => {
    expect(given(props)).toBe(message);
  });

  test('a namespace that is a workspace', () => {
    const platform = withEnvoyGateway(gcp());
    platform.addWorkspace('team-a');
    const chart = new Chart(new App(), 'gateway', { namespace: 'team-a' });
    expect(messageOf(() => new ModelGateway(chart, 'models', { platform })))
      .toBe(`${AT} namespace team-a is a workspace of platform ml; declare the gateway in a Chart with a namespace of its own`);
  });

  test.each([
    ['default', 'is one that every cluster has already'],
    ['kube-system', 'belongs to Kubernetes'],
    ['envoy-gateway-system', 'is that of Envoy Gateway'],
    ['envoy-ai-gateway-system', 'is that of Envoy AI Gateway'],
    ['keda', 'is that of KEDA'],
    ['substratus', 'is that of the reconciler'],
    ['metrics', 'is that of the monitoring'],
    ['team-b-builds', 'is where workspace team-b builds'],
  ])('the namespace %s, which %s', (namespace, whose) => {
    const platform = withEnvoyGateway(gcp());
    platform.allowMonitoringFrom('metrics');
    platform.addWorkspace('team-b', { builds: true });
    const chart = new Chart(new App(), 'gateway', { namespace });
    expect(messageOf(() => new ModelGateway(chart, 'models', { platform })))
      .toBe(`${AT} namespace ${namespace} ${whose}; declare the gateway in a Chart with a namespace of its own`);
  });

  test('the namespaces that a platform says its engines are in', () => {
    const platform = gcp();
    platform.addEnvoyGateway({ namespace: 'eg', aiNamespace: 'aieg' });
    platform.addKeda({ namespace: 'scaling' });
    for (const [namespace, engine] of [['eg', 'Envoy Gateway'], ['aieg', 'Envoy AI Gateway'], ['scaling', 'KEDA']]) {
      const chart = new Chart(new App(), 'gateway', { namespace });
      expect(messageOf(() => new ModelGateway(chart, 'models', { platform })))
        .toBe(`${AT} namespace ${namespace} is that of ${engine}; declare the gateway in a Chart with a namespace of its own`);
    }
  });

  test('a namespace that is taken after it', () => {
    const { platform, gateway, team, chart } = gatewayOf();
    gateway.serve(server(team));
    platform.allowMonitoringFrom('model-gateway');
    expect(synthErrors(chart)).toEqual([`${AT} namespace model-gateway is that of the monitoring; declare the gateway in a Chart with a namespace of its own`]);
  });

  test.each(['models', 'others'])('a second gateway in the namespace of the first, called %s', (name) => {
    const { platform, chart } = gatewayOf();
    expect(messageOf(() => new ModelGateway(chart, 'second', { platform, name })))
      .toBe('[gateway/second] namespace model-gateway has the gateway gateway/models already, whose objects this one would overwrite; '
        + 'declare it in a Chart with a namespace of its own');
  });

  test('a second Redis, which Envoy Gateway would not count in', () => {
    const second = (id: string, redis?: GatewayRedis) => {
      const { platform, chart } = gatewayOf();
      return new ModelGateway(new Chart(chart.node.root, id, { namespace: id }), 'models', { platform, redis });
    };
    const REMEDY = "give redis: GatewayRedis.url('models-redis.model-gateway.svc:6379')";
    const counts = 'but Envoy Gateway counts for all gateways of a cluster in one, which is that of the gateway gateway/models';
    expect(messageOf(() => second('a'))).toBe(`[a/models] its Redis is models-redis.a.svc:6379, ${counts}; ${REMEDY}`);
    expect(messageOf(() => second('b', GatewayRedis.url('other:6379')))).toBe(`[b/models] its Redis is other:6379, ${counts}; ${REMEDY}`);
    expect(second('c', GatewayRedis.url('models-redis.model-gateway.svc:6379')).gatewayNamespace).toBe('c');
  });

  test('a gateway of another cluster has a namespace and a Redis there', () => {
    const { chart } = gatewayOf();
    const there = new Chart(chart.node.root, 'there', { namespace: 'model-gateway' });
    expect(new ModelGateway(there, 'models', { platform: withEnvoyGateway(gcp()) }).redisAddress).toBe('models-redis.model-gateway.svc:6379');
  });

  test('a certificate and a Redis', () => {
    expect(messageOf(() => GatewayTls.secret('Wild card'))).toBe("the name of the Secret is 'Wild card'; give the name of a Secret");
    expect(messageOf(() => GatewayTls.secret('wildcard', { namespace: 'Certs' }))).toBe("namespace is 'Certs'; give the namespace of the Secret");
    expect(messageOf(() => GatewayTls.certManager(untyped({ issuer: 'a' })))).toBe('options has no prop issuer; did you mean issuerName?');
    expect(messageOf(() => GatewayTls.certManager({ issuerName: '' }))).toBe("issuerName is ''; give the name of an issuer of cert-manager");
    expect(messageOf(() => GatewayTls.certManager({ issuerName: 'a', issuerKind: 'issuer' })))
      .toBe("issuerKind is 'issuer'; give ClusterIssuer, or Issuer for one in the namespace of the gateway");
    expect(messageOf(() => GatewayTls.certManager({ issuerName: 'a', issuerGroup: 'A b' }))).toBe("issuerGroup is 'A b'; give an API group, such as cert-manager.io");
    expect(messageOf(() => GatewayRedis.url('redis://redis.example.com'))).toBe("the address of Redis is 'redis://redis.example.com'; give host and port, such as redis.example.com:6379");
    expect(messageOf(() => GatewayRedis.url('a:6379', { passwordKey: 'a' }))).toBe("passwordKey is 'a' but passwordSecret is not set; give the name of the Secret");
    expect(messageOf(() => GatewayRedis.url('a:6379', { passwordSecret: 'a', passwordKey: 'a b' }))).toBe("passwordKey is 'a b'; give a key of the Secret");
    expect(messageOf(() => GatewayRedis.url('a:6379', { tls: untyped('yes') }))).toBe("tls is 'yes'; give true or false");
    expect(messageOf(() => GatewayRedis.managed({ storage: untyped('1Gi') }))).toBe("storage is '1Gi', which is not a Size; write for example Size.gibibytes(1)");
    expect(messageOf(() => GatewayRedis.managed({ storageClassName: 'Fast Disks' }))).toBe("storageClassName is 'Fast Disks'; give the name of a StorageClass");
  });

  test('a Secret written into code is refused, and not repeated in the error', () => {
    expect(messageOf(() => GatewayRedis.url('user:hunter2@redis.example.com:6379')))
      .toBe('the address of Redis has a user or a password in it, which does not belong in code; give host:port, and the password by passwordSecret');
    expect(messageOf(() => GatewayRedis.url('a:6379', { passwordSecret: 'Hunter 2!' }))).toBe('passwordSecret is not the name of a Secret; give the name of one, not the password');
  });
});

describe('what a cluster must have', () => {
  const errorsOn = (platform: Platform) => {
    const { gateway, team, chart } = gatewayOf({}, platform);
    gateway.serve(server(team));
    return synthErrors(chart);
  };

  test('the engines', () => {
    expect(errorsOn(gcp())).toEqual([`${AT} a gateway needs Envoy Gateway and Envoy AI Gateway, which platform ml does not have; install them (`
      + 'helm upgrade --install eg oci://docker.io/envoyproxy/gateway-helm --version v1.8.3 --values gateway-helm.yaml --namespace envoy-gateway-system --create-namespace && '
      + 'helm upgrade --install aieg-crd oci://docker.io/envoyproxy/ai-gateway-crds-helm --version v1.0.0 --namespace envoy-ai-gateway-system --create-namespace && '
      + 'helm upgrade --install aieg oci://docker.io/envoyproxy/ai-gateway-helm --version v1.0.0 --values ai-gateway-helm.yaml --namespace envoy-ai-gateway-system --create-namespace; '
      + 'docs/gateway.md has the values) and call addEnvoyGateway() of the platform']);
  });

  test('in versions that go together', () => {
    const versioned = (options: object) => {
      const platform = gcp();
      platform.addEnvoyGateway(options);
      return errorsOn(platform);
    };
    expect(versioned({ version: '1.8.1' })).toEqual([`${AT} a gateway needs Envoy Gateway 1.8.2 or newer, but the platform has 1.8.1; upgrade it`]);
    expect(versioned({ aiVersion: '0.5.0' })).toEqual([`${AT} a gateway needs Envoy AI Gateway 1.0.0 or newer, but the platform has 0.5.0; upgrade it`]);
    expect(versioned({ version: '1.10.0', aiVersion: '1.1.0' })).toEqual(['no error']);
  });

  test('a Kubernetes on which they run', () => {
    const platform = withEnvoyGateway(Platform.gcp({ clusterName: 'ml', bucketName: 'acme', kubernetesVersion: '1.31' }));
    expect(errorsOn(platform)).toEqual([`${AT} a gateway needs Kubernetes 1.32 or newer, the oldest that Envoy AI Gateway runs on, but platform ml has 1.31; upgrade the cluster`]);
  });

  test('said once, and in words that can be', () => {
    const platform = withEnvoyGateway(gcp());
    expect(messageOf(() => platform.addEnvoyGateway())).toBe('platform ml cannot have Envoy Gateway: Envoy Gateway was added already; call addEnvoyGateway once');
    expect(messageOf(() => gcp().addEnvoyGateway({ version: 'v1.9' }))).toBe("platform ml cannot have Envoy Gateway: version is 'v1.9'; give a version such as 1.8.3");
    expect(messageOf(() => gcp().addEnvoyGateway({ namespace: 'A' }))).toBe("platform ml cannot have Envoy Gateway: namespace is 'A'; give the name of a namespace, such as envoy-gateway-system");
    expect(messageOf(() => gcp().addEnvoyGateway({ clusterDomain: '' }))).toBe("platform ml cannot have Envoy Gateway: clusterDomain is ''; give a domain, such as cluster.local");
    expect(messageOf(() => gcp().addEnvoyGateway({ inGatewayNamespace: untyped('yes') }))).toBe("platform ml cannot have Envoy Gateway: inGatewayNamespace is 'yes'; give true or false");
    expect(messageOf(() => platform.allowModelGateway('Models', 'a')))
      .toBe("platform ml cannot let a gateway in: 'Models' is not a name that a Gateway or its namespace can have; use lower-case letters, digits and -");
  });
});

describe('what is served', () => {
  test.each([
    [{ names: ['a'] }, 'serve has no prop names; did you mean name?'],
    [{ name: 'my model' }, "name is 'my model'; use letters, digits and . _ : / @ + - inside, 128 characters at most"],
    [{ aliases: 'gpt-4o' }, "aliases is 'gpt-4o'; give a list of names"],
    [{ aliases: ['gpt 4o'] }, "an alias is 'gpt 4o'; use letters, digits and . _ : / @ + - inside, 128 characters at most"],
    [{ model: '' }, "model is ''; use letters, digits and . _ : / @ + - inside, 128 characters at most"],
    [{ port: 0 }, 'port is 0; give a whole number from 1 to 65535'],
    [{ aliases: ['chat'] }, 'Server team-a/chat has the name chat twice; leave one of them out'],
  ])('%j', (options, message) => {
    expect(served(options)).toBe(`${AT} ${message}`);
  });

  test('a port for a Server that is declared here, by itself or by its name', () => {
    const told = `${AT} serve of Server team-a/chat has port 9000; port is for a Server that is declared elsewhere; leave it out`;
    const { gateway, team, chart } = gatewayOf();
    gateway.serve(server(team), { port: 9000 });
    expect(synthErrors(chart)).toEqual([told]);
    const other = gatewayOf();
    other.gateway.serve(Server.fromServerAttributes(other.team, 'ref', { serverName: 'chat' }), { port: 9000 });
    expect(synthErrors(other.chart)).toEqual(['no error']);
    server(other.team);
    expect(synthErrors(other.chart)).toEqual([told]);
  });

  test('nothing at all', () => {
    expect(synthErrors(gatewayOf().chart)).toEqual([`${AT} gateway models serves no Server; call serve(server)`]);
  });

  test('what is not a Server', () => {
    const { gateway, team } = gatewayOf();
    expect(messageOf(() => gateway.serve(untyped('chat')))).toBe(`${AT} serve was given 'chat'; give a Server, or refer to one with Server.fromServerAttributes`);
    expect(messageOf(() => gateway.serve(untyped(model(team))))).toBe(`${AT} serve was given team-a/opt, a Model; give a Server, or refer to one with Server.fromServerAttributes`);
  });

  test('a Server of another App, or on another platform', () => {
    const { gateway, platform } = gatewayOf();
    const elsewhere = new Workspace(new App(), 'elsewhere', { namespace: 'team-a', platform });
    expect(messageOf(() => gateway.serve(server(elsewhere))))
      .toBe(`${AT} serve was given elsewhere/chat of another App; declare it in this one, or refer to it with Server.fromServerAttributes`);
    const other = Platform.local({ clusterName: 'kind' });
    other.addWorkspace('team-a');
    const there = new Workspace(gateway.node.root, 'there', { namespace: 'team-a', platform: other });
    expect(messageOf(() => gateway.serve(server(there))))
      .toBe(`${AT} serve was given there/chat on platform kind, but the gateway is on ml; declare a gateway on that platform too`);
  });

  test('two Servers under one name, by their names or by an alias', () => {
    const { gateway, team } = gatewayOf();
    gateway.serve(server(team), { aliases: ['gpt-4o'] });
    gateway.serve(server(team, 'small'));
    const third = server(team, 'large');
    expect(messageOf(() => gateway.serve(third, { name: 'chat' })))
      .toBe(`${AT} model chat is served by Server team-a/chat already; give Server team-a/large another name or alias`);
    expect(messageOf(() => gateway.serve(third, { aliases: ['gpt-4o'] })))
      .toBe(`${AT} model gpt-4o is served by Server team-a/chat already; give Server team-a/large another name or alias`);
    expect(messageOf(() => gateway.serve(Server.fromServerAttributes(team, 'other', { serverName: 'chat', serverNamespace: 'team-b' }))))
      .toBe(`${AT} model chat is served by Server team-a/chat already; give Server team-b/chat another name or alias`);
  });

  test('a Server that can have no Service', () => {
    const { gateway, team } = gatewayOf();
    expect(messageOf(() => gateway.serve(Server.fromServerAttributes(team, 'other', { serverName: 'b.c' }))))
      .toBe(`${AT} name b.c cannot be that of a Service; start with a letter, and use lower-case letters, digits and -`);
  });

  test('a Server twice', () => {
    const { gateway, team } = gatewayOf();
    const chat = server(team);
    gateway.serve(chat);
    expect(messageOf(() => gateway.serve(chat, { name: 'gpt-4o' }))).toBe(`${AT} Server team-a/chat is served already; give all its other names as aliases at once`);
  });

  test('a Server behind a picker under a name that its program does not know', () => {
    const platform = withEnvoyGateway(gcp());
    platform.addInferenceExtension();
    const { gateway, team, chart } = gatewayOf({}, platform);
    const pooled = new Server(team, 'chat', {
      engine: Engine.vllm(), model: model(team), resources: { gpu: Gpu.NVIDIA_L4 }, routing: Routing.PREFIX_AWARE,
      autoscaling: Autoscaling.hpa({ min: 2, max: 4, cpu: 80 }),
    });
    gateway.serve(pooled, { aliases: ['gpt-4o'] });
    expect(synthErrors(chart)).toContain(`${AT} Server team-a/chat has routing, by which requests reach its program as they are, so that it would not know the model gpt-4o; `
      + 'offer it as chat alone, or leave routing out');
  });
});
