/** What is said of a platform that is described by hand. A platform is not a construct, so its errors do not begin with a path. */
import { canonicalJson } from '../../api/digest';
import { isDns1123Label, isLabelKey } from '../../api/names';
import { isAtLeast, OLDEST_VERSION } from '../../api/platform';
import type { CustomGpuSpec, GpuPoolSpec, PlatformSpec, WorkspaceSpec } from '../../api/platform';
import { isQuantity } from '../../api/quantity';
import { isSharing } from '../../api/sharing';
import { MIG_PROFILES } from '../../catalog/mig';
import { partitionProblem } from '../../catalog/partitions';
import type { Cloud } from '../../clouds/cloud';
import { sharingLabelValue } from '../../clouds/labels';
import { formatValue } from '../checks/format-value';
import { tokenProblem } from '../checks/guard';
import { unknownProp } from '../checks/known-props';
import type { KnownProps } from '../checks/known-props';
import { Fabric } from './fabric';
import { Gpu } from './gpu';
import type { GpuPoolOptions } from './gpu-pool-options';
import { GpuSharing } from './gpu-sharing';
import { machineTypesProblem } from './machine-types';
import { machineProblem, noSuchGpu, noSuchNode } from './machines';
import { KNOWN } from './platform-known';
import type { WorkspaceOptions } from './workspace-options';

const BUCKET = /^[a-z0-9][-._a-z0-9]*$/;
const RESERVED_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'];
const REGISTRY = /^[A-Za-z0-9][-\w.]*(:[0-9]+)?(\/[-_.a-z0-9]+)*\/*$/;
/** Of IPv4 or IPv6; the API server has the last word. */
const CIDR = /^(\d{1,3}(\.\d{1,3}){3}\/([12]?\d|3[0-2])|[0-9a-f:]*:[0-9a-f:]*\/\d{1,3})$/;
const FOLDER = /^[A-Za-z0-9._-]+$/;
const RESOURCE_GROUP = /^[-\p{L}\p{N}_.()]{1,90}$/u;
const DISK_TYPE = /^[A-Za-z0-9][-_A-Za-z0-9]*$/;
const VERSION = /^1\.[0-9]+$/;

/** A name in a store: of a bucket, an account, a group. */
export function storeName<T extends object>(props: T, field: keyof T & string): string {
  checkPlain(props);
  const value: unknown = props[field];
  if (typeof value === 'string' && (field === 'resourceGroup' ? RESOURCE_GROUP : BUCKET).test(value)) return value;
  throw new Error(`${field} is ${formatValue(value)}; give its name alone, without scheme and path`);
}

/** The props of all clouds. */
export function checkPlatform(props: Pick<PlatformSpec, 'clusterName' | 'kubernetesVersion'>): void {
  checkPlain(props);
  const { clusterName, kubernetesVersion } = props;
  if (typeof clusterName !== 'string' || !isDns1123Label(clusterName)) {
    throw new Error(`clusterName is ${formatValue(clusterName)}; use lower-case letters, digits and - inside, 63 characters at most`);
  }
  const problem = kubernetesVersion === undefined ? undefined : versionProblem(kubernetesVersion);
  if (problem) throw new Error(problem);
}

/** Why it is not a version of Kubernetes that is supported; `undefined` if it is. */
export function versionProblem(version: unknown): string | undefined {
  if (typeof version === 'number') return `kubernetesVersion is ${formatValue(version)}, a number; write it as a string, for example '1.33'`;
  if (typeof version !== 'string' || !VERSION.test(version)) return `kubernetesVersion is ${formatValue(version)}; give major and minor, for example '1.33'`;
  if (isAtLeast({ kubernetesVersion: version }, OLDEST_VERSION)) return undefined;
  return `kubernetesVersion is '${version}'; the oldest that is supported is ${OLDEST_VERSION}`;
}

/** What the disks of a class are, by the cloud's name of the type; one that is misspelt would make no error at all. */
export function checkStorageClasses({ storageClasses = {} }: Pick<PlatformSpec, 'storageClasses'>): void {
  const isMap = typeof storageClasses === 'object' && storageClasses !== null && !Array.isArray(storageClasses);
  const wrong = isMap && Object.entries(storageClasses).find(([, type]) => typeof type !== 'string' || !DISK_TYPE.test(type));
  if (isMap && !wrong) return;
  const found = wrong ? `has ${wrong[0]}: ${formatValue(wrong[1])}` : `is ${formatValue(storageClasses)}`;
  throw new Error(`storageClasses ${found}; give types of disks by class, for example { fast: 'io2' }`);
}

