import { server } from '../../fixtures';
import { gatewayOf, namesIn, specOf } from './fixtures';

describe('what is written', () => {
  test('a Gateway with its policies, its Redis and its NetworkPolicies, and a route for each Server', () => {
    const { gateway, team, chart } = gatewayOf();
    gateway.serve(server(team), { aliases: ['gpt-4o'] });
    expect(namesIn(chart)).toEqual([
      'Namespace model-gateway', 'GatewayClass model-gateway-models', 'EnvoyProxy model-gateway/models', 'GatewayConfig model-gateway/models',
      'Gateway model-gateway/models', 'ClientTrafficPolicy model-gateway/models', 'SecurityPolicy model-gateway/models',
      'BackendTrafficPolicy model-gateway/models', 'NetworkPolicy model-gateway/models-default',
      'NetworkPolicy envoy-gateway-system/model-gateway-models-proxies', 'PersistentVolumeClaim model-gateway/models-redis',
      'Service model-gateway/models-redis', 'NetworkPolicy model-gateway/models-redis', 'Deployment model-gateway/models-redis',
      'Backend model-gateway/team-a--chat', 'AIServiceBackend model-gateway/team-a--chat', 'AIGatewayRoute model-gateway/team-a--chat',
    ]);
    expect(specOf(chart, 'Backend')).toEqual({ endpoints: [{ fqdn: { hostname: 'chat-server.team-a.svc.cluster.local', port: 8080 } }] });
    expect(specOf(chart, 'AIGatewayRoute')).toMatchObject({
      rules: [{
        matches: [
          { headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: 'chat' }] }, { headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: 'gpt-4o' }] },
        ],
        backendRefs: [{ name: 'team-a--chat' }],
        timeouts: { request: '0s' },
      }],
    });
  });

  test('without a team nobody is let in', () => {
    const { gateway, team, chart } = gatewayOf();
    gateway.serve(server(team));
    expect(specOf(chart, 'SecurityPolicy')).toMatchObject({ authorization: { defaultAction: 'Deny' } });
  });
});
