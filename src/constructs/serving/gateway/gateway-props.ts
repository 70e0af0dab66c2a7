import type { Duration, Size } from 'cdk8s';
import { knownProps } from '../../checks/known-props';
import type { Platform } from '../../platform/platform';
import type { GatewayRedis } from './gateway-redis';
import type { GatewayTls } from './gateway-tls';

/** One endpoint for the models of a cluster. */
export interface ModelGatewayProps {
  /** The cluster, which has Envoy Gateway and Envoy AI Gateway: `platform.addEnvoyGateway()`. */
  readonly platform: Platform;

  /**
   * Name of the Gateway, and of most of what is made for it.
   *
   * @default - the construct id
   */
  readonly name?: string;

  /**
   * DNS name by which clients call it. Without one, requests for any host are answered.
   *
   * @default - any
   */
  readonly hostname?: string;

  /**
   * The certificate that it shows to clients. Without one it speaks HTTP, so that keys cross the network as they are.
   *
   * @default - HTTP, which takes `internal`
   */
  readonly tls?: GatewayTls;

  /**
   * Whether the load balancer has an address of the private network alone. On a local cluster there is no load balancer then: the gateway
   * is reached by `kubectl port-forward`, and from inside the cluster.
   *
   * @default true
   */
  readonly internal?: boolean;

  /**
   * More annotations of the Service behind the load balancer, by which clouds are told of subnets, addresses and the like.
   *
   * @default - those that make it internal
   */
  readonly serviceAnnotations?: Record<string, string>;

  /**
   * Where the counters of quotas and rate limits are.
   *
   * @default GatewayRedis.managed()
   */
  readonly redis?: GatewayRedis;

  /**
   * How many proxies run.
   *
   * @default 2
   */
  readonly replicas?: number;

  /**
   * The longest body of a request. It is held in memory while it is read.
   *
   * @default Size.mebibytes(50)
   */
  readonly maxRequestSize?: Size;

  /**
   * How long a request may be silent in both directions: while a Server starts for it, or between two tokens. A proxy that ends waits as
   * long for the answers that it still passes on.
   *
   * @default - one hour, or five minutes more than the longest cold start of its Servers where that is longer
   */
  readonly idleTimeout?: Duration;
}

/** How a Server is offered. */
export interface GatewayServeOptions {
  /**
   * Name of the model for clients.
   *
   * @default - that of the Server
   */
  readonly name?: string;

  /**
   * Other names for the same.
   *
   * @default - none
   */
  readonly aliases?: string[];

  /**
   * Name by which the Server's own program knows the model, where it must be told: requests are passed on under it.
   *
   * @default - the Server's name where a ready-made engine serves it, else the name that the client gave
   */
  readonly model?: string;

  /**
   * Port of the Service of a Server that is declared elsewhere.
   *
   * @default 8080
   */
  readonly port?: number;
}

export const GATEWAY_PROPS = knownProps<ModelGatewayProps>({
  platform: true, name: true, hostname: true, tls: true, internal: true, serviceAnnotations: true, redis: true, replicas: true,
  maxRequestSize: true, idleTimeout: true,
});
export const SERVE_OPTIONS = knownProps<GatewayServeOptions>({ name: true, aliases: true, model: true, port: true });
