/** What the objects of a cluster cost for as long as they are there: disks and load balancers. */
import { amountOf, gibibytes } from '../api/quantity';
import type { NotebookResource, Resource } from '../api/resource';
import type { PricedCloud } from '../catalog/standing-prices';
import { cloudNamed } from '../clouds/pods';
import { namespaceOf, notebookStorage } from '../expand';
import type { KubeObject } from '../expand';
import type { ClusterState } from '../state/state';
import { fixed } from './amounts';
import type { StandingItem } from './amounts';
import type { Assumptions } from './assumptions';
import { part } from './stacks/pricing';

/** Bytes: clouds count disks in GiB and call them GB. */
const GIB = 2 ** 30;

export interface ClusterContext {
  readonly cloud: PricedCloud;
  readonly region?: string;
  readonly assumptions: Assumptions;
}

export function clusterItems({ resources, objects, platform }: ClusterState, context: ClusterContext): StandingItem[] {
  const notebooks = resources.filter((resource): resource is NotebookResource => resource.kind === 'Notebook');
  return [
    ...notebooks.map((notebook) => notebookDisk(notebook, context, platform?.storageClasses)),
    ...objects.filter(isLoadBalancer).map((object) => loadBalancer(object, context)),
  ];
}

/** Its disk outlives its pod. */
function notebookDisk(notebook: NotebookResource, context: ClusterContext, classes: Readonly<Record<string, string>> = {}): StandingItem {
  const { disks } = cloudNamed(context.cloud);
  const { size, storageClassName = disks?.defaultClass ?? DEFAULT_CLASSES[context.cloud] } = notebookStorage(notebook);
  const type = classes[storageClassName] ?? disks?.byClass[storageClassName] ?? storageClassName;
  const quantity = fixed(amountOf(gibibytes(size)) / GIB);
  return {
    address: nameOf(notebook),
    type: 'PersistentVolumeClaim',
    what: 'disk of a notebook',
    detail: `${nameOf(notebook)}, ${type}`,
    components: [part({ name: `Disk, ${type}`, item: type, unit: 'GB', quantity }, context)],
  };
}

/** Of a cluster that this library makes, where the cloud does not say it. */
const DEFAULT_CLASSES: Readonly<Record<PricedCloud, string>> = { gcp: 'standard-rwo', aws: 'gp3', azure: 'default' };

/** A Service of that type, and what makes one: an Ingress or a Gateway. */
function isLoadBalancer(object: KubeObject): boolean {
  const { kind, spec } = object as KubeObject & { readonly spec?: { readonly type?: string } };
  return kind === 'Ingress' || kind === 'Gateway' || (kind === 'Service' && spec?.type === 'LoadBalancer');
}

function loadBalancer(object: KubeObject, context: ClusterContext): StandingItem {
  const { kind = '', metadata } = object;
  const quantity = fixed(context.assumptions.monthlyHours);
  const address = `${kind} ${metadata?.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata?.name ?? ''}`;
  return {
    address, type: kind, what: 'load balancer', detail: address,
    components: [part({ name: 'Load balancer', item: 'load-balancer', unit: 'hours', quantity }, context)],
  };
}

function nameOf(resource: Resource): string {
  return `${resource.kind} ${namespaceOf(resource)}/${resource.metadata.name}`;
}
