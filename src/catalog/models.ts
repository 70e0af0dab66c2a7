/**
 * Models whose facts are known, so that what they need can be computed before they are downloaded.
 *
 * Layers, heads and widths: their `config.json` as collected by NVIDIA AIConfigurator 0.12 (`model_configs`, Apache-2.0), 2026-11;
 * rows marked (m) are from the model's page, by memory. Bytes and licence: KAITO's `model_catalog.yaml`, 2026-11, the sum of the
 * files with weights. Parameters: vLLM's recipes, 2026-11.
 */
import type { FactsSpec, FullAttention, LatentAttention, RecurrentLayers, SlidingAttention } from '../api/facts';

const GIB = 2 ** 30;
const full = (layers: number, kvHeads: number, headDim: number): FullAttention => ({ kind: 'full', layers, kvHeads, headDim });
const sliding = (layers: number, kvHeads: number, [headDim, window]: [number, number]): SlidingAttention => ({ kind: 'sliding', layers, kvHeads, headDim, window });
const latent = (layers: number, width: number): LatentAttention => ({ kind: 'latent', layers, width });
const recurrent = (layers: number, stateValues: number, convChannels: number): RecurrentLayers => ({ kind: 'recurrent', layers, stateValues, convChannels, convKernel: 4 });

export const MODELS: readonly FactsSpec[] = [
  { name: 'HuggingFaceTB/SmolLM2-135M-Instruct', /* (m) */ parameters: 134.5e6, weightBytes: 0.25 * GIB, weights: 'bf16', contextLength: 8192, hiddenSize: 576, intermediateSize: 1536, vocabularySize: 49152, heads: 9, layers: [full(30, 3, 64)], licence: 'apache-2.0' },
  { name: 'HuggingFaceTB/SmolLM2-360M-Instruct', /* (m) */ parameters: 361.8e6, weightBytes: 0.67 * GIB, weights: 'bf16', contextLength: 8192, hiddenSize: 960, intermediateSize: 2560, vocabularySize: 49152, heads: 15, layers: [full(32, 5, 64)], licence: 'apache-2.0' },
  { name: 'HuggingFaceTB/SmolLM2-1.7B-Instruct', /* (m) */ parameters: 1.711e9, weightBytes: 3.19 * GIB, weights: 'bf16', contextLength: 8192, hiddenSize: 2048, intermediateSize: 8192, vocabularySize: 49152, heads: 32, layers: [full(24, 32, 64)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen2.5-0.5B-Instruct', /* (m) */ parameters: 494e6, weightBytes: 0.92 * GIB, weights: 'bf16', contextLength: 32768, hiddenSize: 896, intermediateSize: 4864, vocabularySize: 151936, heads: 14, layers: [full(24, 2, 64)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3-0.6B', parameters: 596e6, weightBytes: 1.4 * GIB, weights: 'bf16', contextLength: 40960, hiddenSize: 1024, intermediateSize: 3072, vocabularySize: 151936, heads: 16, layers: [full(28, 8, 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3-1.7B', parameters: 1.72e9, weightBytes: 3.78 * GIB, weights: 'bf16', contextLength: 40960, hiddenSize: 2048, intermediateSize: 6144, vocabularySize: 151936, heads: 16, layers: [full(28, 8, 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3-4B', parameters: 4.022e9, weightBytes: 7.49 * GIB, weights: 'bf16', contextLength: 40960, hiddenSize: 2560, intermediateSize: 9728, vocabularySize: 151936, heads: 32, layers: [full(36, 8, 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3-8B', parameters: 8.191e9, weightBytes: 15.26 * GIB, weights: 'bf16', contextLength: 40960, hiddenSize: 4096, intermediateSize: 12288, vocabularySize: 151936, heads: 32, layers: [full(36, 8, 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3-8B-AWQ', parameters: 8.191e9, weightBytes: 5.68 * GIB, weights: 'int4', contextLength: 40960, hiddenSize: 4096, intermediateSize: 12288, vocabularySize: 151936, heads: 32, layers: [full(36, 8, 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3-14B', parameters: 14.768e9, weightBytes: 27.51 * GIB, weights: 'bf16', contextLength: 40960, hiddenSize: 5120, intermediateSize: 17408, vocabularySize: 151936, heads: 40, layers: [full(40, 8, 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3-32B', parameters: 32.762e9, weightBytes: 61.02 * GIB, weights: 'bf16', contextLength: 40960, hiddenSize: 5120, intermediateSize: 25600, vocabularySize: 151936, heads: 64, layers: [full(64, 8, 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3-30B-A3B', parameters: 30.5e9, activeParameters: 3.3e9, weightBytes: 56.9 * GIB, weights: 'bf16', contextLength: 40960, hiddenSize: 2048, vocabularySize: 151936, heads: 32, layers: [full(48, 4, 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3-235B-A22B-FP8', parameters: 235e9, activeParameters: 22e9, weightBytes: 221 * GIB, weights: 'fp8', contextLength: 40960, hiddenSize: 4096, vocabularySize: 151936, heads: 64, layers: [full(94, 4, 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3.5-9B', parameters: 9e9, weightBytes: 17.98 * GIB, weights: 'bf16', contextLength: 262144, hiddenSize: 4096, vocabularySize: 248320, layers: [full(8, 4, 256), recurrent(24, 32 * 128 * 128, 2 * 16 * 128 + 32 * 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3.6-27B', parameters: 27e9, weightBytes: 51.75 * GIB, weights: 'bf16', contextLength: 262144, hiddenSize: 5120, intermediateSize: 17408, vocabularySize: 248320, heads: 24, layers: [full(16, 4, 256), recurrent(48, 48 * 128 * 128, 2 * 16 * 128 + 48 * 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3.8-27B', parameters: 27e9, weightBytes: 51.75 * GIB, weights: 'bf16', contextLength: 262144, hiddenSize: 5120, intermediateSize: 17408, vocabularySize: 248320, heads: 24, layers: [full(16, 4, 256), recurrent(48, 48 * 128 * 128, 2 * 16 * 128 + 48 * 128)], licence: 'apache-2.0' },
  { name: 'Qwen/Qwen3.6-35B-A3B', parameters: 35e9, activeParameters: 3e9, weightBytes: 66.97 * GIB, weights: 'bf16', contextLength: 262144, hiddenSize: 2048, vocabularySize: 248320, heads: 16, layers: [full(10, 2, 256), recurrent(30, 32 * 128 * 128, 2 * 16 * 128 + 32 * 128)], licence: 'apache-2.0' },
  { name: 'meta-llama/Llama-3.2-1B-Instruct', /* (m) */ parameters: 1.236e9, weightBytes: 2.3 * GIB, weights: 'bf16', contextLength: 131072, hiddenSize: 2048, intermediateSize: 8192, vocabularySize: 128256, heads: 32, layers: [full(16, 8, 64)], licence: 'llama3.2', gated: true },
  { name: 'meta-llama/Llama-3.1-8B', parameters: 8.03e9, weightBytes: 14.96 * GIB, weights: 'bf16', contextLength: 131072, hiddenSize: 4096, intermediateSize: 14336, vocabularySize: 128256, heads: 32, layers: [full(32, 8, 128)], licence: 'llama3.1', gated: true },
  { name: 'meta-llama/Llama-3.1-8B-Instruct', parameters: 8.03e9, weightBytes: 14.96 * GIB, weights: 'bf16', contextLength: 131072, hiddenSize: 4096, intermediateSize: 14336, vocabularySize: 128256, heads: 32, layers: [full(32, 8, 128)], licence: 'llama3.1', gated: true },
  { name: 'meta-llama/Llama-3.1-70B', parameters: 70.55e9, weightBytes: 131.42 * GIB, weights: 'bf16', contextLength: 131072, hiddenSize: 8192, intermediateSize: 28672, vocabularySize: 128256, heads: 64, layers: [full(80, 8, 128)], licence: 'llama3.1', gated: true },
  { name: 'meta-llama/Llama-3.1-70B-Instruct', parameters: 70.55e9, weightBytes: 131.42 * GIB, weights: 'bf16', contextLength: 131072, hiddenSize: 8192, intermediateSize: 28672, vocabularySize: 128256, heads: 64, layers: [full(80, 8, 128)], licence: 'llama3.1', gated: true },
  { name: 'meta-llama/Llama-3.3-70B-Instruct', parameters: 70.55e9, weightBytes: 131.42 * GIB, weights: 'bf16', contextLength: 131072, hiddenSize: 8192, intermediateSize: 28672, vocabularySize: 128256, heads: 64, layers: [full(80, 8, 128)], licence: 'llama3.3', gated: true },
  { name: 'meta-llama/Llama-2-70b-hf', /* (m) */ parameters: 68.98e9, weightBytes: 128.5 * GIB, weights: 'fp16', contextLength: 4096, hiddenSize: 8192, intermediateSize: 28672, vocabularySize: 32000, heads: 64, layers: [full(80, 8, 128)], licence: 'llama2', gated: true },
  { name: 'meta-llama/Llama-2-70b-chat-hf', /* (m) */ parameters: 68.98e9, weightBytes: 128.5 * GIB, weights: 'fp16', contextLength: 4096, hiddenSize: 8192, intermediateSize: 28672, vocabularySize: 32000, heads: 64, layers: [full(80, 8, 128)], licence: 'llama2', gated: true },
  { name: 'tiiuae/falcon-40b', /* (m) */ parameters: 41.84e9, weightBytes: 78.2 * GIB, weights: 'bf16', contextLength: 2048, hiddenSize: 8192, intermediateSize: 32768, vocabularySize: 65024, heads: 128, layers: [full(60, 8, 64)], licence: 'apache-2.0' },
  { name: 'tiiuae/falcon-40b-instruct', /* (m) */ parameters: 41.84e9, weightBytes: 78.2 * GIB, weights: 'bf16', contextLength: 2048, hiddenSize: 8192, intermediateSize: 32768, vocabularySize: 65024, heads: 128, layers: [full(60, 8, 64)], licence: 'apache-2.0' },
  { name: 'openai/gpt-oss-20b', parameters: 21e9, activeParameters: 3.6e9, weightBytes: 12.8 * GIB, weights: 'mxfp4', contextLength: 131072, hiddenSize: 2880, vocabularySize: 201088, heads: 64, layers: [full(12, 8, 64), sliding(12, 8, [64, 128])], licence: 'apache-2.0' },
  { name: 'openai/gpt-oss-120b', parameters: 117e9, activeParameters: 5.1e9, weightBytes: 60.8 * GIB, weights: 'mxfp4', contextLength: 131072, hiddenSize: 2880, vocabularySize: 201088, heads: 64, layers: [full(18, 8, 64), sliding(18, 8, [64, 128])], licence: 'apache-2.0' },
  { name: 'google/gemma-3-27b-it', /* (m) heads */ parameters: 27.4e9, weightBytes: 51.1 * GIB, weights: 'bf16', contextLength: 131072, hiddenSize: 5376, intermediateSize: 21504, vocabularySize: 262208, heads: 32, layers: [full(10, 16, 128), sliding(52, 16, [128, 1024])], licence: 'gemma', gated: true },
  { name: 'google/gemma-4-31B-it', parameters: 31e9, weightBytes: 58.25 * GIB, weights: 'bf16', contextLength: 262144, hiddenSize: 5376, intermediateSize: 21504, vocabularySize: 262144, heads: 32, layers: [full(10, 4, 512), sliding(50, 16, [256, 1024])], licence: 'apache-2.0' },
  { name: 'google/gemma-4-26B-A4B-it', parameters: 26e9, activeParameters: 4e9, weightBytes: 48.07 * GIB, weights: 'bf16', contextLength: 262144, hiddenSize: 2816, vocabularySize: 262144, heads: 16, layers: [full(5, 2, 512), sliding(25, 8, [256, 1024])], licence: 'apache-2.0' },
  { name: 'google/gemma-4-12B-it', /* the split of its layers: from a log of vLLM */ parameters: 12e9, weightBytes: 22.28 * GIB, weights: 'bf16', contextLength: 262144, hiddenSize: 3840, vocabularySize: 262144, layers: [full(8, 1, 512), sliding(40, 8, [256, 1024])], licence: 'apache-2.0' },
  { name: 'microsoft/phi-4', /* (m) heads */ parameters: 14.66e9, weightBytes: 27.3 * GIB, weights: 'bf16', contextLength: 16384, hiddenSize: 5120, intermediateSize: 17920, vocabularySize: 100352, heads: 40, layers: [full(40, 10, 128)], licence: 'mit' },
  { name: 'mistralai/Ministral-3-8B-Instruct-2512', /* (m) heads, context */ parameters: 8e9, weightBytes: 9.7 * GIB, weights: 'fp8', contextLength: 262144, hiddenSize: 4096, heads: 32, layers: [full(34, 8, 128)], licence: 'apache-2.0' },
  { name: 'ibm-granite/granite-4.1-8b', /* (m) heads, context */ parameters: 8e9, weightBytes: 16.38 * GIB, weights: 'bf16', contextLength: 131072, hiddenSize: 4096, heads: 32, layers: [full(40, 8, 128)], licence: 'apache-2.0' },
  { name: 'MiniMaxAI/MiniMax-M2.7', parameters: 230e9, activeParameters: 10e9, weightBytes: 214.3 * GIB, weights: 'fp8', contextLength: 204800, hiddenSize: 3072, vocabularySize: 200064, heads: 48, layers: [full(62, 8, 128)], licence: 'modified-mit' },
  { name: 'deepseek-ai/DeepSeek-R1-0528', parameters: 671e9, activeParameters: 37e9, weightBytes: 641.3 * GIB, weights: 'fp8', contextLength: 163840, hiddenSize: 7168, vocabularySize: 129280, heads: 128, layers: [latent(61, 512 + 64)], licence: 'mit' },
  { name: 'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', parameters: 31e9, activeParameters: 3e9, weightBytes: 58.82 * GIB, weights: 'bf16', contextLength: 262144, hiddenSize: 2688, vocabularySize: 131072, heads: 32, layers: [full(6, 2, 128), recurrent(23, 64 * 64 * 128, 64 * 64 + 2 * 8 * 128)], licence: 'nvidia-open-model-license' },
];

/** By their names in lower case. */
export const BY_NAME: ReadonlyMap<string, FactsSpec> = new Map(MODELS.map((model) => [model.name.toLowerCase(), model]));
