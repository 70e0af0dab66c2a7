/** How engines of others are recognised in a cluster, and which of them go together. */
import type { EngineChartName } from './engine-charts';

export interface EngineProgram {
  /** Name of the check. */
  readonly name: string;
  /** The chart that installs it, whose version is the one that this library is tested with. */
  readonly chart: EngineChartName;
  /** All that its line installs. */
  readonly install: readonly EngineChartName[];
  /** Field of the platform that says that the cluster has it. */
  readonly field: string;
  /** What `nodeProvisioning` must be, where that is the field. */
  readonly provisioning?: string;
  /** Name of its Deployment, as the chart gives it. */
  readonly deployment: string;
  /** End of the name of its image, wherever that is copied to. */
  readonly image: string;
  /** The oldest version that does, and if its minor versions differ in their objects, the first that does not. */
  readonly from: string;
  readonly below?: string;
  readonly kubernetes?: string;
  /** Definitions, with the version of each that must be served. */
  readonly served: Readonly<Record<string, string>>;
}

/**
 * Sources: KEDA https://keda.sh/docs/2.20/operate/cluster/#kubernetes-compatibility; the add-on's CHANGELOG (drains and cold starts since 0.15, before 1.0);
 * https://karpenter.sh/docs/reference/settings/#feature-gates (reservations since 1.6); https://aigateway.envoyproxy.io/docs/compatibility; https://gateway.envoyproxy.io/news/releases/matrix; 2026-11.
 */
export const ENGINE_PROGRAMS: readonly EngineProgram[] = [
  { name: 'keda', chart: 'keda', install: ['keda'], field: 'keda', deployment: 'keda-operator', image: 'kedacore/keda', from: '2.20.0', kubernetes: '1.33', served: { 'scaledobjects.keda.sh': 'v1alpha1' } },
  { name: 'keda-http-add-on', chart: 'httpAddOn', install: ['httpAddOn'], field: 'keda', deployment: 'keda-add-ons-http-interceptor', image: 'kedacore/http-add-on-interceptor', from: '0.15.0', below: '0.16.0', served: { 'interceptorroutes.http.keda.sh': 'v1beta1' } },
  { name: 'envoy-gateway', chart: 'envoyGateway', install: ['envoyGateway'], field: 'envoyGateway', deployment: 'envoy-gateway', image: 'envoyproxy/gateway', from: '1.8.1', kubernetes: '1.32', served: { 'securitypolicies.gateway.envoyproxy.io': 'v1alpha1', 'backends.gateway.envoyproxy.io': 'v1alpha1', 'gateways.gateway.networking.k8s.io': 'v1' } },
  { name: 'ai-gateway', chart: 'aiGateway', install: ['aiGatewayCrds', 'aiGateway'], field: 'envoyGateway', deployment: 'ai-gateway-controller', image: 'envoyproxy/ai-gateway-controller', from: '1.0.0', kubernetes: '1.32', served: { 'aigatewayroutes.aigateway.envoyproxy.io': 'v1beta1', 'gatewayconfigs.aigateway.envoyproxy.io': 'v1beta1' } },
  { name: 'karpenter', chart: 'karpenter', install: ['karpenter'], field: 'nodeProvisioning', provisioning: 'karpenter', deployment: 'karpenter', image: 'karpenter/controller', from: '1.6.0', served: { 'nodepools.karpenter.sh': 'v1', 'ec2nodeclasses.karpenter.k8s.aws': 'v1' } },
  { name: 'leader-worker-set', chart: 'leaderWorkerSet', install: ['leaderWorkerSet'], field: 'leaderWorkerSet', deployment: 'lws-controller-manager', image: 'lws/lws', from: '0.9.0', served: { 'leaderworkersets.leaderworkerset.x-k8s.io': 'v1' } },
];

/** Two that must fit: where one has at least this version, the other must too. */
export interface EnginePair {
  readonly engine: string;
  readonly from: string;
  readonly needs: string;
  readonly atLeast: string;
}

/** `gateway-api` is the bundle of its definitions. The newest row that holds decides. */
export const ENGINE_PAIRS: readonly EnginePair[] = [
  { engine: 'ai-gateway', from: '1.0.0', needs: 'envoy-gateway', atLeast: '1.8.1' },
  { engine: 'envoy-gateway', from: '1.8.0', needs: 'gateway-api', atLeast: '1.5.0' },
  { engine: 'envoy-gateway', from: '1.9.0', needs: 'gateway-api', atLeast: '1.6.0' },
];
