/**
 * Memory of a pod, not of its GPUs, that a program needs for a model.
 *
 * Computed from what the programs do (src/runtimes/programs, llama-quant.cpp of llama.cpp, the sequential pipeline of llm-compressor 0.14)
 * and not measured: a request is derived from it, and nothing is refused for it but what is certain.
 */
import type { FactsSpec } from '../api/facts';
import { type ServedAdapters, waitingPart } from './adapters';
import { type Fit, type FitPart, gib, GIB } from './fit';
import { cacheLayout, concurrencyIn, longestIn } from './kv-cache';
import { type ServingFit, SHORTEST_CONTEXT } from './serving';
import { trainableParameters } from './training';

/** Python with PyTorch, and the rows that are read ahead; with CUDA it is more. */
const PROGRAM_GIB = 2;
const CUDA_PROGRAM_GIB = 4;
/** vLLM on a CPU: its processes, what is compiled, and activations. */
const VLLM_GIB = 5;
/** Part of a request that a program should take at most. */
const FILLED = 0.9;
/** Files of weights on a hub have this many bytes at most, by convention. */
const FILE_BYTES = 5e9;

/** What a training does in the memory of its pod. */
export interface TrainingMemory {
  readonly method: 'full' | 'lora' | 'qlora';
  /** Whether the adapter is merged into the model when it is trained. */
  readonly merges: boolean;
  readonly gpus: number;
  /** Whether the GPUs hold the weights together that an adapter is trained on; each process then loads them all first. */
  readonly isDivided: boolean;
  readonly batchSize: number;
  readonly maxLength: number;
  readonly loraRank: number;
}

/** What a training takes of the memory of its pod. */
export function trainingMemory(facts: FactsSpec, options: TrainingMemory): FitPart[] {
  const { method, merges, gpus, isDivided } = options;
  const program = { name: 'program', gib: gpus === 0 ? PROGRAM_GIB : CUDA_PROGRAM_GIB };
  if (gpus === 0) return [...cpuTrainingParts(facts, options), program];
  if (isDivided) return [{ name: 'weights, once for each GPU', gib: gpus * facts.weightBytes / GIB }, program];
  /* Adapters are merged by the CPU, into the weights as they are stored. */
  if (method !== 'full') return merges ? [{ name: 'weights to merge into', gib: facts.weightBytes / GIB }, program] : [program];
  return gpus > 1 ? [{ name: 'weights of all GPUs', gib: 6 * facts.parameters / GIB }, program] : [program];
}

/** In float32, and without gradient checkpointing: 34 numbers of 16 bits of a token and layer (https://arxiv.org/abs/2205.05198). */
function cpuTrainingParts(facts: FactsSpec, { method, batchSize, maxLength, loraRank }: TrainingMemory): FitPart[] {
  const { parameters, hiddenSize, vocabularySize = 0, layers = [] } = facts;
  const tokens = batchSize * maxLength;
  const depth = layers.reduce((sum, each) => sum + each.layers, 0);
  const states = method === 'full' ? 16 * parameters : 4 * parameters + 16 * trainableParameters(facts, loraRank);
  return [
    { name: 'weights, gradients and optimizer', gib: states / GIB },
    { name: 'activations', gib: (2 * 34 * depth * hiddenSize + 8 * vocabularySize) * tokens / GIB },
  ];
}

/** What a quantizer does in the memory of its pod. */
export interface QuantizingMemory {
  readonly quantizer: string;
  readonly hasGpu: boolean;
  /** Rows that are looked at, and tokens of each; absent: the weights are rounded file by file. */
  readonly calibration?: { readonly samples: number; readonly length: number };
}

/** What a quantizer takes of the memory of its pod. */
export function quantizingMemory(facts: FactsSpec, { quantizer, hasGpu, calibration }: QuantizingMemory): FitPart[] {
  const { weightBytes, hiddenSize, vocabularySize = 0 } = facts;
  if (quantizer === 'gguf') {
    /* A tensor at a time: as it is, in float32, and room for the result. The largest is that of the vocabulary. */
    return [{ name: 'the largest tensor', gib: 10 * vocabularySize * hiddenSize / GIB }, { name: 'program', gib: 1 }];
  }
  const program = { name: 'program', gib: hasGpu ? CUDA_PROGRAM_GIB : PROGRAM_GIB };
  if (!calibration) return [{ name: 'a file of weights, before and after', gib: 2 * Math.min(weightBytes, FILE_BYTES) / GIB }, program];
  const { samples, length } = calibration;
  return [
    { name: 'weights', gib: weightBytes / GIB }, { name: 'calibration', gib: 2 * samples * length * hiddenSize / GIB }, program,
  ];
}

