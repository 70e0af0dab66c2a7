/** Objects by which Flux installs the engines. Pure. https://fluxcd.io/flux/components/ */
import { PART_OF } from '../../../api/labels';
import type { EngineChart } from '../../../catalog/engine-charts';
import type { KubeObject } from '../../../expand';
import type { ChartRelease, Installation } from './releases';

export interface FluxSpec {
  /** Of the objects of Flux. */
  readonly namespace: string;
  readonly interval: string;
}

const SOURCE = 'source.toolkit.fluxcd.io/v1';
const CHART_LAYER = { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' };
const RETRIES = { remediation: { retries: 5 } };

export function fluxObjects({ charts, inferenceExtension }: Installation, flux: FluxSpec): KubeObject[] {
  const indexes = [...new Set(charts.filter(({ chart }) => !isOci(chart)).map(({ chart }) => chart.repository))];
  return [
    ...indexes.map((url) => fluxObject(SOURCE, 'HelmRepository', { name: indexName(url), flux, spec: { url } })),
    ...charts.filter(({ chart }) => isOci(chart)).map(({ chart }) => ociRepository(chart, flux)),
    ...(inferenceExtension ? definitions(inferenceExtension, flux) : []),
    ...charts.map((release) => helmRelease(release, flux)),
  ];
}

function ociRepository({ release, repository, chart, version }: EngineChart, flux: FluxSpec): KubeObject {
  return fluxObject(SOURCE, 'OCIRepository', { name: release, flux, spec: { url: `${repository}/${chart}`, ref: { tag: version }, layerSelector: CHART_LAYER } });
}

/** Definitions go only by hand, for with them go all objects of their kinds. */
function definitions({ release, repository, version, path }: NonNullable<Installation['inferenceExtension']>, flux: FluxSpec): KubeObject[] {
  const folder = { path: `./${path}`, prune: false, wait: true, sourceRef: { kind: 'GitRepository', name: release } };
  return [
    fluxObject(SOURCE, 'GitRepository', { name: release, flux, spec: { url: repository, ref: { tag: version }, ignore: `/*\n!/${path}\n` } }),
    fluxObject('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { name: release, flux, spec: folder }),
  ];
}

function helmRelease({ chart, values, after, definitions: withDefinitions }: ChartRelease, flux: FluxSpec): KubeObject {
  const { release, namespace, repository, version } = chart;
  const crds = withDefinitions ? 'CreateReplace' : 'Skip';
  const source = isOci(chart)
    ? { chartRef: { kind: 'OCIRepository', name: release } }
    : { chart: { spec: { chart: chart.chart, version, sourceRef: { kind: 'HelmRepository', name: indexName(repository) } } } };
  return fluxObject('helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
    name: release,
    flux,
    spec: {
      releaseName: release,
      targetNamespace: namespace,
      storageNamespace: namespace,
      ...source,
      ...(after.length > 0 && { dependsOn: after.map((name) => ({ name })) }),
      install: { createNamespace: true, crds, ...RETRIES },
      upgrade: { crds, ...RETRIES },
      ...(Object.keys(values).length > 0 && { values }),
    },
  });
}

interface FluxObject {
  readonly name: string;
  readonly flux: FluxSpec;
  readonly spec: object;
}

function fluxObject(apiVersion: string, kind: string, { name, flux: { namespace, interval }, spec }: FluxObject): KubeObject {
  const object = { apiVersion, kind, metadata: { name, namespace, labels: PART_OF }, spec: { interval, ...spec } };
  return object;
}

function isOci({ repository }: EngineChart): boolean {
  return repository.startsWith('oci://');
}

/** `kedacore` for https://kedacore.github.io/charts. */
function indexName(url: string): string {
  return /^https:\/\/([^./]+)/.exec(url)?.[1] ?? url;
}
