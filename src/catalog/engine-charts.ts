/**
 * Engines of others that Servers and the gateway need, and the Helm charts that install them, in the versions that this library is tested
 * with. A chart and its program have the same version. One place: what installs, what is said
 * where an engine is missing, and `substratus doctor` read it.
 */

export interface EngineChart {
  /** As in "install …". */
  readonly title: string;
  /** Name of the release, and of the objects that install it. */
  readonly release: string;
  readonly chart: string;
  /** An index of charts (`https://`), or what precedes the name of the chart in a registry (`oci://`). */
  readonly repository: string;
  readonly version: string;
  readonly namespace: string;
  /** Whether its definitions are in the folder `crds`, from which Helm installs them once and never brings them up to date. */
  readonly definitionsApart?: boolean;
  /** Values of the chart that are not its defaults. */
  readonly values?: ChartValues;
}

export interface ChartValues {
  readonly [name: string]: string | number | boolean | ChartValues;
}

/**
 * Version 0.15 of the add-on tells KEDA of each busy Server five times in a second that it is busy, and KEDA writes that to the API server, 20
 * times in a second at most. With more than a few, it works for hours on what is long over, and no Server goes to zero. Mended in 0.16.
 * https://github.com/kedacore/http-add-on/issues/1792, https://github.com/kedacore/keda/issues/7613
 */
const MANY_BUSY_SERVERS = {
  keda: { extraArgs: { keda: { 'kube-api-qps': 100, 'kube-api-burst': 200 } } },
  httpAddOn: { scaler: { streamInterval: 2000 } },
};

/** In the order in which they are installed: an engine comes after those whose objects it has. */
export const ENGINE_CHARTS = {
  /** 2026-09; github.com/cert-manager/cert-manager@v1.21.2, deploy/charts. */
  certManager: { title: 'cert-manager', release: 'cert-manager', chart: 'cert-manager', repository: 'oci://quay.io/jetstack/charts', version: 'v1.21.2', namespace: 'cert-manager' },
  /** 2026-05; https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack. Brings kube-state-metrics and Grafana too. */
  prometheus: { title: 'the Prometheus operator', release: 'kube-prometheus-stack', chart: 'kube-prometheus-stack', repository: 'oci://ghcr.io/prometheus-community/charts', version: '85.1.3', namespace: 'monitoring', definitionsApart: true },
  /** 2026-09; github.com/kedacore/keda/v2@v2.21.0, https://github.com/kedacore/charts. */
  keda: { title: 'KEDA', release: 'keda', chart: 'keda', repository: 'https://kedacore.github.io/charts', version: '2.21.0', namespace: 'keda', values: MANY_BUSY_SERVERS.keda },
  /** 2026-06; github.com/kedacore/http-add-on@v0.15.0. Before 1.0, so that every minor version may change its objects. */
  httpAddOn: { title: 'the HTTP add-on of KEDA', release: 'http-add-on', chart: 'keda-add-ons-http', repository: 'https://kedacore.github.io/charts', version: '0.15.0', namespace: 'keda', values: MANY_BUSY_SERVERS.httpAddOn },
  /** 2026-06; github.com/envoyproxy/gateway@v1.8.3, charts/gateway-helm. Before 1.8.2 every rate limit is refused, and tokens are not counted (https://github.com/envoyproxy/gateway/issues/9186, https://github.com/envoyproxy/gateway/issues/9244). Its definitions are those of Gateway API 1.5.1 and its own. */
  envoyGateway: { title: 'Envoy Gateway', release: 'eg', chart: 'gateway-helm', repository: 'oci://docker.io/envoyproxy', version: 'v1.8.3', namespace: 'envoy-gateway-system', definitionsApart: true },
  /** 2026-06; github.com/envoyproxy/ai-gateway@v1.0.0, manifests/charts. */
  aiGatewayCrds: { title: 'the definitions of Envoy AI Gateway', release: 'aieg-crd', chart: 'ai-gateway-crds-helm', repository: 'oci://docker.io/envoyproxy', version: 'v1.0.0', namespace: 'envoy-ai-gateway-system' },
  /** The same. */
  aiGateway: { title: 'Envoy AI Gateway', release: 'aieg', chart: 'ai-gateway-helm', repository: 'oci://docker.io/envoyproxy', version: 'v1.0.0', namespace: 'envoy-ai-gateway-system' },
  /** 2026-10; github.com/aws/karpenter-provider-aws@v1.14.1, charts/karpenter. On EKS alone. */
  karpenter: { title: 'Karpenter', release: 'karpenter', chart: 'karpenter', repository: 'oci://public.ecr.aws/karpenter', version: '1.14.1', namespace: 'kube-system', definitionsApart: true },
  /** 2026-06; sigs.k8s.io/lws@v0.9.0, charts/lws; https://lws.sigs.k8s.io/docs/installation/#install-by-helm. */
  leaderWorkerSet: { title: 'LeaderWorkerSet', release: 'lws', chart: 'lws', repository: 'oci://registry.k8s.io/lws/charts', version: '0.9.0', namespace: 'lws-system', definitionsApart: true },
} satisfies Readonly<Record<string, EngineChart>>;

export type EngineChartName = keyof typeof ENGINE_CHARTS;

/**
 * The definitions of InferencePool and its kind, of which there is no chart: a folder of their repository.
 * 2026-04; sigs.k8s.io/gateway-api-inference-extension@v1.5.0, config/crd.
 */
export const INFERENCE_EXTENSION = {
  title: 'the definitions of the Gateway API Inference Extension',
  release: 'inference-extension-crds',
  repository: 'https://github.com/kubernetes-sigs/gateway-api-inference-extension',
  version: 'v1.5.0',
  path: 'config/crd',
} as const;