interface Places {
  readonly registrySecret?: string;
  readonly artifactPrefix?: string;
  readonly registry?: string;
  readonly storeCidrs?: readonly string[];
  /** AWS and Google Cloud. */
  readonly region?: string;
  /** Azure. */
  readonly location?: string;
}

/** Where artifacts and images go, on a cloud where that is known. */
export function checkPlaces({ artifactPrefix, registry, registrySecret, storeCidrs, region, location }: Places, cloud = ''): void {
  checkCidrs('storeCidrs', storeCidrs);
  if (registry !== undefined && (typeof registry !== 'string' || !REGISTRY.test(registry))) {
    throw new Error(`registry is ${formatValue(registry)}; give host and path in lower case, without scheme, for example us-docker.pkg.dev/acme/ml`);
  }
  checkRegistrySecret(registry, registrySecret);
  checkPartitions(cloud, { region, location, registry: registry?.split(/[:/]/)[0] });
  if (artifactPrefix !== undefined && artifactPrefix !== '') checkFolders('artifactPrefix', artifactPrefix);
}

/** Identities, which everything is reached by, are of one cloud. */
function checkPartitions(cloud: string, places: Pick<Places, 'region' | 'location' | 'registry'>): void {
  for (const [field, place] of Object.entries(places)) {
    const problem = place === undefined ? undefined : partitionProblem(cloud, place);
    if (problem) throw new Error(`${field} ${problem}`);
  }
}

export function checkCidrs(field: string, cidrs: readonly string[] = []): void {
  if (!Array.isArray(cidrs)) throw new Error(`${field} is ${formatValue(cidrs)}; give a list of ranges, for example ['199.36.153.8/30']`);
  const wrong = cidrs.find((cidr) => typeof cidr !== 'string' || !CIDR.test(cidr));
  if (wrong !== undefined) throw new Error(`${field} has ${formatValue(wrong)}; give a range such as 199.36.153.8/30`);
}

function checkRegistrySecret(registry: string | undefined, secret: unknown): void {
  if (secret === undefined) return;
  if (!registry) throw new Error('registrySecret is set but registry is not; set the registry that it is for');
  if (typeof secret === 'string' && isDns1123Label(secret)) return;
  throw new Error(`registrySecret is ${formatValue(secret)}; give the name of a Secret, in lower-case letters, digits and -`);
}

/**
 * Folders of a bucket. They get into mount options and into the patterns of access policies, where a comma, a blank or a wildcard
 * would mean something else, and on each cloud something different.
 */
export function checkFolders(field: string, folders: unknown): void {
  const segments = typeof folders === 'string' ? folders.replace(/^\/|\/$/g, '').split('/') : [''];
  if (segments.every((segment) => FOLDER.test(segment) && segment !== '.' && segment !== '..')) return;
  throw new Error(`${field} is ${formatValue(folders)}; give folders with a / between, of letters, digits, - . and _, for example teams/ml`);
}

interface PoolContext {
  readonly cloud: Cloud;
  /** The pools that the platform has already. */
  readonly pools: readonly GpuPoolSpec[];
  /** The GPUs of those pools that the catalog does not have. */
  readonly gpus: readonly CustomGpuSpec[];
}

/** Why a platform cannot have a GPU pool; `undefined` if it can. */
export function poolProblem(name: string, options: GpuPoolOptions, { cloud, pools, gpus }: PoolContext): string | undefined {
  checkPlain(options, KNOWN.pool);
  const { gpu, gpusPerNode = 1, maxNodes, sharing, machineType, machineTypes, fabric } = options;
  if (typeof name !== 'string' || name === '') return 'it has no name; give it one';
  if (pools.some((pool) => pool.name === name)) return 'there is one already; give this one another name';
  if (!(gpu instanceof Gpu)) return `gpu is ${formatValue(gpu)}, which is not a Gpu; write for example Gpu.NVIDIA_L4, or Gpu.of('nvidia-l4')`;
  if (!Number.isInteger(gpusPerNode) || gpusPerNode < 1) return `gpusPerNode is ${formatValue(gpusPerNode)}; give a whole number, 1 or more`;
  if (maxNodes !== undefined && (!Number.isInteger(maxNodes) || maxNodes < 1)) return `maxNodes is ${formatValue(maxNodes)}; give a whole number, 1 or more`;
  const noNodes = capacityProblem(options, cloud);
  if (noNodes) return noNodes;
  if (sharing !== undefined && !(sharing instanceof GpuSharing)) return `sharing is ${formatValue(sharing)}, which is not a GpuSharing; write for example GpuSharing.mig('1g.10gb')`;
  const wrong = (sharing && sharingProblem(gpu, sharing._spec)) ?? fabricProblem(fabric);
  const machines = { gpu: gpu.name, count: gpusPerNode, isCustom: gpu._custom !== undefined, machineType };
  const several = machineTypes && machineTypesProblem(cloud, { ...machines, machineTypes });
  if (wrong ?? several) return wrong ?? several;
  if (gpu._custom) return customGpuProblem(gpu._custom, gpus);
  const noMachine = noSuchGpu(cloud, gpu.name) ?? noSuchNode(cloud, gpu.name, gpusPerNode);
  return noMachine ?? (machineType === undefined ? undefined : machineProblem(cloud, { gpu: gpu.name, count: gpusPerNode, machineType }));
}

