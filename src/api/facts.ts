/** What is known of a model without looking at its files. Plain JSON. */

import { API_GROUP } from './resource';

/** On a Model: what its author says of the model that it makes, a FactsSpec in JSON. Other facts follow from the spec. */
export const FACTS_ANNOTATION = `${API_GROUP}/facts`;

/** How weights are stored. `gguf` is any type of GGUF; how many bytes that is, `weightBytes` says. */
export type WeightFormat = 'fp32' | 'bf16' | 'fp16' | 'fp8' | 'int8' | 'int4' | 'nvfp4' | 'mxfp4' | 'gguf';

/** Layers that keep keys and values of every token. */
export interface FullAttention {
  readonly kind: 'full';
  readonly layers: number;
  /** Heads of keys and values; query heads share them. */
  readonly kvHeads: number;
  readonly headDim: number;
  /** Width of a head's value, where it is not that of its key. */
  readonly valueDim?: number;
}

/** Layers that keep keys and values of the last `window` tokens. */
export interface SlidingAttention {
  readonly kind: 'sliding';
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly valueDim?: number;
  /** Tokens. */
  readonly window: number;
}

/** Layers that keep one compressed vector of every token, which each GPU has whole: multi-head latent attention. */
export interface LatentAttention {
  readonly kind: 'latent';
  readonly layers: number;
  /** Numbers of a token: `kv_lora_rank + qk_rope_head_dim`. */
  readonly width: number;
}

/** Layers that keep a state of fixed size, however long the request: gated delta nets and Mamba. */
export interface RecurrentLayers {
  readonly kind: 'recurrent';
  readonly layers: number;
  /** Numbers of the state, of 4 bytes each. */
  readonly stateValues: number;
  /** Channels of the convolution before it, and how many tokens it spans. */
  readonly convChannels: number;
  readonly convKernel: number;
}

export type LayersSpec = FullAttention | SlidingAttention | LatentAttention | RecurrentLayers;

export interface FactsSpec {
  /** Its name on Hugging Face, or another one for people. */
  readonly name: string;
  /** How many weights it has, and how many of them compute one token where that is not all (mixture of experts). */
  readonly parameters: number;
  readonly activeParameters?: number;
  /** Bytes of the files with its weights, as they are stored. */
  readonly weightBytes: number;
  readonly weights: WeightFormat;
  /** Most tokens that it was made for. */
  readonly contextLength: number;
  readonly hiddenSize: number;
  /** Width of the feed-forward part; absent where it consists of experts. */
  readonly intermediateSize?: number;
  readonly vocabularySize?: number;
  /** Query heads. Tensor parallelism divides them. Absent: not known. */
  readonly heads?: number;
  /** What each token or request keeps in the layers. Absent: not known, so that nothing can be said of its cache. */
  readonly layers?: readonly LayersSpec[];
  /** SPDX identifier or the vendor's name of the licence. */
  readonly licence?: string;
  /** Whether its licence has to be accepted on its page before it is downloaded. */
  readonly gated?: boolean;
}
