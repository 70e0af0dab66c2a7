/** What becomes of the facts of a model when it is quantized. */
import type { FactsSpec, WeightFormat } from '../api/facts';
import { ggufBytes } from './llama-cpp';

interface Quantized {
  readonly weights: WeightFormat;
  /** Bytes of a weight in a linear layer, with the scales of its group. */
  readonly bytes: number;
}

/** By quantizer, with its groups: llm-compressor 0.14, schemes FP8_DYNAMIC, W8A8, W4A16 (groups of 128) and NVFP4 (groups of 16). */
const QUANTIZED: Readonly<Record<string, Quantized>> = {
  fp8: { weights: 'fp8', bytes: 1 },
  int8: { weights: 'int8', bytes: 1 },
  int4: { weights: 'int4', bytes: 0.52 },
  nvfp4: { weights: 'nvfp4', bytes: 0.57 },
};

/**
 * The facts of a model after a quantizer: embeddings and output keep 16 bits.
 *
 * @param type the type of GGUF, of the quantizer `gguf`
 * @returns `undefined` for a quantizer or type that is not known
 */
export function quantizedFacts(facts: FactsSpec, quantizer: string, type?: string): FactsSpec | undefined {
  if (quantizer === 'gguf') {
    const weightBytes = type === undefined ? undefined : ggufBytes(facts, type);
    return weightBytes === undefined ? undefined : { ...facts, weights: 'gguf', weightBytes };
  }
  const quantized = Object.hasOwn(QUANTIZED, quantizer) ? QUANTIZED[quantizer] : undefined;
  if (!quantized) return undefined;
  const { parameters, vocabularySize = 0, hiddenSize } = facts;
  const embeddings = Math.min(parameters, 2 * vocabularySize * hiddenSize);
  return { ...facts, weights: quantized.weights, weightBytes: 2 * embeddings + quantized.bytes * (parameters - embeddings) };
}
