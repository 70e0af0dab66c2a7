/**
 * Nodes that GKE makes as pods ask for them: a ComputeClass for each capacity that a pod may ask for, which the pod names. Pure.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs/reference/crds/computeclass
 */
import { digest, shortDigest, shortenedName } from '../../api/digest';
import { PART_OF } from '../../api/labels';
import { POD_CAPACITY } from '../../api/node-capacity';
import { isAtLeast } from '../../api/platform';
import type { GpuPoolSpec, GpuProvisionerSpec, PlatformSpec } from '../../api/platform';
import type { Capacity } from '../../api/resource';
import type { AddonObject, Machine, Placement, ProvisionedPod } from '../cloud';
import { GPU_LABEL, gpuTolerations } from '../placement';
import { GKE_ACCELERATORS, HYPERDISK_ONLY, MACHINES } from './machines';

/** The label of the nodes of a class, by which a pod names it. GKE taints them with the same key and value. */
const CLASS_LABEL = 'cloud.google.com/compute-class';
const MAX_LABEL = 63;
/** The longest that Google Cloud lends nodes of flex-start. */
const LENT_SECONDS = 604_800;
/** GKE makes pools for a class from 1.33.3-gke.1136000 on without node auto-provisioning for all pods. */
const OLDEST_VERSION = '1.33';
/** From 1.36.2 on, in preview. https://cloud.google.com/kubernetes-engine/docs/how-to/configure-capacity-quotas */
const QUOTA_VERSION = '1.37';
/** What the definition of the class takes as the value of a taint. */
const TAINT_VALUE = /^([a-z0-9][-A-Za-z0-9_.]{1,61})?[A-Za-z0-9]$/;

type Entry = GpuProvisionerSpec['capacities'][number];
type ProvisionedPool = GpuPoolSpec & Required<Pick<GpuPoolSpec, 'provisioner'>>;

/** What the cloud side knows of the nodes. */
export interface NodeIdentity {
  /** E-mail address of their service account. Default: what GKE takes, which is that of Compute Engine. */
  readonly serviceAccount?: string;
  /** Key of Cloud KMS for their disks. Default: one of Google's. */
  readonly diskKey?: string;
}

/**
 * The nodes of a provisioner for pods of a capacity; `spot-first` are all, in its order. The class says of what GPU and capacity they are:
 * GKE does not take other selectors beside it.
 */
export function placeProvisioned({ name }: GpuPoolSpec, { request, capacity }: ProvisionedPod): Placement {
  const value = className(name, capacity);
  return {
    nodeSelector: { [CLASS_LABEL]: value },
    tolerations: [
      ...gpuTolerations(request),
      { key: CLASS_LABEL, operator: 'Equal', value, effect: 'NoSchedule' },
      ...TAINTED.filter(({ by }) => by.includes(capacity)).map(({ key }) => ({ key, operator: 'Equal', value: 'true', effect: 'NoSchedule' })),
    ],
  };
}

/** What GKE taints nodes of spot and of flex-start by, where it makes their pool. */
const TAINTED: readonly { readonly key: string; readonly by: readonly Capacity[] }[] = [
  { key: 'cloud.google.com/gke-spot', by: ['spot', 'spot-first'] },
  { key: 'cloud.google.com/gke-flex-start', by: ['flex-start', 'spot-first'] },
];

function className(pool: string, capacity: Capacity): string {
  return shortenedName(pool, { limit: MAX_LABEL, hash: () => shortDigest(digest(pool)), suffix: `-${capacity}` });
}

/** That GKE bounds the nodes of a class from a version on only. */
export function provisioningWarning(platform: PlatformSpec): string | undefined {
  const pools = provisionedPools(platform);
  if (pools.length === 0 || isAtLeast(platform, QUOTA_VERSION)) return undefined;
  const named = pools.map(({ name, maxNodes }) => `${name} (${maxNodes})`).join(', ');
  return `maxNodes of GPU provisioners ${named} is not kept by GKE: a CapacityQuota, which keeps it, is written for Kubernetes ${QUOTA_VERSION} and newer, `
    + 'where kubernetesVersion says so; until then the quota of the project for the GPU is what bounds their cost';
}

function provisionedPools({ gpuPools = [] }: PlatformSpec): ProvisionedPool[] {
  return gpuPools.filter((pool): pool is ProvisionedPool => pool.provisioner !== undefined);
}

/** What the provisioners of a platform take: their classes, and a bound on the number of their nodes where GKE has one. */
export function provisionerObjects(platform: PlatformSpec, nodes: NodeIdentity): AddonObject[] {
  const pools = provisionedPools(platform);
  if (pools.length > 0 && !isAtLeast(platform, OLDEST_VERSION)) {
    throw new Error(`GPU provisioner ${pools[0]?.name} needs Kubernetes ${OLDEST_VERSION} or newer, from which on GKE makes node pools for a ComputeClass, `
      + `but platform ${platform.clusterName} has ${platform.kubernetesVersion}; upgrade the cluster, or declare a pool instead`);
  }
  return pools.flatMap((pool) => [
    ...classesOf(pool).map((each) => computeClass(pool, each, nodes)),
    ...isAtLeast(platform, QUOTA_VERSION) ? [quota(pool)] : [],
  ]);
}

