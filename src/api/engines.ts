/** Programs of others that a cluster may have, whose objects this library writes: where they are. None of them is part of a recipe. */
export interface EnginesSpec {
  /** KEDA and its HTTP add-on, which scale Servers by their requests. */
  readonly keda?: KedaSpec;
}

/** Where KEDA and its HTTP add-on are. */
export interface KedaSpec {
  /** Namespace of both. Default: `keda`. */
  readonly namespace?: string;
  /** Name of the Service of the interceptor, which holds requests. Default: that of the Helm chart. */
  readonly interceptor?: string;
  /** Port of that Service, and of its pods. Default: 8080. */
  readonly interceptorPort?: number;
  /** Host and port of the scaler. Default: those of the Helm chart. */
  readonly scaler?: string;
  /** DNS domain of the cluster. Default: `cluster.local`. */
  readonly clusterDomain?: string;
}
