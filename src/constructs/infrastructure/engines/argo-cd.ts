/** Applications by which Argo CD installs the engines. Pure. https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/ */
import { PART_OF } from '../../../api/labels';
import type { KubeObject } from '../../../expand';
import type { ChartRelease, Installation } from './releases';

export interface ArgoCdSpec {
  /** Of the Applications. */
  readonly namespace: string;
  readonly project: string;
  /** The cluster, as Argo CD knows it. */
  readonly destination: string;
}

/** In waves, where an Application is made of them; and again until what it needs is there, where not. */
const WAVE = 'argocd.argoproj.io/sync-wave';
const RETRY = { limit: 20, backoff: { duration: '30s', factor: 2, maxDuration: '5m' } };
/** Definitions are too large for the annotation of a client. */
const SYNC_OPTIONS = ['CreateNamespace=true', 'ServerSideApply=true'];

export function argoCdObjects({ charts, inferenceExtension }: Installation, argo: ArgoCdSpec): KubeObject[] {
  return [
    ...(inferenceExtension ? [definitions(inferenceExtension, argo)] : []),
    ...charts.map((release) => chartApplication(release, argo)),
  ];
}

function definitions({ release, repository, version, path }: NonNullable<Installation['inferenceExtension']>, argo: ArgoCdSpec): KubeObject {
  return application({ name: release, wave: 0, namespace: 'default', source: { repoURL: repository, targetRevision: version, path } }, argo);
}

function chartApplication({ chart, values, after, definitions: withDefinitions }: ChartRelease, argo: ArgoCdSpec): KubeObject {
  const { release, namespace, repository, version } = chart;
  const helm = {
    releaseName: release,
    ...(!withDefinitions && { skipCrds: true }),
    ...(Object.keys(values).length > 0 && { valuesObject: values }),
  };
  const source = { repoURL: repository.replace(/^oci:\/\//, ''), chart: chart.chart, targetRevision: version, helm };
  return application({ name: release, wave: after.length > 0 ? 2 : 1, namespace, source }, argo);
}

interface Application {
  readonly name: string;
  readonly wave: number;
  readonly namespace: string;
  readonly source: object;
}

function application({ name, wave, namespace, source }: Application, argo: ArgoCdSpec): KubeObject {
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: argo.namespace, labels: PART_OF, annotations: { [WAVE]: String(wave) } },
    spec: {
      project: argo.project,
      source,
      destination: { name: argo.destination, namespace },
      syncPolicy: { automated: { prune: false, selfHeal: true }, syncOptions: SYNC_OPTIONS, retry: RETRY },
    },
  };
  return object;
}
