/** On which nodes of a machine room a pod runs: by the labels that the vendors' discovery gives them. Pure. */
import type { NodeSelectorRequirement, Toleration } from 'kubernetes-types/core/v1';
import { canonicalJson } from '../../api/digest';
import { ExpandError } from '../../api/expand-error';
import type { GpuPoolSpec, PlatformSpec } from '../../api/platform';
import { NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import type { GpuRequest, Placement } from '../cloud';
import { sharingOf } from '../labels';
import { gpuTolerations, requireNodes } from '../placement';
import { AMD_DEVICE_IDS, NVIDIA_PRODUCTS } from './products';

const AMD_DEVICE_ID = 'amd.com/gpu.device-id';

type Requirements = readonly NodeSelectorRequirement[];

/** Where no pool is declared: any node that discovery has found the GPU on, or where none is named, any that offers one. */
export function placeGpu(request: GpuRequest): Placement {
  const { gpu, sharing } = request;
  return placed(request, [gpu ? discovered(gpu.name, { sharing }) ?? [] : []]);
}

/** The nodes of any of the pools: by their own labels, by what discovery calls the GPU, or where no other offers its resource, by that. */
export function placePools(request: GpuRequest, pools: readonly GpuPoolSpec[], platform: PlatformSpec): Placement {
  const { tolerations = [], ...placement } = placed(request, pools.map((pool) => requirementsOf(pool, platform)));
  return { ...placement, tolerations: [...tolerations, ...tolerated(pools)] };
}

/** The taints that the pools are said to have. */
function tolerated(pools: readonly GpuPoolSpec[]): Toleration[] {
  const all = pools.flatMap(({ taints = {} }) => Object.entries(taints)).map(([key, value]) => ({ key, operator: 'Equal', value, effect: 'NoSchedule' }));
  return [...new Map(all.map((each) => [canonicalJson(each), each])).values()];
}

function requirementsOf(pool: GpuPoolSpec, platform: PlatformSpec): Requirements {
  const { name, gpu, nodeLabels } = pool;
  if (nodeLabels) return Object.entries(nodeLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  const found = discovered(gpu, { sharing: sharingOf(pool), resource: pool.resource });
  if (found) return found;
  const other = (platform.gpuPools ?? []).find((each) => each.gpu !== gpu && resourceOf(each, platform) === resourceOf(pool, platform));
  if (!other) return [];
  throw new ExpandError(`pool ${name} has ${gpu}, whose nodes nothing tells from those of pool ${other.name} with ${other.gpu}; `
    + `give addGpuPool('${name}') the nodeLabels of its nodes, for example { 'nvidia.com/gpu.product': 'NVIDIA-RTX-A6000' }`);
}

function resourceOf({ gpu, resource }: GpuPoolSpec, { gpus = [] }: PlatformSpec): string {
  const custom = gpus.find(({ name }) => name === gpu);
  return resource ?? custom?.resource ?? (gpu in AMD_DEVICE_IDS ? 'amd.com/gpu' : NVIDIA_GPU_RESOURCE);
}

interface Offer {
  readonly sharing?: string;
  /** The resource, where it is not that of the GPU. */
  readonly resource?: string;
}

/** By the labels of discovery; `undefined` for a GPU that it has no name for here. */
function discovered(gpu: string, offer: Offer): Requirements | undefined {
  const ids = AMD_DEVICE_IDS[gpu];
  if (ids) return [{ key: AMD_DEVICE_ID, operator: 'In', values: [...ids] }];
  const products = NVIDIA_PRODUCTS[gpu];
  return products && (offer.sharing === undefined ? whole(products) : shared(products, offer.sharing, offer.resource));
}

/** The exact name leaves out nodes whose GPUs are shared or divided: their names have a suffix, or they offer another resource. */
function whole(products: readonly string[]): Requirements {
  return [{ key: `${NVIDIA_GPU_RESOURCE}.product`, operator: 'In', values: [...products] }];
}

/**
 * Of MIG, the strategy `single` names its slices `nvidia.com/gpu`, `mixed` by their profile, and both label the nodes by that name. GPUs
 * that take turns keep the labels of `nvidia.com/gpu` under a new name too, without a suffix then.
 */
function shared(products: readonly string[], sharing: string, resource?: string): Requirements {
  const [, kind = '', of = ''] = /^(mig|time-slicing|mps)-(.*)$/.exec(sharing) ?? [];
  if (kind === 'mig') {
    return [{ key: `${resource ?? NVIDIA_GPU_RESOURCE}.product`, operator: 'In', values: products.map((product) => `${product}-MIG-${of}`) }];
  }
  const suffix = resource === undefined ? '-SHARED' : '';
  return [
    { key: `${NVIDIA_GPU_RESOURCE}.product`, operator: 'In', values: products.map((product) => `${product}${suffix}`) },
    { key: `${NVIDIA_GPU_RESOURCE}.replicas`, operator: 'In', values: [of] },
    { key: `${NVIDIA_GPU_RESOURCE}.sharing-strategy`, operator: 'In', values: [kind] },
  ];
}

/** Nodes that meet one of the lists of requirements; any node, where one of the lists is empty. */
function placed(request: GpuRequest, alternatives: readonly Requirements[]): Placement {
  const tolerations = gpuTolerations(request);
  const terms = [...new Map(alternatives.map((each) => [canonicalJson(each), each])).values()];
  if (terms.some((term) => term.length === 0)) return { tolerations };
  const [only, ...others] = terms;
  const isExact = only && others.length === 0 && only.every(({ values = [] }) => values.length === 1);
  if (isExact) return { nodeSelector: Object.fromEntries(only.map(({ key, values: [value = ''] = [] }) => [key, value])), tolerations };
  return { tolerations, affinity: requireNodes(...terms.map((term) => [...term])) };
}