/** Why a pool cannot have nodes of the capacity that it is said to have; `undefined` if it can. */
function capacityProblem({ spot, flexStart, queued }: GpuPoolOptions, { title, capacities }: Cloud): string | undefined {
  const asked = ([['spot', 'spot', spot], ['flexStart', 'flex-start', flexStart], ['queued', 'queued', queued]] as const).filter(([,, holds]) => holds);
  const missing = asked.find(([, capacity]) => !capacities.includes(capacity));
  if (missing) return `${title} has no ${missing[1]} nodes; leave ${missing[0]} out`;
  return asked.length > 1 ? `${asked.map(([field]) => field).join(' and ')} are true; leave ${asked.length > 2 ? 'two' : 'one'} of them out` : undefined;
}

/** Why the GPUs of a pool cannot be shared so; `undefined` if they can, or if that is not known. */
function sharingProblem({ name, _custom: custom }: Gpu, sharing: GpuSharing['_spec']): string | undefined {
  if (sharing.kind !== 'mig') {
    const { clients } = sharing;
    return Number.isInteger(clients) && clients > 1 ? undefined
      : `sharing is ${sharing.kind} by ${formatValue(clients)} pods; give a whole number, 2 or more, or leave sharing out`;
  }
  const { profile } = sharing;
  if (!isSharing(sharingLabelValue(sharing))) return `sharing is MIG profile ${formatValue(profile)}; write for example GpuSharing.mig('1g.10gb')`;
  const profiles = custom ? undefined : MIG_PROFILES[name];
  if (!profiles || profiles.includes(profile)) return undefined;
  if (profiles.length === 0) return `sharing is MIG profile ${profile}, but ${name} has no MIG; use GpuSharing.timeSlicing, or leave sharing out`;
  return `sharing is MIG profile ${profile}, which ${name} does not have; use one of ${profiles.join(', ')}`;
}

/** Why containers cannot ask for a network so; `undefined` if they can. */
function fabricProblem(fabric: unknown): string | undefined {
  if (fabric === undefined) return undefined;
  if (!(fabric instanceof Fabric)) return `fabric is ${formatValue(fabric)}, which is not a Fabric; write for example Fabric.efa(32)`;
  const [wrong] = Object.entries(fabric._resources).filter(([name, count]) => !isLabelKey(name) || !isQuantity(count));
  return wrong && `fabric has ${formatValue(wrong[0])}: ${formatValue(wrong[1])}; give the name of a resource and how much of it a node has, for example Fabric.efa(32)`;
}

/** One name is one GPU. */
function customGpuProblem(gpu: CustomGpuSpec, gpus: readonly CustomGpuSpec[]): string | undefined {
  const known = gpus.find(({ name }) => name === gpu.name);
  if (!known || canonicalJson(known) === canonicalJson(gpu)) return undefined;
  return `gpu ${gpu.name} is another one in a pool that is there already; use one Gpu.custom for both, or give it another name`;
}

/** Why a platform cannot have a workspace; `undefined` if it can. */
export function workspaceProblem(namespace: string, options: WorkspaceOptions, workspaces: readonly WorkspaceSpec[]): string | undefined {
  checkPlain(options, KNOWN.workspace);
  const problem = namespaceProblem(namespace);
  if (problem) return problem;
  if (workspaces.some((workspace) => workspace.namespace === namespace)) return 'there is one already; add it once';
  return buildsProblem(namespace, options, workspaces) ?? readsProblem(namespace, options.reads) ?? networkProblem(namespace, options);
}

