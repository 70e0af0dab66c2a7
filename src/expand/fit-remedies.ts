/** What to change where something cannot fit. */
import type { FactsSpec } from '../api/facts';
import type { PlatformSpec } from '../api/platform';
import type { Resource, ServerSpec } from '../api/resource';
import type { GpuModel } from '../catalog/gpus';
import { formatProblem } from '../runtimes';
import { quantizedFacts } from '../sizing/quantizing';
import { stageProblem } from '../sizing/stages';
import { fitOf } from './fit';
import { gpuOf, gpuRequestOf } from './gpus';
import { groupProblem } from './lws';
import { CPU_CONTEXT } from './pod-memory';
import { noPoolFor } from './pools';

/** One change, and what the resource and its model would then be. */
interface Remedy {
  /** Of one kind, the first that helps is told. */
  readonly kind: 'length' | 'cache' | 'batch' | 'method' | 'count' | 'gpu' | 'nodes' | 'stages' | 'memory' | 'weights';
  readonly words: string;
  readonly spec?: Partial<Resource['spec']>;
  readonly facts?: FactsSpec;
}

/** How many are told. */
const TOLD = 2;

/** Why it cannot fit, with the smallest changes that would; `undefined` if it can, or if that is not known. */
export function fitProblem(resource: Resource, facts: FactsSpec, platform: PlatformSpec): string | undefined {
  const fit = fitOf(resource, facts, platform);
  if (fit?.verdict !== 'no') return undefined;
  const helps = ({ spec, facts: changed = facts }: Remedy): boolean => {
    const changedFit = fitOf({ ...resource, spec: { ...resource.spec, ...spec } } as Resource, changed, platform);
    return changedFit?.verdict === 'fits' || (changedFit?.verdict === 'tight' && !changedFit.isAtBest);
  };
  const helping = remedies(resource, facts, platform).filter(helps);
  const firsts = helping.filter(({ kind }, index) => helping.findIndex((other) => other.kind === kind) === index);
  const found = firsts.slice(0, TOLD).map(({ words }) => words);
  return `${fit.reason}; ${found.length > 0 ? found.join(', or ') : 'use a smaller model, or a platform with larger GPUs'}`;
}

/** What may help, the smallest change first. */
function remedies({ spec }: Resource, facts: FactsSpec, platform: PlatformSpec): Remedy[] {
  const gpu = gpuRequestOf(spec.resources, platform)?.gpu;
  const place = gpu ? [
    ...fewerStages(spec, facts), ...fewerGpus(spec, facts), ...otherGpus(spec, gpu, platform),
    ...moreNodes(spec, platform), ...smaller(spec, facts, gpu),
  ] : [];
  return [...shorter(spec, facts), ...moreCache(spec), ...lighter(spec), ...place, ...moreMemory(spec)];
}

/** As many GPUs as can share the heads of the model. */
function fewerGpus({ resources, params = {} }: Resource['spec'], { heads = 0 }: FactsSpec): Remedy[] {
  const { tensorParallel, ...rest } = params;
  const count = resources?.gpu?.count ?? 1;
  const fewer = Array.from({ length: count - 1 }, (_, index) => count - 1 - index).filter((each) => heads % each === 0);
  const words = (each: number): string => `set gpuCount to ${each}${tensorParallel === undefined ? '' : ' and leave tensorParallel out'}`;
  const by = (each: number): Remedy => ({
    kind: 'count', words: words(each), spec: { params: rest, resources: { ...resources, gpu: { ...resources?.gpu, count: each } } },
  });
  return heads % count === 0 ? [] : fewer.map(by);
}

/** No more stages than the model has layers: on fewer nodes, or with each layer on more GPUs. */
function fewerStages(spec: Resource['spec'], facts: FactsSpec): Remedy[] {
  const { nodes = 1, resources, params = {} } = spec as ServerSpec;
  const count = resources?.gpu?.count ?? 1;
  const shared = Number(params.tensorParallel ?? 0) || count;
  const isTooMany = (many: number, each: number): boolean => stageProblem(facts, many * count / each) !== undefined;
  if (nodes === 1 || !isTooMany(nodes, shared)) return [];
  const fewer = Array.from({ length: nodes - 1 }, (_, index) => nodes - 1 - index).find((each) => !isTooMany(each, shared));
  const wider = Array.from({ length: count }, (_, index) => index + 1)
    .filter((each) => each > shared && count % each === 0 && !isTooMany(nodes, each));
  return [
    ...(fewer === undefined ? [] : [{ kind: 'nodes' as const, words: nodesWords(fewer), spec: { nodes: fewer } as Partial<ServerSpec> }]),
    ...wider.map(String).map((each) => ({ kind: 'stages' as const, words: `set tensorParallel to ${each}`, spec: { params: { ...params, tensorParallel: each } } })),
  ];
}

function nodesWords(most: number): string {
  return most === 1 ? 'leave nodes out' : `set nodes to ${most} or fewer`;
}

