/** Whether llama.cpp can serve a model in GGUF: on GPUs, or in the memory of a pod. */
import type { FactsSpec } from '../api/facts';
import { type Fit, type FitPart, gib, GIB } from './fit';
import { bytesPerToken } from './kv-cache';

/**
 * Bits of a weight by type of GGUF, scales included, embeddings and output as llama.cpp 11223 leaves them.
 *
 * `llama-quantize --help` for Llama-3.1-8B: its GiB by its weights.
 */
export const GGUF_BITS: Readonly<Record<string, number>> = {
  F16: 16, BF16: 16, Q8_0: 8.5, Q6_K: 6.56, Q5_K_M: 5.7, Q5_K_S: 5.57, Q4_K_M: 4.89, Q4_K_S: 4.67, Q4_0: 4.66, Q3_K_M: 4, Q2_K: 3.16,
};

export interface LlamaCppOptions {
  /** Memory that it may take, in GiB: of all GPUs together, or of the pod. */
  readonly memoryGiB: number;
  /** Where that is, for people: `on 2 nvidia-l4`, `in the memory of its pod`. */
  readonly where: string;
  /** Tokens of the cache, which the requests that are answered at once share. */
  readonly contextLength: number;
  /** Memory for prompts that were answered, which is that of the pod. Default: none of `memoryGiB`. */
  readonly promptCacheGiB?: number;
}

/** Program, graph and buffers of the computation. */
const BUFFERS_GIB = 0.8;
const CACHE_BYTES = 2;
const TIGHT = 0.9;

/** Bytes of the file that a model becomes by a type of GGUF; `undefined` for a type that is not in the table. */
export function ggufBytes({ parameters }: Pick<FactsSpec, 'parameters'>, type: string): number | undefined {
  const bits = Object.hasOwn(GGUF_BITS, type) ? GGUF_BITS[type] : undefined;
  return bits === undefined ? undefined : parameters * bits / 8;
}

/** What llama.cpp takes of the memory, of GPUs or of the pod. */
export function llamaCppParts(facts: FactsSpec, { contextLength, promptCacheGiB = 0 }: Omit<LlamaCppOptions, 'memoryGiB' | 'where'>): FitPart[] {
  return [
    { name: 'weights', gib: facts.weightBytes / GIB },
    { name: `cache of ${contextLength} tokens`, gib: cacheBytesOf(facts, contextLength) / GIB },
    { name: 'buffers', gib: BUFFERS_GIB },
    ...(promptCacheGiB > 0 ? [{ name: 'prompts that were answered', gib: promptCacheGiB }] : []),
  ];
}

/** Whether llama.cpp can serve a model in GGUF. */
export function llamaCppFit(facts: FactsSpec, { memoryGiB, where, ...options }: LlamaCppOptions): Fit {
  const parts = llamaCppParts(facts, options);
  if (!facts.layers) {
    const known = parts.filter(({ name }) => !name.startsWith('cache'));
    return { verdict: 'unknown', reason: `what ${facts.name} keeps of a token is not known`, usableGiB: memoryGiB, parts: known };
  }
  const needed = parts.reduce((sum, part) => sum + part.gib, 0);
  const reason = `${facts.name} with ${options.contextLength} tokens ${where}: ${gib(needed)} of ${gib(memoryGiB)} GiB`;
  return { verdict: needed > memoryGiB ? 'no' : needed > TIGHT * memoryGiB ? 'tight' : 'fits', reason, usableGiB: memoryGiB, parts };
}

function cacheBytesOf({ layers = [] }: FactsSpec, tokens: number): number {
  return layers.reduce((sum, layer) => {
    if (layer.kind === 'recurrent') return sum + layer.layers * layer.stateValues * 4;
    const kept = layer.kind === 'sliding' ? Math.min(tokens, layer.window) : tokens;
    return sum + layer.layers * kept * bytesPerToken(layer, { bytes: CACHE_BYTES, tensorParallel: 1 });
  }, 0);
}
