import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { Autoscaling, GatewayRedis, GatewayTls, Platform } from '../../../../src';
import type { ModelGatewayProps } from '../../../../src';
import { expandWorkspace } from '../../../../src/expand';
import { gcp, server } from '../../fixtures';
import { allOf, gatewayOf, specOf, withEnvoyGateway } from './fixtures';
import type { Offered } from './fixtures';

const LABELS = { 'gateway.envoyproxy.io/owning-gateway-name': 'models', 'gateway.envoyproxy.io/owning-gateway-namespace': 'model-gateway' };
const inNamespace = (name: string, matchLabels?: object) => ({
  namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [name] }] },
  ...(matchLabels && { podSelector: { matchLabels } }),
});

function offered(props: Partial<ModelGatewayProps> = {}, platform = withEnvoyGateway(gcp())): Offered {
  const all = gatewayOf(props, platform);
  all.gateway.serve(server(all.team));
  return all;
}

function policyIn({ chart }: Offered, name: string): NetworkPolicy {
  const found = allOf(chart, 'NetworkPolicy').find(({ metadata }) => metadata?.name === name);
  if (!found) throw new Error(`there is no NetworkPolicy ${name}`);
  return found as unknown as NetworkPolicy;
}

const portsOf = (rules: readonly { ports?: { port: unknown }[] }[] = []) => rules.map(({ ports = [] }) => ports.map(({ port }) => port));

describe('who reaches what', () => {
  test('nothing reaches the namespace of the gateway, and from there nothing is reached but DNS', () => {
    const { spec } = policyIn(offered(), 'models-default');
    expect(spec).toMatchObject({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    expect(spec?.ingress).toBeUndefined();
    expect(portsOf(spec?.egress as never)).toEqual([[53, 53]]);
  });

  test('anyone reaches the proxies, which reach their control plane and the Servers that they serve', () => {
    const policy = policyIn(offered(), 'model-gateway-models-proxies');
    expect(policy.metadata?.namespace).toBe('envoy-gateway-system');
    expect(policy.spec?.podSelector).toEqual({ matchLabels: LABELS });
    expect(policy.spec?.ingress).toEqual([{ ports: [{ port: 10080, protocol: 'TCP' }] }]);
    expect(portsOf(policy.spec?.egress as never)).toEqual([[53, 53], [18000, 18002, 8081], ['http-serve']]);
    expect(policy.spec?.egress?.at(-1)?.to).toMatchObject([inNamespace('team-a')]);
  });

  test('by TLS at its port, and metrics for those who monitor', () => {
    const platform = withEnvoyGateway(gcp());
    platform.allowMonitoringFrom('monitoring');
    const all = offered({ hostname: 'models.acme.example', tls: GatewayTls.secret('wildcard') }, platform);
    expect(policyIn(all, 'model-gateway-models-proxies').spec?.ingress).toEqual([
      { ports: [{ port: 10443, protocol: 'TCP' }] },
      { from: [inNamespace('monitoring')], ports: [{ port: 19001, protocol: 'TCP' }, { port: 1064, protocol: 'TCP' }] },
    ]);
  });

  test('the interceptor too, where KEDA is', () => {
    const platform = withEnvoyGateway(gcp());
    platform.addKeda();
    const all = gatewayOf({}, platform);
    all.gateway.serve(server(all.team, 'chat', { autoscaling: Autoscaling.concurrency({ min: 0, max: 2 }) }));
    expect(policyIn(all, 'model-gateway-models-proxies').spec?.egress).toContainEqual({ to: [inNamespace('keda')], ports: [{ port: 8080, protocol: 'TCP' }] });
  });

  test('proxies in the namespace of the gateway have their policy there', () => {
    const platform = gcp();
    platform.addEnvoyGateway({ inGatewayNamespace: true });
    const all = offered({}, platform);
    expect(policyIn(all, 'model-gateway-models-proxies').metadata?.namespace).toBe('model-gateway');
    expect(all.gateway.helmValues).toMatchObject({ 'gateway-helm': { config: { envoyGateway: { provider: { kubernetes: { deploy: { type: 'GatewayNamespace' } } } } } } });
  });

  test('Redis is reached by the rate limit service alone', () => {
    const { spec } = policyIn(offered(), 'models-redis');
    expect(spec).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'redis', 'app.kubernetes.io/instance': 'models' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [inNamespace('envoy-gateway-system', { 'app.kubernetes.io/name': 'envoy-ratelimit' })], ports: [{ port: 'redis', protocol: 'TCP' }] }],
    });
  });

  test('in a workspace the proxies of this gateway reach the Servers, and other pods beside them do not', () => {
    const ingressOf = (platform: Platform) => {
      const found = expandWorkspace(platform._spec, 'team-a').find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata?.name === 'substratus-servers');
      return (found as NetworkPolicy).spec?.ingress;
    };
    const without = withEnvoyGateway(gcp());
    without.addWorkspace('team-a');
    expect(ingressOf(without)).toEqual([{ from: [{ podSelector: {} }] }]);
    expect(ingressOf(offered().platform)).toEqual([
      { from: [{ podSelector: {} }] },
      { from: [inNamespace('envoy-gateway-system', LABELS)], ports: [{ port: 'http-serve', protocol: 'TCP' }] },
    ]);
  });
});

