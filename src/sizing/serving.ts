/**
 * Whether vLLM can serve a model on GPUs of a node, or of several, with how long requests, and how many of them at once.
 *
 * What the cache gets is what vLLM leaves it: its share of the memory, less the weights, less what it needs itself (`RESERVES`).
 */
import type { FactsSpec } from '../api/facts';
import { type GpuMemory, mostUsableGiB, usableGiB } from '../catalog/gpu-memory';
import { type ServedAdapters, slotsPart } from './adapters';
import { type Fit, type FitPart, gib, GIB } from './fit';
import { cacheLayout, type CacheLayout, concurrencyIn, longestIn } from './kv-cache';
import { layersOfStage, stageProblem, stageWeightBytes } from './stages';

export interface ServingOptions {
  readonly gpu: GpuMemory;
  /** GPUs that share each layer. */
  readonly tensorParallel: number;
  /** Stages that the layers are divided into, each on GPUs of its own. Default: 1. */
  readonly pipelineParallel?: number;
  /** Nodes that the GPUs are on, as many on each. Default: 1. */
  readonly nodes?: number;
  /** Most tokens of a request and its answer; absent: the most that fit, up to what the model was made for. */
  readonly contextLength?: number;
  /** Fraction of the memory that vLLM uses. Default: vLLM's 0.92. */
  readonly memoryUtilization?: number;
  /** Bytes of a number in the cache. Default: 2. */
  readonly cacheBytes?: 1 | 2;
  /** Adapters that are served beside the model. Default: there are none. */
  readonly adapters?: ServedAdapters;
}

export interface ServingFit extends Fit {
  /** Most tokens of a request and its answer that fit; at most what was asked for, or what the model was made for. */
  readonly contextLength?: number;
  /** Requests of that length that fit at once. */
  readonly concurrency?: number;
  /** Tokens that the cache holds. */
  readonly cacheTokens?: number;
}

const UTILIZATION = 0.92;
/** Room beyond one request of full length that tells `fits` from `tight`. */
export const MARGIN = 1.1;
/** The shortest context that is worth serving. */
export const SHORTEST_CONTEXT = 2048;

/** GPUs with less memory compute fewer tokens at once, and have smaller buffers. */
const SMALL_GIB = 48;

/** Total parameters from which a mixture of experts needs the larger reserve. */
const LARGE_EXPERTS = 100e9;

/**
 * GiB of each GPU that vLLM needs beside weights and cache: CUDA, communication, activations, graphs.
 *
 * Fitted to logs of vLLM 0.10 to 0.33 in public issues: 2.4 on 24 GB, 3.05 on 80 GB, 4.84 on each of two GPUs, 7 to 8.4 for gpt-oss-120b
 * and Qwen3-235B.
 */
function reserveGiB({ activeParameters, parameters }: FactsSpec, tensorParallel: number, usable: number): number {
  if (activeParameters !== undefined && parameters >= LARGE_EXPERTS) return 9;
  if (tensorParallel > 1) return 6;
  return usable < SMALL_GIB ? 2.5 : 3.5;
}

/**
 * The least GiB of each GPU that vLLM was seen to need beside weights and cache: 0.6 on 24 GB with 16 GPUs
 * (https://github.com/vllm-project/vllm/pull/14447), before graphs were counted, and 3.05 on 80 GB.
 */
function leastReserveGiB({ activeParameters, parameters }: FactsSpec, usable: number): number {
  if (usable < SMALL_GIB) return 1;
  return activeParameters !== undefined && parameters >= LARGE_EXPERTS ? 7 : 2.5;
}

/** Tokens that vLLM computes at once by default, in the two steps that are under way. */
function inFlightTokens({ name }: ServingOptions['gpu'], usable: number): number {
  if (usable >= 160) return 2 * 16384;
  return usable >= 70 && !name.startsWith('nvidia-a100') ? 2 * 8192 : 2 * 2048;
}

/** Whether vLLM can serve a model on `tensorParallel` GPUs. */
export function servingFit(facts: FactsSpec, options: ServingOptions): ServingFit {
  const usable = usableGiB(options.gpu);
  const usual = fitIn(facts, options, { usable, reserve: reserveGiB(facts, options.tensorParallel, usable) });
  if (usual.verdict !== 'no') return usual;
  const most = mostUsableGiB(options.gpu);
  const best = fitIn(facts, options, { usable: most, reserve: leastReserveGiB(facts, most) });
  return best.verdict === 'no' ? usual : { ...best, verdict: 'tight', isAtBest: true, reason: `${best.reason}, at best` };
}