/** Whole GiB to ask for, so that the parts fill no more than nine tenths. */
export function requestFor(parts: readonly FitPart[]): number {
  return Math.ceil(sumOf(parts) / FILLED);
}

/** The memory of a pod. */
export interface PodMemory {
  readonly gib: number;
  /** Whether it is a limit, over which the pod ends; else it is what the pod asks for. */
  readonly isLimit: boolean;
}

/** Whether the parts, which are the most that is taken, are in the memory of the pod. What `parts` begins with is taken in any case. */
export function memoryFit(what: string, parts: readonly FitPart[], { gib: memoryGiB, isLimit }: PodMemory): Fit {
  const needed = sumOf(parts);
  const reason = `${what} in the memory of its pod: up to ${gib(needed)} of ${gib(memoryGiB)} GiB`;
  const [{ gib: certain } = { gib: 0 }] = parts;
  const verdict = needed <= memoryGiB ? 'fits' : isLimit && certain > memoryGiB ? 'no' : 'unknown';
  return { verdict, reason, usableGiB: memoryGiB, parts };
}

/** How vLLM serves a model without a GPU. */
export interface CpuServing {
  /** Memory for the cache of keys and values. */
  readonly cacheGiB: number;
  readonly contextLength?: number;
  readonly memory: PodMemory;
  /** Adapters that are served beside the model. Default: there are none. */
  readonly adapters?: ServedAdapters;
}

/** What vLLM takes of the memory of its pod, without a GPU. */
export function cpuServingMemory(facts: FactsSpec, cacheGiB: number, adapters?: ServedAdapters): FitPart[] {
  return [
    { name: 'weights', gib: facts.weightBytes / GIB }, { name: 'cache', gib: cacheGiB }, { name: 'vLLM', gib: VLLM_GIB },
    ...(adapters ? [waitingPart(facts, adapters)] : []),
  ];
}

/** Whether vLLM can serve a model without a GPU: with which length, and in which memory. */
export function cpuServingFit(facts: FactsSpec, { cacheGiB, contextLength, memory, adapters }: CpuServing): ServingFit {
  const parts = cpuServingMemory(facts, cacheGiB, adapters);
  const fit = memoryFit(facts.name, parts, memory);
  if (!facts.layers) return { verdict: 'unknown', reason: `what ${facts.name} keeps of a token is not known`, usableGiB: memory.gib, parts };
  if (fit.verdict === 'no') return fit;
  const layout = cacheLayout(facts.layers, { bytes: 2, tensorParallel: 1, inFlightTokens: CPU_TOKENS });
  const wanted = contextLength ?? facts.contextLength;
  const longest = longestIn(cacheGiB * GIB, wanted, layout);
  if (longest < Math.min(contextLength ?? SHORTEST_CONTEXT, wanted)) {
    const reason = `${facts.name} without a GPU: its cache of ${gib(cacheGiB)} GiB holds ${longest} tokens, not ${contextLength ?? SHORTEST_CONTEXT}`;
    return { ...fit, verdict: 'no', reason, contextLength: longest };
  }
  const concurrency = concurrencyIn(cacheGiB * GIB, longest, layout);
  const held = `its cache of ${gib(cacheGiB)} GiB holds ${concurrency.toFixed(1)} requests of ${longest} tokens at once`;
  const verdict = fit.verdict === 'fits' && longest < wanted ? 'tight' : fit.verdict;
  return { ...fit, verdict, reason: `${fit.reason}; ${held}`, contextLength: longest, concurrency };
}

/** Tokens that are computed at once on a CPU, in the two steps that are under way. */
const CPU_TOKENS = 2 * 2048;

function sumOf(parts: readonly FitPart[]): number {
  return parts.reduce((sum, part) => sum + part.gib, 0);
}
