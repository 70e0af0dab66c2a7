/** The one SecurityPolicy and the one BackendTrafficPolicy of a gateway. Pure. */
import { PART_OF } from '../../../api/labels';
import type { KubeObject } from '../../../expand';
import { KEEPALIVE } from './gateway-objects';
import { ENVOY_API, gatewayTarget } from './gateway-settings';
import type { GatewaySettings } from './gateway-settings';

/** Envoy's own are 1024, which held requests would use up. */
const MAX_PARALLEL = 100_000;

export function policyObjects(settings: GatewaySettings): KubeObject[] {
  return [
    policy(settings, 'SecurityPolicy', { authorization: { defaultAction: 'Deny' } }),
    policy(settings, 'BackendTrafficPolicy', { ...traffic(settings) }),
  ];
}

/**
 * What never reached a Server is sent again, and nothing else: a model may have begun to answer. A request as a whole has no limit, one
 * that is silent has.
 */
function traffic({ idleSeconds }: GatewaySettings): object {
  return {
    timeout: { tcp: { connectTimeout: '10s' }, http: { requestTimeout: '0s', streamIdleTimeout: `${idleSeconds}s` } },
    retry: {
      numRetries: 3,
      retryOn: { triggers: ['connect-failure', 'refused-stream', 'reset-before-request'] },
      perRetry: { backOff: { baseInterval: '100ms', maxInterval: '2s' } },
    },
    tcpKeepalive: KEEPALIVE,
    circuitBreaker: { maxConnections: MAX_PARALLEL, maxPendingRequests: MAX_PARALLEL, maxParallelRequests: MAX_PARALLEL },
  };
}

function policy(settings: GatewaySettings, kind: string, spec: object): KubeObject {
  const { name, namespace } = settings;
  const metadata = { name, namespace, labels: { ...PART_OF } };
  return { apiVersion: ENVOY_API, kind, metadata, spec: { targetRefs: [gatewayTarget(settings)], ...spec } } as KubeObject;
}
