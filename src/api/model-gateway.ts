/** What a platform knows of gateways for its models. None of it is part of a recipe. */
export interface GatewaysSpec {
  /** Envoy Gateway and Envoy AI Gateway, where the cluster has them. */
  readonly envoyGateway?: EnvoyGatewaySpec;
  /** Gateways whose proxies may reach Servers. */
  readonly modelGateways?: ModelGatewaySpec[];
}

/** Where Envoy Gateway and Envoy AI Gateway are. */
export interface EnvoyGatewaySpec {
  /** Namespace of Envoy Gateway. Default: `envoy-gateway-system`. */
  readonly namespace?: string;
  /** Version of Envoy Gateway. Default: the one that this library is tested with. */
  readonly version?: string;
  /** Namespace of Envoy AI Gateway. Default: `envoy-ai-gateway-system`. */
  readonly aiNamespace?: string;
  /** Version of Envoy AI Gateway. Default: the one that this library is tested with. */
  readonly aiVersion?: string;
  /** Whether proxies run in the namespace of their Gateway. Default: in that of Envoy Gateway. */
  readonly inGatewayNamespace?: boolean;
  /** DNS domain of the cluster. Default: `cluster.local`. */
  readonly clusterDomain?: string;
}

/** A Gateway of the Gateway API. */
export interface ModelGatewaySpec {
  readonly namespace: string;
  readonly name: string;
}