describe('the load balancer', () => {
  const serviceOf = ({ chart }: Offered) => (specOf(chart, 'EnvoyProxy') as { provider: { kubernetes: { envoyService: object } } }).provider.kubernetes.envoyService;
  const aws = () => withEnvoyGateway(Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'eu-west-1' }));
  const azure = () => withEnvoyGateway(Platform.azure({ clusterName: 'ml', storageAccount: 'acme', resourceGroup: 'ml', tenantId: '00000000-0000-0000-0000-000000000000' }));
  const local = () => withEnvoyGateway(Platform.local({ clusterName: 'kind' }));
  const OPEN = { internal: false, hostname: 'models.acme.example', tls: GatewayTls.secret('wildcard') };
  const AWS = 'service.beta.kubernetes.io/aws-load-balancer';

  test.each([
    ['gcp', () => withEnvoyGateway(gcp()), { type: 'LoadBalancer', annotations: { 'networking.gke.io/load-balancer-type': 'Internal' } }],
    ['aws', aws, { type: 'LoadBalancer', annotations: { [`${AWS}-type`]: 'nlb', [`${AWS}-internal`]: 'true', [`${AWS}-scheme`]: 'internal' } }],
    ['azure', azure, { type: 'LoadBalancer', annotations: { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' } }],
    ['local', local, { type: 'ClusterIP' }],
  ])('is internal on %s', (_, platform, service) => {
    expect(serviceOf(offered({}, platform()))).toEqual(service);
  });

  test('is open where that is asked for, and says more to the cloud', () => {
    expect(serviceOf(offered({ ...OPEN, serviceAnnotations: { 'acme.example/address': 'models' } })))
      .toEqual({ type: 'LoadBalancer', annotations: { 'acme.example/address': 'models' } });
    expect(serviceOf(offered(OPEN, aws()))).toEqual({ type: 'LoadBalancer', annotations: { [`${AWS}-type`]: 'nlb', [`${AWS}-scheme`]: 'internet-facing' } });
    expect(serviceOf(offered(OPEN, local()))).toEqual({ type: 'LoadBalancer' });
  });
});

describe('certificates', () => {
  test('cert-manager makes one for the hostname, which the listener shows', () => {
    const { chart } = offered({ hostname: 'models.acme.example', tls: GatewayTls.certManager({ issuerName: 'ca', issuerKind: 'Issuer' }) });
    expect(specOf(chart, 'Certificate')).toEqual({
      secretName: 'models-tls', dnsNames: ['models.acme.example'], issuerRef: { name: 'ca', kind: 'Issuer', group: 'cert-manager.io' },
    });
    expect(specOf(chart, 'Gateway')).toMatchObject({
      listeners: [{ protocol: 'HTTPS', port: 443, hostname: 'models.acme.example', tls: { mode: 'Terminate', certificateRefs: [{ kind: 'Secret', name: 'models-tls' }] } }],
    });
  });

  test('a Secret of another namespace is read by a grant for it alone', () => {
    const { chart } = offered({ tls: GatewayTls.secret('wildcard', { namespace: 'certificates' }) });
    expect(allOf(chart, 'ReferenceGrant')).toMatchObject([{
      metadata: { namespace: 'certificates' },
      spec: { from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'model-gateway' }], to: [{ group: '', kind: 'Secret', name: 'wildcard' }] },
    }]);
    expect(specOf(chart, 'Gateway')).toMatchObject({ listeners: [{ tls: { certificateRefs: [{ name: 'wildcard', namespace: 'certificates' }] } }] });
  });
});