/** A context that the model was made for, of half the length, and so on. */
function shorter({ runtime, resources, params = {} }: Resource['spec'], { contextLength }: FactsSpec): Remedy[] {
  const name = runtime?.name === 'llama-cpp' ? 'contextLength' : 'maxModelLen';
  const length = Number(params[name] ?? (runtime?.name === 'llama-cpp' && !resources?.gpu ? CPU_CONTEXT : 0));
  const most = Math.min(contextLength, length);
  const lengths = [1, 2, 4, 8, 16].map((part) => Math.floor(most / part)).filter((each) => each > 0 && each < length).map(String);
  return lengths.map((each) => ({ kind: 'length', words: `set ${name} to ${each}`, spec: { params: { ...params, [name]: each } } }));
}

/** More memory for the cache of vLLM, which a pod without a GPU is told. */
function moreCache({ runtime, resources, params = {} }: Resource['spec']): Remedy[] {
  if (runtime?.name !== 'vllm' || resources?.gpu) return [];
  return [8, 16, 32, 64].map((gib) => ({ kind: 'cache', words: `set cpuCacheGiB to ${gib}`, spec: { params: { ...params, cpuCacheGiB: String(gib) } } }));
}

/** Training that needs less. */
function lighter({ runtime, params = {} }: Resource['spec']): Remedy[] {
  if (runtime?.name !== 'sft' && runtime?.name !== 'dpo') return [];
  const { batchSize = '1', method = 'lora' } = params;
  const single = Number(batchSize) > 1 ? [{ kind: 'batch' as const, words: 'set batchSize to 1', spec: { params: { ...params, batchSize: '1' } } }] : [];
  const methods = method === 'full' ? ['lora', 'qlora'] : method === 'lora' ? ['qlora'] : [];
  const by = (name: string): Remedy => ({ kind: 'method', words: `set method to ${name}`, spec: { params: { ...params, method: name } } });
  return [...single, ...methods.map(by)];
}

/** More GPUs of a node, or others, as far as the platform has them. */
function otherGpus({ resources }: Resource['spec'], { name }: GpuModel, platform: PlatformSpec): Remedy[] {
  const count = resources?.gpu?.count ?? 1;
  const types = [...new Set((platform.gpuPools ?? []).map((pool) => pool.gpu))].filter((type) => type !== name);
  const asked = [
    ...[2, 4, 8].filter((more) => more > count).map((more) => ({ type: name, count: more, kind: 'count' as const, words: `set gpuCount to ${more}` })),
    ...types.map((type) => ({ type, count, kind: 'gpu' as const, words: `use ${type}` })),
  ];
  return asked.filter(({ type, count: wanted }) => {
    const gpu = gpuOf(type, platform);
    return gpu !== undefined && noPoolFor({ gpu, count: wanted }, platform) === undefined;
  }).map(({ kind, words, type, count: wanted }) => ({ kind, words, spec: { resources: { ...resources, gpu: { type, count: wanted } } } }));
}

/** More nodes of the same kind, where the cluster has what it takes. */
function moreNodes(spec: Resource['spec'], platform: PlatformSpec): Remedy[] {
  const { nodes = 1 } = spec as ServerSpec;
  if (spec.runtime?.name !== 'vllm' || !platform.leaderWorkerSet) return [];
  return [2, 3, 4, 6, 8].filter((more) => more > nodes && groupProblem({ spec: { ...spec, nodes: more } }, platform) === undefined)
    .map((more) => ({ kind: 'nodes', words: `set nodes to ${more}`, spec: { nodes: more } as Partial<Resource['spec']> }));
}

/** More memory for the pod, where the program computes in it. */
function moreMemory({ runtime, resources }: Resource['spec']): Remedy[] {
  if (runtime?.name !== 'llama-cpp' && resources?.gpu) return [];
  const { limits } = resources ?? {};
  const [field, more] = limits?.memory === undefined
    ? ['memory', (memory: number) => ({ ...resources, memory })] as const
    : ['limits.memory', (memory: number) => ({ ...resources, limits: { ...limits, memory } })] as const;
  return [8, 16, 32, 64, 128, 256].map((gib) => ({ kind: 'memory', words: `set resources.${field} to ${gib} GiB`, spec: { resources: more(gib) } }));
}

/** Weights of fewer bits, which the GPU computes with. */
function smaller({ runtime }: Resource['spec'], facts: FactsSpec, gpu: GpuModel): Remedy[] {
  if (runtime?.name !== 'vllm' || !['bf16', 'fp16', 'fp32'].includes(facts.weights)) return [];
  return ['fp8', 'int8', 'int4'].filter((name) => formatProblem(name, gpu) === undefined).flatMap((name) => {
    const changed = quantizedFacts(facts, name);
    return changed ? [{ kind: 'weights' as const, words: `quantize the model to ${name}`, facts: changed }] : [];
  });
}
