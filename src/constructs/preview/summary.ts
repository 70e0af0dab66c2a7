/** What will run, a line for each resource: for a terminal, or the description of a pull request. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Job } from 'kubernetes-types/batch/v1';
import type { PersistentVolumeClaim, PodSpec, Service } from 'kubernetes-types/core/v1';
import { sourceOf } from '../../api/resource';
import type { Resource, ServerSpec } from '../../api/resource';
import { gatesOf, namespaceOf } from '../../expand';
import type { Child, KubeObject, LeaderWorkerSet } from '../../expand';
import type { PreviewedResource } from './previewed-resource';

const GAP = '  ';
/** Of the digest that the name of an artifact ends with. */
const DIGEST = /-[0-9a-z]{8}$/;

/** Resources by namespace, in the order in which they can run, in columns. */
export function summaryOf(resources: readonly PreviewedResource[]): string {
  const namespaces = [...new Set(resources.map(({ resource }) => namespaceOf(resource)))];
  const all = resources.map((each) => ({ namespace: namespaceOf(each.resource), cells: cellsOf(each), fit: each.fit }));
  const widths = (all[0]?.cells ?? []).map((_, column) => Math.max(...all.map(({ cells }) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(GAP).trimEnd();
  return namespaces.map((namespace) => {
    const rows = all.filter((each) => each.namespace === namespace);
    return [`${namespace}:`, ...rows.flatMap(({ cells, fit }) => [`${GAP}${line(cells)}`, ...fit === undefined ? [] : [`${GAP}${GAP}${fit}`]]), ''].join('\n');
  }).join('\n');
}

function cellsOf({ resource, children }: PreviewedResource): string[] {
  const { kind, metadata: { name } } = resource;
  const pod = podOf(children);
  return [`${kind} ${name}`, programOf(resource, pod), pod ? asked(resource, pod) : '', roomOf(children), waitsOf(resource)];
}

/** The ready-made program, or the last part of the image's name. */
function programOf(resource: Resource, pod: PodSpec | undefined): string {
  const { runtime } = resource.spec;
  if (runtime) return runtime.name;
  if (resource.kind === 'Notebook' && !resource.spec.image && !resource.spec.build) return 'jupyter';
  const image = pod?.containers[0]?.image ?? '';
  return sourceOf(resource) ? 'is there already' : image.slice(image.lastIndexOf('/') + 1);
}

/** The pod that runs the program. */
function podOf(children: readonly Child[]): PodSpec | undefined {
  const run = objects<Job>(children.filter(({ step }) => step === 'run'), 'Job')[0] ?? objects<Deployment>(children, 'Deployment')[0];
  const groups = objects<LeaderWorkerSet>(children, 'LeaderWorkerSet')[0];
  return (run?.spec?.template ?? groups?.spec.leaderWorkerTemplate.leaderTemplate)?.spec;
}

function objects<T extends KubeObject>(children: readonly Child[], kind: string): T[] {
  return children.map(({ object }) => object).filter((object): object is T => object.kind === kind);
}

/** `1 × nvidia-l4, 3 CPU, 10Gi`. */
function asked({ spec }: Resource, { containers }: PodSpec): string {
  const { requests = {} } = containers[0]?.resources ?? {};
  const { resources: { gpu } = {}, nodes = 1 } = spec as ServerSpec;
  const gpus = gpu?.count ? `${nodes > 1 ? `${nodes} × ` : ''}${gpu.count} × ${gpu.sharing ? `${gpu.sharing} of ` : ''}${gpu.type ?? 'GPU'}` : undefined;
  return [gpus, requests.cpu && `${requests.cpu} CPU`, requests.memory].filter((part) => part !== undefined).join(', ');
}

/** Its disk, and the port at which it answers. */
function roomOf(children: readonly Child[]): string {
  const disks = objects<PersistentVolumeClaim>(children, 'PersistentVolumeClaim').map(({ spec }) => `disk ${spec?.resources?.requests?.storage}`);
  const ports = objects<Service>(children, 'Service').map(({ spec }) => `port ${spec?.ports?.[0]?.port}`);
  return [...disks, ...ports].join(', ');
}

function waitsOf(resource: Resource): string {
  const names = gatesOf(resource).map(({ name, namespace }) => `${namespace === namespaceOf(resource) ? '' : `${namespace}/`}${name.replace(DIGEST, '')}`);
  return names.length > 0 ? `after ${names.join(', ')}` : '';
}