interface Memory {
  /** Of one GPU, in GiB. */
  readonly usable: number;
  readonly reserve: number;
}

function fitIn(facts: FactsSpec, options: ServingOptions, memory: Memory): ServingFit {
  const { usable } = memory;
  const parts = partsOf(facts, options, memory);
  const problem = shareProblem(facts, options.tensorParallel) ?? stageProblem(facts, options.pipelineParallel);
  if (problem) return { verdict: 'no', reason: problem, usableGiB: usable, parts };
  if (!facts.layers) return { verdict: 'unknown', reason: `what ${facts.name} keeps of a token is not known`, usableGiB: usable, parts };
  const { tensorParallel, pipelineParallel, cacheBytes = 2 } = options;
  const layers = layersOfStage(facts.layers, pipelineParallel);
  const layout = cacheLayout(layers, { bytes: cacheBytes, tensorParallel, inFlightTokens: inFlightTokens(options.gpu, usable) });
  return { usableGiB: usable, parts, ...lengthFit(facts, options, { cacheGiB: cacheOf(parts, usable), layout }) };
}

/** Why the heads of a model cannot be shared by so many GPUs; `undefined` if they can, or are not known. */
export function shareProblem({ name, heads }: Pick<FactsSpec, 'name' | 'heads'>, gpus: number): string | undefined {
  if (heads === undefined || heads % gpus === 0) return undefined;
  const divisors = Array.from({ length: gpus }, (_, index) => index + 1).filter((count) => heads % count === 0);
  return `${name} has ${heads} heads, which ${gpus} GPUs cannot share, but ${divisors.at(-1)} can`;
}

function partsOf(facts: FactsSpec, options: ServingOptions, { usable, reserve }: Memory): FitPart[] {
  const { tensorParallel, pipelineParallel, memoryUtilization = UTILIZATION, adapters } = options;
  return [
    { name: 'weights', gib: stageWeightBytes(facts, pipelineParallel) / GIB / tensorParallel },
    ...(adapters === undefined ? [] : [slots(facts, adapters, tensorParallel)]),
    { name: 'vLLM', gib: reserve },
    { name: 'left to others', gib: usable * (1 - memoryUtilization) },
  ];
}

function slots(facts: FactsSpec, adapters: ServedAdapters, gpus: number): FitPart {
  const part = slotsPart(facts, adapters);
  return { ...part, gib: part.gib / gpus };
}

function cacheOf(parts: readonly FitPart[], usable: number): number {
  return parts.reduce((left, part) => left - part.gib, usable);
}

interface Cache {
  readonly cacheGiB: number;
  readonly layout: CacheLayout;
}

/** `one nvidia-l4`, `8 nvidia-h100`, `2 nodes of 8 nvidia-h100`. */
function placeOf({ gpu, tensorParallel, pipelineParallel = 1, nodes = 1 }: ServingOptions): string {
  const count = tensorParallel * pipelineParallel / nodes;
  return `${nodes === 1 ? '' : `${nodes} nodes of `}${count === 1 ? 'one' : count} ${gpu.name}`;
}

function lengthFit(facts: FactsSpec, options: ServingOptions, { cacheGiB, layout }: Cache): Omit<ServingFit, 'parts'> {
  const { contextLength } = options;
  const wanted = contextLength ?? facts.contextLength;
  const longest = longestIn(cacheGiB * GIB, wanted, layout);
  const where = placeOf(options);
  if (longest < Math.min(contextLength ?? SHORTEST_CONTEXT, wanted)) {
    const have = cacheGiB <= 0 ? 'the weights leave no memory for its cache' : `its cache of ${gib(cacheGiB)} GiB holds ${longest} tokens, not ${contextLength ?? SHORTEST_CONTEXT}`;
    return { verdict: 'no', reason: `${facts.name} on ${where}: ${have}`, contextLength: longest };
  }
  const others = longest > facts.contextLength ? ', more' : longest < facts.contextLength ? ', fewer' : undefined;
  const made = others === undefined ? '' : `${others} than the ${facts.contextLength} that it was made for`;
  const concurrency = concurrencyIn(cacheGiB * GIB, longest, layout);
  const room = concurrencyIn(cacheGiB * GIB, wanted, layout);
  return {
    verdict: room >= MARGIN ? 'fits' : 'tight',
    reason: `${facts.name} on ${where}: ${gib(cacheGiB)} GiB for the cache, ${concurrency.toFixed(1)} requests of ${longest} tokens at once${made}`,
    contextLength: longest,
    concurrency,
    cacheTokens: Math.floor(concurrency * longest),
  };
}
