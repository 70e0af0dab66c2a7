/** What is installed, in order: Helm charts with their values, and folders of definitions. Pure. */
import type { EnginesSpec } from '../../../api/engines';
import type { PlatformSpec } from '../../../api/platform';
import { ENGINE_CHARTS, INFERENCE_EXTENSION } from '../../../catalog/engine-charts';
import type { EngineChart, EngineChartName } from '../../../catalog/engine-charts';
import type { WantedEngines } from './engine-addons';
import { httpAddOnValues, karpenterValues, kedaValues, PROMETHEUS_VALUES } from './values';

export interface ChartRelease {
  readonly chart: EngineChart;
  /** What differs from the values of the chart. */
  readonly values: object;
  /** Names of the releases that have to be there before. */
  readonly after: readonly string[];
  /** Whether its definitions are installed too. */
  readonly definitions: boolean;
}

export interface Installation {
  /** The definitions of the inference extension. */
  readonly inferenceExtension?: typeof INFERENCE_EXTENSION;
  readonly charts: readonly ChartRelease[];
}

export interface InstallationSource {
  readonly wanted: WantedEngines;
  readonly platform: PlatformSpec;
  /** Values of a `ModelGateway`, by the name of the chart. */
  readonly gatewayValues: Readonly<Record<string, object>>;
}

export function installation({ wanted, platform, gatewayValues }: InstallationSource): Installation {
  const { certManager, prometheusOperator, keda, envoyGateway, karpenter, leaderWorkerSet, inferenceExtension } = wanted;
  return {
    ...(inferenceExtension && { inferenceExtension: INFERENCE_EXTENSION }),
    charts: [
      ...(certManager ? [release('certManager', { values: { crds: { enabled: true } } })] : []),
      ...(prometheusOperator ? [release('prometheus', { values: PROMETHEUS_VALUES })] : []),
      ...(karpenter ? [release('karpenter', { values: karpenterValues(platform) })] : []),
      ...(keda ? kedaReleases(platform, wanted) : []),
      ...(envoyGateway ? gatewayReleases(platform, wanted, gatewayValues) : []),
      ...(leaderWorkerSet ? [release('leaderWorkerSet', {})] : []),
    ],
  };
}

function kedaReleases(platform: EnginesSpec, { longestAnswerSeconds }: WantedEngines): ChartRelease[] {
  const namespace = platform.keda?.namespace;
  return [
    release('keda', { namespace, values: kedaValues(platform) }),
    release('httpAddOn', { namespace, values: httpAddOnValues(platform, longestAnswerSeconds), after: ['keda'] }),
  ];
}

function gatewayReleases(platform: PlatformSpec, { gatewayDefinitions: definitions }: WantedEngines, values: InstallationSource['gatewayValues']): ChartRelease[] {
  const { namespace, version, aiNamespace, aiVersion } = platform.envoyGateway ?? {};
  const ai = { namespace: aiNamespace, version: aiVersion };
  const valuesOf = (name: EngineChartName): object => values[ENGINE_CHARTS[name].chart] ?? {};
  return [
    release('envoyGateway', { namespace, version, definitions, values: valuesOf('envoyGateway') }),
    release('aiGatewayCrds', { ...ai, values: valuesOf('aiGatewayCrds') }),
    release('aiGateway', { ...ai, values: valuesOf('aiGateway'), after: ['envoyGateway', 'aiGatewayCrds'] }),
  ];
}

interface Differing {
  readonly values?: object;
  readonly after?: readonly EngineChartName[];
  readonly definitions?: boolean;
  readonly namespace?: string;
  /** Without `v`. */
  readonly version?: string;
}

function release(name: EngineChartName, { values = {}, after = [], definitions = true, namespace, version }: Differing): ChartRelease {
  const { values: own, ...chart }: EngineChart = ENGINE_CHARTS[name];
  return {
    chart: { ...chart, namespace: namespace ?? chart.namespace, version: version === undefined ? chart.version : `v${version}` },
    values: { ...own, ...values },
    after: after.map((other) => ENGINE_CHARTS[other].release),
    definitions,
  };
}
