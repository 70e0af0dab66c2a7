import { declaredRuntime, givenOptions } from './runtime-props';
import type { DeclaredRuntime } from './runtime-props';

/** What is trained. */
export enum TrainingMethod {
  /** All weights. */
  FULL = 'full',
  /** An adapter of low rank. */
  LORA = 'lora',
  /** An adapter of low rank, on weights of 4 bits. */
  QLORA = 'qlora',
}

/** What the trained model consists of. */
export enum TrainingOutput {
  /** The model with the adapter merged into it. */
  MERGED = 'merged',
  /** The adapter alone. */
  ADAPTER = 'adapter',
  /** The merged model, and the adapter in the folder `adapter`. */
  BOTH = 'both',
}

/** How a model is finetuned. */
export interface TrainingOptions {
  /**
   * What is trained.
   *
   * @default TrainingMethod.LORA
   */
  readonly method?: TrainingMethod;

  /**
   * What the trained model consists of.
   *
   * @default TrainingOutput.MERGED
   */
  readonly output?: TrainingOutput;

  /**
   * How often the dataset is read.
   *
   * @default 1
   */
  readonly epochs?: number;

  /**
   * Steps after which training ends, whatever the epochs.
   *
   * @default - by epochs
   */
  readonly maxSteps?: number;

  /**
   * Learning rate.
   *
   * @default - 2e-4 for an adapter, 2e-5 for all weights, and a tenth of that for preferences
   */
  readonly learningRate?: number;

  /**
   * Rows of a step on each GPU.
   *
   * @default 1
   */
  readonly batchSize?: number;

  /**
   * Steps of which the gradients are added up before the weights change.
   *
   * @default 8
   */
  readonly gradientAccumulation?: number;

  /**
   * Tokens of a row; what is longer is cut.
   *
   * @default 2048
   */
  readonly maxLength?: number;

  /**
   * Fraction of the steps in which the learning rate rises.
   *
   * @default 0.03
   */
  readonly warmupRatio?: number;

  /**
   * Weight decay.
   *
   * @default 0
   */
  readonly weightDecay?: number;

  /**
   * How the learning rate falls: `linear`, `cosine`, `constant` or `constant_with_warmup`.
   *
   * @default 'cosine'
   */
  readonly scheduler?: string;

  /**
   * Decides the order of the rows, and the adapter at its start.
   *
   * @default 0
   */
  readonly seed?: number;

  /**
   * Rank of the adapter.
   *
   * @default 16
   */
  readonly loraRank?: number;

  /**
   * Scale of the adapter.
   *
   * @default 32
   */
  readonly loraAlpha?: number;

  /**
   * Dropout of the adapter.
   *
   * @default 0
   */
  readonly loraDropout?: number;

  /**
   * Layers that the adapter changes.
   *
   * @default - all linear layers
   */
  readonly loraTargets?: string[];

  /**
   * Steps between evaluations.
   *
   * @default - at the end of each epoch
   */
  readonly evalSteps?: number;

  /**
   * Steps between checkpoints. There is one too when the pod is asked to end.
   *
   * @default - at the end of each epoch
   */
  readonly checkpointSteps?: number;

  /**
   * Steps between lines of `metrics.jsonl`.
   *
   * @default 10
   */
  readonly loggingSteps?: number;
}

/** How a model is finetuned on texts. */
export interface SftOptions extends TrainingOptions {
  /**
   * Whether rows share a sequence, so that none of it is padding.
   *
   * @default false
   */
  readonly packing?: boolean;

  /**
   * Whether only answers are learnt.
   *
   * @default - where a row has a prompt and a completion
   */
  readonly completionOnly?: boolean;
}

/** How a model is finetuned on preferences. */
export interface DpoOptions extends TrainingOptions {
  /**
   * How far the model may go from where it started: the higher, the less.
   *
   * @default 0.1
   */
  readonly beta?: number;
}

/** A ready-made program that trains a model on a dataset: no image of yours is needed. */
export class Trainer {
  /** Supervised finetuning: on texts, conversations, or prompts with their completions. */
  public static sft(options: SftOptions = {}): Trainer {
    const { completionOnly, ...settings } = givenOptions('Trainer.sft', options);
    return new Trainer(declaredRuntime('sft', { ...settings, ...(completionOnly !== undefined && { completionOnly: String(completionOnly) }) }));
  }

  /** Direct preference optimization: of two answers, the better one. */
  public static dpo(options: DpoOptions = {}): Trainer {
    return new Trainer(declaredRuntime('dpo', givenOptions('Trainer.dpo', options)));
  }

  private constructor(
    /** @internal */
    public readonly _runtime: DeclaredRuntime,
  ) {}
}
