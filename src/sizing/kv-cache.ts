/**
 * The cache of keys and values, as vLLM 0.31 to 0.33 divides it into blocks (`vllm/v1/core/kv_cache_utils.py`).
 *
 * Layers of the same kind form groups of equal size; a block of a group holds one page of each of its layers, and all pages have the
 * same size. Layers that keep less for a token therefore have more tokens in a page, and a state of fixed size decides how large a
 * page is. Checked against what vLLM logs (test/sizing/kv-cache.test.ts).
 */
import type { LayersSpec, RecurrentLayers } from '../api/facts';

const BLOCK_TOKENS = 16;
/** Layers of the largest kind set the size of the groups where they are less than this many times those of the smallest. */
const NEARLY_EQUAL = 1.25;
const STATE_BYTES = 4;
const CONVOLUTION_BYTES = 2;
/** States of a request with prefix caching: the present one, and one to go on from. */
const STATES = 2;

export interface CacheOptions {
  /** Bytes of a number in the cache: 2, or 1 with fp8. */
  readonly bytes: 1 | 2;
  /** GPUs that share the heads of each layer. */
  readonly tensorParallel: number;
  /** Most tokens that are computed at once, those of two steps. */
  readonly inFlightTokens: number;
  /** Tokens that are guessed ahead in each step; 0 without speculative decoding. */
  readonly speculativeTokens?: number;
}

/** How the cache of one GPU is divided. */
export interface CacheLayout {
  /** Bytes of a block on one GPU. */
  readonly blockBytes: number;
  /** Blocks that a request of so many tokens holds. */
  blocksFor(tokens: number): number;
}

interface Pages {
  readonly layers: LayersSpec;
  /** Tokens of a page; of no account for a state. */
  readonly tokens: number;
  readonly groups: number;
}

/** How vLLM divides the cache of a model with these layers. */
export function cacheLayout(layers: readonly LayersSpec[], options: CacheOptions): CacheLayout {
  const pageBytes = Math.max(...layers.map((each) => pageBytesOf(each, layers, options)));
  const groupSize = groupSizeOf(layers.map((each) => each.layers));
  const pages: Pages[] = layers.map((each) => ({
    layers: each,
    tokens: each.kind === 'recurrent' ? BLOCK_TOKENS : Math.floor(pageBytes / bytesPerToken(each, options)),
    groups: Math.ceil(each.layers / groupSize),
  }));
  return {
    blockBytes: groupSize * pageBytes,
    blocksFor: (tokens) => pages.reduce((sum, page) => sum + page.groups * blocksOf(page, tokens, options), 0),
  };
}

function groupSizeOf(counts: readonly number[]): number {
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  return most < least * NEARLY_EQUAL ? most : least;
}

/** A page of 16 tokens; beside layers with a state, of as many as it takes to be as large as the state. */
function pageBytesOf(each: LayersSpec, layers: readonly LayersSpec[], options: CacheOptions): number {
  if (each.kind === 'recurrent') return layers.some(({ kind }) => kind !== 'recurrent') ? 0 : stateBytes(each, options);
  const token = bytesPerToken(each, options);
  const states = layers.flatMap((other) => (other.kind === 'recurrent' ? [stateBytes(other, options)] : []));
  return Math.ceil(Math.max(BLOCK_TOKENS, ...states.map((state) => state / token)) / BLOCK_TOKENS) * BLOCK_TOKENS * token;
}

/** Bytes that a layer keeps of a token, on one GPU. */
export function bytesPerToken(layer: Exclude<LayersSpec, RecurrentLayers>, options: Pick<CacheOptions, 'bytes' | 'tensorParallel'>): number {
  const { bytes, tensorParallel } = options;
  if (layer.kind === 'latent') return layer.width * bytes;
  const { kvHeads, headDim, valueDim = headDim } = layer;
  return Math.max(1, Math.floor(kvHeads / tensorParallel)) * (headDim + valueDim) * bytes;
}

function stateBytes({ stateValues, convChannels, convKernel }: RecurrentLayers, options: CacheOptions): number {
  const { tensorParallel, speculativeTokens = 0 } = options;
  return (stateValues * STATE_BYTES + convChannels * (convKernel - 1 + speculativeTokens) * CONVOLUTION_BYTES) / tensorParallel;
}

function blocksOf({ layers, tokens: pageTokens }: Pages, tokens: number, { inFlightTokens, speculativeTokens = 0 }: CacheOptions): number {
  if (layers.kind === 'recurrent') return STATES + speculativeTokens;
  if (layers.kind === 'sliding') return Math.ceil(Math.min(layers.window - 1 + inFlightTokens, tokens) / pageTokens) + 1;
  return Math.ceil(tokens / pageTokens);
}

/** How many requests of so many tokens a cache of so many bytes on each GPU holds at once. */
export function concurrencyIn(cacheBytes: number, tokens: number, layout: CacheLayout): number {
  return Math.max(0, Math.floor(cacheBytes / layout.blockBytes)) / layout.blocksFor(tokens);
}

/** The longest request that a cache of so many bytes on each GPU holds, up to `most` tokens; 0 if not even one token. */
export function longestIn(cacheBytes: number, most: number, layout: CacheLayout): number {
  const blocks = Math.floor(cacheBytes / layout.blockBytes);
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (layout.blocksFor(middle) <= blocks) low = middle;
    else high = middle - 1;
  }
  return low;
}