describe('Redis', () => {
  const REDIS = { type: 'Redis' };
  const rateLimitOf = ({ gateway }: Offered) => (gateway.helmValues as { 'gateway-helm': { config: { envoyGateway: { rateLimit: object } } } })['gateway-helm'].config.envoyGateway.rateLimit;

  test('of its own has a disk, and none of the rights of root', () => {
    const all = offered();
    expect(specOf(all.chart, 'Deployment')).toMatchObject({
      replicas: 1, strategy: { type: 'Recreate' },
      template: {
        spec: {
          automountServiceAccountToken: false,
          containers: [{ image: 'docker.io/valkey/valkey:9.1.1-alpine', securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } }],
          volumes: [{ persistentVolumeClaim: { claimName: 'models-redis' } }],
        },
      },
    });
    expect(all.gateway.redisAddress).toBe('models-redis.model-gateway.svc:6379');
    expect(rateLimitOf(all)).toEqual({ backend: { ...REDIS, redis: { url: 'models-redis.model-gateway.svc:6379' } }, timeout: '250ms', failClosed: false });
  });

  test('of yours is reached by its address, with a password by reference', () => {
    const all = offered({ redis: GatewayRedis.url('redis.acme.example:6380', { passwordSecret: 'redis', tls: true }) });
    expect(allOf(all.chart, 'Deployment')).toEqual([]);
    expect(rateLimitOf(all)).toMatchObject({ backend: { ...REDIS, redis: { url: 'redis.acme.example:6380', tls: {} } } });
    expect(all.gateway.helmValues).toMatchObject({
      'gateway-helm': {
        config: {
          envoyGateway: {
            provider: { kubernetes: { rateLimitDeployment: { container: { env: [{ name: 'REDIS_AUTH', valueFrom: { secretKeyRef: { name: 'redis', key: 'password' } } }] } } } },
          },
        },
      },
    });
  });

  test('and the images of the engines come from the mirror of the platform', () => {
    const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme', imageMirrors: { 'docker.io': 'mirror.example/docker' } });
    const all = offered({}, withEnvoyGateway(platform));
    expect(specOf(all.chart, 'Deployment')).toMatchObject({ template: { spec: { containers: [{ image: 'mirror.example/docker/valkey/valkey:9.1.1-alpine' }] } } });
    expect(specOf(all.chart, 'EnvoyProxy')).toMatchObject({
      provider: { kubernetes: { envoyDeployment: { container: { imageRepository: 'mirror.example/docker/envoyproxy/envoy' } } } },
    });
    expect(all.gateway.helmValues).toMatchObject({
      'gateway-helm': { global: { images: { envoyGateway: { image: 'mirror.example/docker/envoyproxy/gateway:v1.8.3' } } } },
      'ai-gateway-helm': {
        controller: { image: { repository: 'mirror.example/docker/envoyproxy/ai-gateway-controller', tag: 'v1.0.0' }, metricsRequestHeaderAttributes: 'x-client-id:client_id' },
        extProc: { image: { repository: 'mirror.example/docker/envoyproxy/ai-gateway-extproc', tag: 'v1.0.0' } },
      },
    });
  });
});
