/** The cache against what vLLM logged, as it stands in public issues: "Maximum concurrency", "GPU KV cache size". */
import type { LayersSpec } from '../../src/api/facts';
import { factsNamed } from '../../src/catalog/known-models';
import { cacheLayout, concurrencyIn, longestIn, type CacheOptions } from '../../src/sizing/kv-cache';

const GIB = 2 ** 30;
const BF16: CacheOptions = { bytes: 2, tensorParallel: 1, inFlightTokens: 16384 };

function layersOf(name: string): readonly LayersSpec[] {
  const layers = factsNamed(name)?.layers;
  if (!layers) throw new Error(`${name} has no layers`);
  return layers;
}

interface Logged {
  readonly name: string;
  readonly model: string;
  readonly options: CacheOptions;
  readonly cacheGiB: number;
  readonly length: number;
  /** Tokens: requests at once × length. */
  readonly tokens: number;
  /** Fraction that the prediction may be off. */
  readonly within: number;
}

const LOGGED: readonly Logged[] = [
  { name: 'MiniMax-M2.7 TP2', model: 'MiniMaxAI/MiniMax-M2.7', options: { ...BF16, tensorParallel: 2 }, cacheGiB: 28.74, length: 196_608, tokens: 240_816, within: 0.03 },
  { name: 'MiniMax-M2.7 TP2, one request', model: 'MiniMaxAI/MiniMax-M2.7', options: { ...BF16, tensorParallel: 2 }, cacheGiB: 23.25, length: 196_608, tokens: 196_608, within: 0.0001 },
  { name: 'Qwen3-235B-A22B-FP8 TP4', model: 'Qwen/Qwen3-235B-A22B-FP8', options: { ...BF16, tensorParallel: 4 }, cacheGiB: 8.11, length: 40_960, tokens: 178_880, within: 0.03 },
  { name: 'Qwen3.6-35B-A3B, fp8 cache', model: 'Qwen/Qwen3.6-35B-A3B', options: { bytes: 1, tensorParallel: 1, inFlightTokens: 4096 }, cacheGiB: 5.98, length: 131_072, tokens: 4.33 * 131_072, within: 0.005 },
  { name: 'Qwen3.8-27B TP2, fp8 cache', model: 'Qwen/Qwen3.8-27B', options: { bytes: 1, tensorParallel: 2, inFlightTokens: 4096 }, cacheGiB: 4.99, length: 131_072, tokens: 302_921, within: 0.0001 },
  { name: 'gemma-4-31B on an A100', model: 'google/gemma-4-31B-it', options: { ...BF16, inFlightTokens: 4096 }, cacheGiB: 50, length: 262_144, tokens: 525_000, within: 0.05 },
  { name: 'gemma-4-12B TP2', model: 'google/gemma-4-12B-it', options: { bytes: 2, tensorParallel: 2, inFlightTokens: 4096 }, cacheGiB: 8.16, length: 131_072, tokens: 384_019, within: 0.005 },
  { name: 'Llama-3.1-8B on an RTX 3090', model: 'meta-llama/Llama-3.1-8B', options: { ...BF16, inFlightTokens: 4096 }, cacheGiB: 3.81, length: 8192, tokens: 31_232, within: 0.03 },
];

test.each(LOGGED)('$name: as vLLM logged it', ({ model, options, cacheGiB, length, tokens, within }) => {
  const predicted = concurrencyIn(cacheGiB * GIB, length, cacheLayout(layersOf(model), options)) * length;
  expect(Math.abs(predicted - tokens) / tokens).toBeLessThan(within);
});

test('Qwen3.6-27B TP2 with three guessed tokens: one attention layer more, five states a request', () => {
  const [attention, states] = layersOf('Qwen/Qwen3.6-27B');
  const layers = [{ ...attention, layers: 17 }, states] as LayersSpec[];
  const layout = cacheLayout(layers, { bytes: 1, tensorParallel: 2, inFlightTokens: 4096, speculativeTokens: 3 });
  expect(layout.blocksFor(262_144)).toBe(179);
  expect(Math.abs(concurrencyIn(11.05 * GIB, 262_144, layout) * 262_144 - 623_873) / 623_873).toBeLessThan(0.005);
});

test.each([
  ['Qwen/Qwen3-0.6B', 114_688], ['Qwen/Qwen3-8B', 147_456], ['Qwen/Qwen3-32B', 262_144], ['Qwen/Qwen3-30B-A3B', 98_304],
  ['meta-llama/Llama-3.1-8B-Instruct', 131_072], ['meta-llama/Llama-3.3-70B-Instruct', 327_680], ['microsoft/phi-4', 204_800],
  ['mistralai/Ministral-3-8B-Instruct-2512', 139_264], ['ibm-granite/granite-4.1-8b', 163_840], ['MiniMaxAI/MiniMax-M2.7', 253_952],
  ['deepseek-ai/DeepSeek-R1-0528', 70_272],
])('%s keeps %i bytes of a token', (name, bytes) => {
  expect(cacheLayout(layersOf(name), BF16).blockBytes).toBe(16 * bytes);
});

test('latent attention is whole on each GPU, heads are divided, and never less than one', () => {
  const [latent, one] = ['deepseek-ai/DeepSeek-R1-0528', 'google/gemma-4-12B-it'].map(layersOf) as [readonly LayersSpec[], readonly LayersSpec[]];
  expect(cacheLayout(latent, { ...BF16, tensorParallel: 8 }).blockBytes).toBe(cacheLayout(latent, BF16).blockBytes);
  expect(cacheLayout(one, { ...BF16, tensorParallel: 2 }).blockBytes).toBe(8 * 4096 * 16);
});

test('a sliding window keeps no more than itself and what is computed', () => {
  const layout = cacheLayout([{ kind: 'sliding', layers: 4, kvHeads: 1, headDim: 64, window: 128 }], { ...BF16, inFlightTokens: 256 });
  expect([layout.blocksFor(64), layout.blocksFor(100_000)]).toEqual([5, 25]);
});

test('the longest request is the longest that fits, to the token', () => {
  const layout = cacheLayout(layersOf('Qwen/Qwen3-0.6B'), BF16);
  expect(longestIn(10 * layout.blockBytes, 40_960, layout)).toBe(160);
  expect(longestIn(10 * layout.blockBytes, 100, layout)).toBe(100);
  expect(longestIn(layout.blockBytes - 1, 40_960, layout)).toBe(0);
  expect(longestIn(-GIB, 40_960, layout)).toBe(0);
});
