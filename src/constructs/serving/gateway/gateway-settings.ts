/** All that the objects of a gateway are made from. Plain data. */
import type { PlatformSpec } from '../../../api/platform';
import type { RedisSpec } from './gateway-redis';
import type { TlsSpec } from './gateway-tls';
import type { ServedRoute } from './served';
import type { IdentityProviderSpec, ModelPrice, TeamSpec } from './team-spec';

export interface GatewayRef {
  readonly namespace: string;
  readonly name: string;
}

export interface GatewaySettings extends GatewayRef {
  readonly platform: PlatformSpec;
  readonly hostname?: string;
  readonly tls?: TlsSpec;
  readonly internal: boolean;
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  readonly redis: RedisSpec;
  readonly replicas: number;
  /** As Kubernetes' quantities. */
  readonly maxRequestSize: string;
  /** How long a request may be silent. */
  readonly idleSeconds: number;
  readonly routes: readonly ServedRoute[];
  readonly teams: readonly TeamSpec[];
  readonly providers: readonly IdentityProviderSpec[];
  readonly prices: readonly ModelPrice[];
}

export const GATEWAY_API = 'gateway.networking.k8s.io/v1';
export const ENVOY_API = 'gateway.envoyproxy.io/v1alpha1';
export const AI_API = 'aigateway.envoyproxy.io/v1beta1';

/** The listener that takes tokens in place of keys. */
export const TOKENS_LISTENER = 'tokens';

/** The Gateway, or one listener of it, as the policies name it. */
export function gatewayTarget({ name }: GatewayRef, listener?: string): object {
  return { group: 'gateway.networking.k8s.io', kind: 'Gateway', name, ...(listener !== undefined && { sectionName: listener }) };
}
