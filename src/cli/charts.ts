/** Helm charts that bring images of their own: those that Flux and Argo CD install, and those of engines that a platform has. Pure. */
import type { PlatformSpec } from '../api/platform';
import { ENGINE_CHARTS } from '../catalog/engine-charts';
import type { EngineChart, EngineChartName } from '../catalog/engine-charts';
import type { ImageName } from '../catalog/images';
import type { KubeObject } from '../expand';
import type { ClusterState, StackState } from '../state/state';

export interface ChartUse {
  readonly repository: string;
  readonly chart: string;
  readonly version: string;
}

/** Images of charts, in the version of the table of charts. With no other are they known. */
const IMAGES_OF: Readonly<Partial<Record<EngineChartName, readonly ImageName[]>>> = {
  envoyGateway: ['envoy', 'envoy-gateway', 'envoy-ratelimit'],
  aiGatewayCrds: [],
  aiGateway: ['ai-gateway-controller', 'ai-gateway-extproc'],
};

/** Where Flux has charts from. */
const SOURCES = ['HelmRepository', 'OCIRepository'];

interface Spec {
  readonly url?: string;
  readonly ref?: { readonly tag?: string };
  readonly chart?: { readonly spec?: { readonly chart?: string; readonly version?: string; readonly sourceRef?: Named } };
  readonly chartRef?: Named;
  readonly source?: ArgoSource;
  readonly sources?: readonly ArgoSource[];
}

interface Named {
  readonly name?: string;
}

interface ArgoSource {
  readonly repoURL?: string;
  readonly chart?: string;
  readonly targetRevision?: string;
}

/** Of a cluster, each once: what installs it, else what the platform says is there. */
export function chartsOf({ objects, platform }: ClusterState): ChartUse[] {
  const installed = objects.flatMap((object) => [...fluxChart(object, objects), ...argoCharts(object)]);
  const said = platform ? saidCharts(platform).filter(({ chart }) => !installed.some((other) => other.chart === chart)) : [];
  return [...installed, ...said];
}

/** Of a stack. */
export function terraformCharts({ terraform: { resource = {} } }: StackState): ChartUse[] {
  return Object.values(resource.helm_release ?? {})
    .map(({ repository, chart, version }) => ({ repository: String(repository ?? ''), chart: String(chart), version: String(version ?? '') }));
}

/** The names of its images; `undefined` where they are not known. */
export function imagesOfChart({ chart, version }: ChartUse): readonly ImageName[] | undefined {
  const found = Object.entries<EngineChart>(ENGINE_CHARTS)
    .find(([, each]) => each.chart === chart && withoutV(each.version) === withoutV(version));
  return found && IMAGES_OF[found[0] as EngineChartName];
}

export function chartText({ repository, chart, version }: ChartUse): string {
  return `${repository}/${chart} ${version}`.trim();
}

function fluxChart(object: KubeObject, objects: readonly KubeObject[]): ChartUse[] {
  if (object.kind !== 'HelmRelease') return [];
  const { chart: { spec } = {}, chartRef } = specOf(object);
  const wanted = spec?.sourceRef ?? chartRef;
  const source = objects.find(({ kind = '', metadata }) => SOURCES.includes(kind) && metadata?.name === wanted?.name);
  const { url = '', ref } = source ? specOf(source) : {};
  if (spec) return [{ repository: url, chart: spec.chart ?? '', version: spec.version ?? '' }];
  const cut = url.lastIndexOf('/');
  return [{ repository: url.slice(0, Math.max(cut, 0)), chart: url.slice(cut + 1) || (chartRef?.name ?? ''), version: ref?.tag ?? '' }];
}

function argoCharts(object: KubeObject): ChartUse[] {
  if (object.kind !== 'Application') return [];
  const { source, sources = [] } = specOf(object);
  return [...(source ? [source] : []), ...sources]
    .flatMap(({ repoURL = '', chart, targetRevision = '' }) => (chart === undefined ? [] : [{ repository: repoURL, chart, version: targetRevision }]));
}

function saidCharts({ keda, envoyGateway, leaderWorkerSet, nodeProvisioning }: PlatformSpec): ChartUse[] {
  const of = (name: EngineChartName, said?: string): ChartUse => {
    const { repository, chart, version } = ENGINE_CHARTS[name];
    return { repository, chart, version: said === undefined ? version : `v${withoutV(said)}` };
  };
  return [
    ...(keda ? [of('keda'), of('httpAddOn')] : []),
    ...(envoyGateway ? [of('envoyGateway', envoyGateway.version), of('aiGateway', envoyGateway.aiVersion)] : []),
    ...(nodeProvisioning?.kind === 'karpenter' ? [of('karpenter')] : []),
    ...(leaderWorkerSet ? [of('leaderWorkerSet')] : []),
  ];
}

function withoutV(version: string): string {
  return version.replace(/^v/, '');
}

function specOf(object: KubeObject): Spec {
  return (object as { readonly spec?: Spec }).spec ?? {};
}
