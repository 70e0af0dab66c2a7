import type { QuantityOrInteger } from './resource';

/** Programs of others that a cluster may have, whose objects this library writes: where they are. None of them is part of a recipe. */
export interface EnginesSpec {
  /** KEDA and its HTTP add-on, which scale Servers by their requests. */
  readonly keda?: KedaSpec;
  /** The Gateway API Inference Extension, by which gateways ask which replica of a Server a request is best sent to. */
  readonly inferenceExtension?: InferenceExtensionSpec;
  /** LeaderWorkerSet, which runs replicas of a Server on many nodes. */
  readonly leaderWorkerSet?: LeaderWorkerSetSpec;
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

/** Who asks the endpoint pickers of Servers, and what each of them asks for. */
export interface InferenceExtensionSpec {
  /** Namespaces of the proxies of other gateways than those of the platform. Default: there are none. */
  readonly gatewayNamespaces?: readonly string[];
  /** CPU of a picker. Default: 500m. */
  readonly pickerCpu?: QuantityOrInteger;
  /** Memory of a picker. Default: 1Gi. */
  readonly pickerMemory?: QuantityOrInteger;
}

/** How LeaderWorkerSet places pods. */
export interface LeaderWorkerSetSpec {
  /** Label of nodes: the pods of a replica are on nodes with one value of it, and no others are. Default: each is placed on its own. */
  readonly exclusiveTopology?: string;
}