/** A class, and the ways in which its nodes are obtained. */
interface Way {
  readonly capacity: Capacity;
  readonly entries: readonly Entry[];
}

/** One for each capacity that a pod may ask for, and one that takes the first that can be had. */
function classesOf({ provisioner: { capacities } }: ProvisionedPool): Way[] {
  const asked = [...new Set(capacities.map(({ kind }) => POD_CAPACITY[kind]))];
  return [
    { capacity: 'spot-first', entries: capacities },
    ...asked.map((capacity) => ({ capacity, entries: capacities.filter(({ kind }) => POD_CAPACITY[kind] === capacity) })),
  ];
}

/**
 * Nothing moves a pod to a better node that has become free: that would end a training. Where no entry can be had, a pod waits, and is not
 * given a machine without its GPU.
 */
function computeClass(pool: ProvisionedPool, { capacity, entries }: Way, nodes: NodeIdentity): AddonObject {
  const { name, gpu, provisioner: { labels, taints = {} } } = pool;
  return withSpec({ apiVersion: 'cloud.google.com/v1', kind: 'ComputeClass', name: className(name, capacity) }, {
    activeMigration: { optimizeRulePriority: false },
    nodePoolAutoCreation: { enabled: true },
    nodePoolConfig: {
      imageType: 'cos_containerd',
      ...(nodes.serviceAccount !== undefined && { serviceAccount: nodes.serviceAccount }),
      nodeLabels: { ...labels, [GPU_LABEL]: gpu },
      ...(Object.keys(taints).length > 0 && { taints: Object.entries(taints).map((taint) => taintOf(name, taint)) }),
    },
    priorities: entries.flatMap((entry) => (
      machinesFor(pool, entry).map((machine) => priority(pool, { entry, machine, diskKey: nodes.diskKey })))),
    whenUnsatisfiable: 'DoNotScaleUp',
  });
}

function taintOf(pool: string, [key, value]: readonly [string, string]): object {
  if (value !== '' && !TAINT_VALUE.test(value)) {
    throw new Error(`taint ${key} of GPU provisioner ${pool} is ${value}, which a ComputeClass does not take; give one character, or three and more, `
      + 'lower case at first');
  }
  return { key, ...(value !== '' && { value }), effect: 'NoSchedule' };
}

/** The cheapest first: GKE takes the first on which a pod fits, and that can be had. One whose price is not known comes last. */
function machinesFor({ gpu, gpusPerNode, provisioner: { machineTypes } }: ProvisionedPool, { kind }: Entry): Machine[] {
  const fitting = MACHINES.filter((machine) => (
    machine.gpu === gpu && machineTypes.includes(machine.machineType) && (machine.gpuCount === gpusPerNode || machine.attached)));
  const price = ({ usdPerHour = Infinity, spotUsdPerHour = usdPerHour }: Machine) => (kind === 'spot' ? spotUsdPerHour : usdPerHour);
  return fitting.sort((a, b) => price(a) - price(b) || a.vcpu - b.vcpu || (a.machineType < b.machineType ? -1 : 1));
}

interface Rule {
  readonly entry: Entry;
  readonly machine: Machine;
  readonly diskKey?: string;
}

/** The zones of a specific reservation are said with it: GKE refuses both. */
function priority({ gpu, gpusPerNode, zones, diskGiB }: ProvisionedPool, { entry, machine, diskKey }: Rule): object {
  const { machineType, localSsdCount } = machine;
  return {
    machineType,
    gpu: { type: GKE_ACCELERATORS[gpu], count: gpusPerNode, driverVersion: 'latest' },
    storage: {
      ...(diskGiB !== undefined && { bootDiskSize: diskGiB }),
      bootDiskType: HYPERDISK_ONLY.test(machineType) ? 'hyperdisk-balanced' : 'pd-balanced',
      ...(diskKey !== undefined && { bootDiskKMSKey: diskKey }),
      ...(localSsdCount !== undefined && { localSSDCount: localSsdCount }),
    },
    ...(zones && zones.length > 0 && entry.kind !== 'reservation' && { location: { zones } }),
    ...obtaining(entry, zones),
  };
}

function obtaining({ kind, id = '' }: Entry, zones: readonly string[] = []): object {
  switch (kind) {
    case 'spot': return { spot: true };
    case 'flex-start': return { flexStart: { enabled: true }, maxRunDurationSeconds: LENT_SECONDS };
    case 'reservation': return { reservations: { affinity: 'Specific', specific: [{ name: id, ...(zones.length > 0 && { zones }) }] } };
    default: return { spot: false };
  }
}

/** A bound over all classes of a provisioner. */
function quota(pool: ProvisionedPool): AddonObject {
  const values = classesOf(pool).map(({ capacity }) => className(pool.name, capacity));
  return withSpec({ apiVersion: 'autoscaling.x-k8s.io/v1beta1', kind: 'CapacityQuota', name: pool.name }, {
    selector: { matchExpressions: [{ key: CLASS_LABEL, operator: 'In', values }] },
    limits: { resources: { nodes: pool.maxNodes } },
  });
}

interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** Types that Kubernetes does not have. */
function withSpec({ name, ...type }: Named, spec: object): AddonObject {
  return { ...type, metadata: { name, labels: PART_OF }, spec } as AddonObject;
}