/** Where a workspace builds; `undefined` if it does not, or in its own namespace. */
export function buildNamespaceFor(namespace: string, { builds, buildNamespace = `${namespace}-builds` }: WorkspaceOptions): string | undefined {
  return builds && buildNamespace !== namespace ? buildNamespace : undefined;
}

/** Who builds in the namespace of another could push what the other runs. */
function buildsProblem(namespace: string, options: WorkspaceOptions, workspaces: readonly WorkspaceSpec[]): string | undefined {
  const { builds = false, buildNamespace } = options;
  if (typeof builds !== 'boolean') return `builds is ${formatValue(builds)}; give true or false`;
  if (!builds && buildNamespace !== undefined) return 'buildNamespace is set but builds is not; set builds: true, or leave buildNamespace out';
  const builder = workspaces.find((workspace) => workspace.buildNamespace === namespace);
  if (builder) return `workspace ${builder.namespace} builds in it; give that one another buildNamespace`;
  const own = buildNamespaceFor(namespace, options);
  if (own === undefined) return undefined;
  if (typeof own !== 'string' || !isDns1123Label(own)) {
    const problem = 'which is not a valid namespace name; set buildNamespace to one of lower-case letters, digits and -, 63 characters at most';
    return `its images would be built in namespace ${formatValue(own)}, ${problem}`;
  }
  if (RESERVED_NAMESPACES.includes(own)) return `buildNamespace is ${formatValue(own)}, which belongs to Kubernetes; use a namespace of your own`;
  const other = workspaces.find((workspace) => workspace.namespace === own || workspace.buildNamespace === own);
  if (!other) return undefined;
  const what = other.namespace === own ? 'a workspace itself' : `where workspace ${other.namespace} builds`;
  return `its images would be built in namespace ${own}, which is ${what}; set buildNamespace to another`;
}

/** Why a namespace cannot be a workspace; `undefined` if it can. */
export function namespaceProblem(namespace: unknown): string | undefined {
  if (typeof namespace !== 'string' || !isDns1123Label(namespace)) return 'not a valid namespace name; use lower-case letters, digits and - inside';
  return RESERVED_NAMESPACES.includes(namespace) ? 'it belongs to Kubernetes; use a namespace of your own' : undefined;
}

/** Which other workspaces one may read. */
function readsProblem(namespace: string, reads: readonly string[] = []): string | undefined {
  return namespacesProblem('reads', reads)
    ?? (reads.includes(namespace) ? `reads has ${namespace} itself; leave it out, for a workspace reads its own artifacts` : undefined);
}

/** Who comes in, what is reached, and what is waited for. */
function networkProblem(namespace: string, options: WorkspaceOptions): string | undefined {
  const { networkPolicies = true, private: isPrivate = false, drainsWaitForRuns = false, serversOpenTo = [] } = options;
  for (const [field, value] of Object.entries({ networkPolicies, private: isPrivate, drainsWaitForRuns })) {
    if (typeof value !== 'boolean') return `${field} is ${formatValue(value)}; give true or false`;
  }
  const problem = namespacesProblem('serversOpenTo', serversOpenTo);
  if (problem) return problem;
  if (serversOpenTo.includes(namespace)) return `serversOpenTo has ${namespace} itself; leave it out, for a workspace reaches its own Servers`;
  if (networkPolicies) return undefined;
  if (isPrivate) return 'private is true but networkPolicies is false, so nothing would keep it so; leave networkPolicies out';
  return serversOpenTo.length > 0 ? 'serversOpenTo is set but networkPolicies is false, so Servers are open to all; leave one of them out' : undefined;
}

function namespacesProblem(field: string, namespaces: readonly string[]): string | undefined {
  if (!Array.isArray(namespaces)) return `${field} is ${formatValue(namespaces)}; give a list of namespaces`;
  const wrong = namespaces.find((other) => typeof other !== 'string' || !isDns1123Label(other));
  if (wrong !== undefined) return `${field} has ${formatValue(wrong)}, which is not a valid namespace name; use lower-case letters, digits and - inside`;
  const twice = namespaces.find((other, index) => namespaces.indexOf(other) < index);
  return twice === undefined ? undefined : `${field} has ${twice} twice; name it once`;
}

/** A token would get into names and URLs, where nobody resolves it. */
export function checkPlain(props: unknown, known?: { readonly owner: string; readonly props: KnownProps }): void {
  if (typeof props !== 'object' || props === null) throw new Error(`props are ${formatValue(props)}; give an object`);
  const problem = (known && unknownProp(known.owner, props, known.props)) ?? tokenProblem(props);
  if (problem) throw new Error(problem);
}
