import { declaredRuntime, givenOptions } from './runtime-props';
import type { DeclaredRuntime } from './runtime-props';

/** What a model is asked for. */
export enum EngineTask {
  /** Text: chat and completions. */
  GENERATE = 'generate',
  /** Embeddings of texts. */
  EMBED = 'embed',
  /** Classes of texts, with scores. */
  CLASSIFY = 'classify',
  /** How well each of several texts answers a question. */
  RERANK = 'rerank',
}

/** How vLLM serves a model. */
export interface VllmOptions {
  /**
   * What the model is asked for.
   *
   * @default EngineTask.GENERATE
   */
  readonly task?: EngineTask;

  /**
   * Most tokens of a request and its answer. More than the model was made for is refused.
   *
   * @default - what fits, up to what the model was made for; written into the Server where the facts of the model are known
   */
  readonly maxModelLen?: number;

  /**
   * Fraction of the memory of each GPU to use.
   *
   * @default 0.92
   */
  readonly gpuMemoryUtilization?: number;

  /**
   * GPUs that share each layer.
   *
   * @default - all of the pod; written into the Server where the facts of the model are known
   */
  readonly tensorParallel?: number;

  /**
   * Most requests that are computed at once.
   *
   * @default - by the GPU
   */
  readonly maxNumSeqs?: number;

  /**
   * Type that is computed in: `auto`, `bfloat16`, `float16` or `float32`.
   *
   * @default 'auto'
   */
  readonly dtype?: string;

  /**
   * Type of the cache of keys and values: `auto` or `fp8`.
   *
   * @default 'auto'
   */
  readonly kvCacheDtype?: string;

  /**
   * GiB of memory for the cache of keys and values, without a GPU.
   *
   * @default 4
   */
  readonly cpuCacheGiB?: number;

  /**
   * How the model writes tool calls, such as `hermes`. Turns tool calling on; `''` turns it off.
   *
   * @default - by the repository that the model was made from, where that is known; else no tool calls
   */
  readonly toolParser?: string;

  /**
   * How the model writes what it thinks, such as `qwen3`; with `''` that is part of the answer.
   *
   * @default - by the repository that the model was made from, where that is known; else it is part of the answer
   */
  readonly reasoningParser?: string;

  /**
   * Whether nothing is compiled: starts faster, answers slower.
   *
   * @default false
   */
  readonly enforceEager?: boolean;

  /**
   * Largest rank of an adapter that is served.
   *
   * @default - the rank that the adapter was trained with, where that is known; else 16
   */
  readonly maxLoraRank?: number;

  /**
   * Whether Python code of the model's repository may run.
   *
   * @default false
   */
  readonly trustRemoteCode?: boolean;
}

/** How llama.cpp serves a model. */
export interface LlamaCppOptions {
  /**
   * What the model is asked for.
   *
   * @default EngineTask.GENERATE
   */
  readonly task?: EngineTask;

  /**
   * GGUF file of the model, where it has several.
   *
   * @default - the only one
   */
  readonly file?: string;

  /**
   * Tokens of the context, which all requests share.
   *
   * @default - what fits on the GPU; 8192 without one
   */
  readonly contextLength?: number;

  /**
   * Requests that are computed at once.
   *
   * @default 1
   */
  readonly parallel?: number;

  /**
   * GiB of the pod's memory for prompts that were answered, so that one which begins like them is answered sooner.
   *
   * @default 1
   */
  readonly promptCacheGiB?: number;

  /**
   * Layers on the GPU.
   *
   * @default - as many as fit
   */
  readonly gpuLayers?: number;
}

/** How Text Embeddings Inference serves a model. */
export interface EmbeddingsOptions {
  /**
   * How the embedding of a text is made of those of its tokens: `cls`, `mean`, `splade` or `last-token`.
   *
   * @default - as the model says
   */
  readonly pooling?: string;

  /**
   * Whether a text that is too long is cut. If not, `maxBatchTokens` must be as large as the longest input of the model.
   *
   * @default true
   */
  readonly autoTruncate?: boolean;

  /**
   * Most tokens that are computed at once.
   *
   * @default 16384
   */
  readonly maxBatchTokens?: number;
}

/** How speech is transcribed. */
export interface SpeechOptions {
  /**
   * Fraction of the memory of the GPU to use.
   *
   * @default 0.92
   */
  readonly gpuMemoryUtilization?: number;

  /**
   * Most requests that are computed at once.
   *
   * @default - by the GPU
   */
  readonly maxNumSeqs?: number;

  /**
   * Type that is computed in: `auto`, `bfloat16`, `float16` or `float32`.
   *
   * @default 'auto'
   */
  readonly dtype?: string;

  /**
   * GiB of memory for the cache of keys and values, without a GPU.
   *
   * @default 1
   */
  readonly cpuCacheGiB?: number;

  /**
   * Whether nothing is compiled: starts faster, answers slower.
   *
   * @default false
   */
  readonly enforceEager?: boolean;
}

/** A ready-made program that serves a model, with the API of OpenAI: no image of yours is needed. */
export class Engine {
  /** vLLM: language models in safetensors, on GPUs of NVIDIA and AMD, and on CPUs with AVX-512. */
  public static vllm(options: VllmOptions = {}): Engine {
    return new Engine(declaredRuntime('vllm', givenOptions('Engine.vllm', options)));
  }

  /** llama.cpp: GGUF files, on CPUs and GPUs. */
  public static llamaCpp(options: LlamaCppOptions = {}): Engine {
    return new Engine(declaredRuntime('llama-cpp', givenOptions('Engine.llamaCpp', options)));
  }

  /** Text Embeddings Inference: encoders and rerankers. */
  public static embeddings(options: EmbeddingsOptions = {}): Engine {
    return new Engine(declaredRuntime('embeddings', givenOptions('Engine.embeddings', options)));
  }

  /** Speech to text by vLLM, with Whisper or the like: `/v1/audio/transcriptions` and `/v1/audio/translations`. */
  public static speech(options: SpeechOptions = {}): Engine {
    return new Engine(declaredRuntime('speech', givenOptions('Engine.speech', options)));
  }

  private constructor(
    /** @internal */
    public readonly _runtime: DeclaredRuntime,
  ) {}

  /**
   * The same with more params, where it has none of their names.
   *
   * @internal
   */
  public _with(params: DeclaredRuntime['params']): Engine {
    return new Engine({ ...this._runtime, params: { ...params, ...this._runtime.params } });
  }
}
