import { Duration, Size } from 'cdk8s';
import { Autoscaling, GatewayRedis, GatewayTls, Platform } from '../../../../src';
import type { ModelGatewayProps } from '../../../../src';
import { definitionErrors } from '../../../schemas/definitions';
import type { DefinitionVersion } from '../../../schemas/definitions';
import { schemaErrors } from '../../../schemas/validate';
import { gcp, objectsOf, server } from '../../fixtures';
import { gatewayOf, withEnvoyGateway } from './fixtures';

const OWN = /^([a-z]+\/)?v1$|^networking\.k8s\.io/;

/** What API servers would refuse or drop in all that a gateway writes. */
function errorsOf(props: Partial<ModelGatewayProps>, platform: Platform, version: DefinitionVersion): string[] {
  platform.addKeda();
  const { gateway, team, chart } = gatewayOf(props, withEnvoyGateway(platform));
  gateway.serve(server(team, 'held', { autoscaling: Autoscaling.concurrency({ min: 0, max: 2 }) }), { name: 'Qwen/Qwen3-8B', aliases: ['gpt-4o'], model: 'held' });
  gateway.serve(server(team, 'fixed'));
  const kubernetes = version === 'pinned' ? '1.27' : 'current';
  return objectsOf(chart).flatMap((object) => (OWN.test(object.apiVersion ?? '') ? schemaErrors(object, kubernetes) : definitionErrors(object, version)));
}

const TLS = { hostname: 'models.example.com', tls: GatewayTls.certManager({ issuerName: 'letsencrypt' }) };
const VARIANTS: Readonly<Record<string, Partial<ModelGatewayProps>>> = {
  'as it is by default': {},
  'with a certificate of cert-manager, open to the internet': { ...TLS, internal: false },
  'with a Secret of another namespace': { ...TLS, tls: GatewayTls.secret('wildcard', { namespace: 'certificates' }) },
  'with all that can be given': {
    ...TLS, name: 'gateway', serviceAnnotations: { 'acme.example/subnet': 'a' }, replicas: 1, maxRequestSize: Size.gibibytes(1), idleTimeout: Duration.hours(3),
    redis: GatewayRedis.url('redis.example.com:6379', { passwordSecret: 'redis', tls: true }),
  },
};
const PLATFORMS: Readonly<Record<string, () => Platform>> = {
  gcp,
  aws: () => Platform.aws({
    clusterName: 'ml', bucketName: 'acme', region: 'eu-west-1', imageMirrors: { 'docker.io': 'mirror.example/docker' },
    podDefaults: { nodeSelector: { pool: 'system' }, tolerations: [{ key: 'system', operator: 'Exists' }] as never, imagePullSecrets: ['mirror'], labels: { cost: 'ml' } },
  }),
  azure: () => Platform.azure({ clusterName: 'ml', storageAccount: 'acme', resourceGroup: 'ml', tenantId: '00000000-0000-0000-0000-000000000000' }),
  local: () => Platform.local({ clusterName: 'kind' }),
};

describe.each(['pinned', 'newest'] as const)('by the %s versions of the engines', (version) => {
  test.each(Object.entries(VARIANTS))('a gateway %s is valid', (_, props) => {
    expect(errorsOf(props, gcp(), version)).toEqual([]);
  });

  test.each(Object.entries(PLATFORMS))('a gateway on %s is valid', (_, platform) => {
    expect(errorsOf({}, platform(), version)).toEqual([]);
  });
});
