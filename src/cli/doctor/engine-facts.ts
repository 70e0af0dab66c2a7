/** What a cluster says of the engines of others in it. `undefined` is what the user may not see. */
import type { Kubectl } from '../kubectl';
import { asked } from './asked';

/** A definition, without its schemas. */
export interface LiveKind {
  readonly name: string;
  /** Versions that are served. */
  readonly versions: readonly string[];
  /** Of the Gateway API: the version of all of it. */
  readonly bundle?: string;
}

export interface LiveProgram {
  readonly namespace: string;
  readonly name: string;
  /** As its label has it. */
  readonly version?: string;
  readonly available: number;
  readonly images: readonly string[];
}

export interface EngineFacts {
  readonly kinds?: readonly LiveKind[];
  readonly programs?: readonly LiveProgram[];
  /** Who serves the external metrics: one in a cluster can. */
  readonly externalMetrics?: { readonly service: string; readonly available: boolean };
}

const KINDS = '{range .items[*]}{.metadata.name}{"\\t"}{.spec.versions[?(@.served==true)].name}{"\\t"}'
  + '{.metadata.annotations.gateway\\.networking\\.k8s\\.io/bundle-version}{"\\n"}{end}';
const PROGRAMS = '{range .items[*]}{.metadata.namespace}{"\\t"}{.metadata.name}{"\\t"}{.metadata.labels.app\\.kubernetes\\.io/version}{"\\t"}'
  + '{.status.availableReplicas}{"\\t"}{.spec.template.spec.containers[*].image}{"\\n"}{end}';
const METRICS = '{.spec.service.namespace}/{.spec.service.name}{"\\t"}{.status.conditions[?(@.type=="Available")].status}';

export async function gatherEngines(kubectl: Kubectl): Promise<EngineFacts> {
  const [kinds, programs, metrics] = await Promise.all([
    asked(kubectl.run(['get', 'crd', `--output=jsonpath=${KINDS}`])),
    asked(kubectl.run(['get', 'deployments.apps', '--all-namespaces', `--output=jsonpath=${PROGRAMS}`])),
    asked(kubectl.run(['get', 'apiservices.apiregistration.k8s.io', 'v1beta1.external.metrics.k8s.io', '--ignore-not-found', `--output=jsonpath=${METRICS}`])),
  ]);
  return {
    kinds: kinds.value === undefined ? undefined : rows(kinds.value).map(kindIn),
    programs: programs.value === undefined ? undefined : rows(programs.value).map(programIn),
    externalMetrics: metrics.value ? rows(metrics.value).map(([service = '', available]) => ({ service, available: available === 'True' }))[0] : undefined,
  };
}

function rows(text: string): string[][] {
  return text.split('\n').filter((line) => line !== '').map((line) => line.split('\t'));
}

function kindIn([name = '', versions = '', bundle = '']: readonly string[]): LiveKind {
  return { name, versions: versions.split(' '), ...(bundle !== '' && { bundle: bare(bundle) }) };
}

function programIn([namespace = '', name = '', version = '', available = '', images = '']: readonly string[]): LiveProgram {
  return { namespace, name, ...(version !== '' && { version }), available: Number(available), images: images.split(' ') };
}

function bare(version: string): string {
  return version.replace(/^v/, '');
}
