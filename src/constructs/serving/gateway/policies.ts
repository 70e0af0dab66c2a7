/** The policies of a gateway: who is let in, and how much of it there is. One for everything behind a listener. Pure. */
import { TEAMS_ANNOTATION } from '../../../api/keys';
import { PART_OF } from '../../../api/labels';
import type { KubeObject } from '../../../expand';
import { keyAccess, tokenAccess } from './access';
import { KEEPALIVE } from './gateway-objects';
import { ENVOY_API, gatewayTarget, TOKENS_LISTENER } from './gateway-settings';
import type { GatewayRef, GatewaySettings } from './gateway-settings';
import { trafficPolicy } from './limits';
import { teamRecords } from './team-records';

/** Envoy's own are 1024, which held requests would use up. */
const MAX_PARALLEL = 100_000;

export function policyObjects(settings: GatewaySettings): KubeObject[] {
  const { name, teams } = settings;
  const targetRefs = [gatewayTarget(settings)];
  const annotations = { [TEAMS_ANNOTATION]: JSON.stringify(teamRecords(teams)) };
  return [
    policy(settings, 'SecurityPolicy', { name, annotations, spec: { targetRefs, ...keyAccess(teams) } }),
    policy(settings, 'BackendTrafficPolicy', { name, spec: { targetRefs, ...traffic(settings) } }),
  ];
}

/** For the listener that takes tokens: the policy of a listener is in place of that of the Gateway. */
export function tokenPolicy(settings: GatewaySettings): KubeObject {
  const { name, teams, providers } = settings;
  const targetRefs = [gatewayTarget(settings, TOKENS_LISTENER)];
  return policy(settings, 'SecurityPolicy', { name: `${name}-${TOKENS_LISTENER}`, spec: { targetRefs, ...tokenAccess(teams, providers) } });
}

/**
 * What never reached a Server is sent again, and nothing else: a model may have begun to answer. A request as a whole has no limit, one
 * that is silent has.
 */
function traffic({ teams, idleSeconds }: GatewaySettings): object {
  const { timeout: { http }, ...limits } = trafficPolicy(teams, `${idleSeconds}s`);
  return {
    timeout: { tcp: { connectTimeout: '10s' }, http },
    retry: {
      numRetries: 3,
      retryOn: { triggers: ['connect-failure', 'refused-stream', 'reset-before-request'] },
      perRetry: { backOff: { baseInterval: '100ms', maxInterval: '2s' } },
    },
    tcpKeepalive: KEEPALIVE,
    circuitBreaker: { maxConnections: MAX_PARALLEL, maxPendingRequests: MAX_PARALLEL, maxParallelRequests: MAX_PARALLEL },
    ...limits,
  };
}

interface Policy {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: object;
}

function policy({ namespace }: GatewayRef, kind: string, { name, annotations, spec }: Policy): KubeObject {
  const metadata = { name, namespace, labels: { ...PART_OF }, ...(annotations && { annotations }) };
  return { apiVersion: ENVOY_API, kind, metadata, spec } as KubeObject;
}
