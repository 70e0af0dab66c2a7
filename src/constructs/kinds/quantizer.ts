import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';
import { Gpu } from '../platform/gpu';
import { declaredRuntime, givenOptions } from './runtime-props';
import type { DeclaredRuntime } from './runtime-props';

/** What every quantization to safetensors can be told. */
export interface QuantizationOptions {
  /**
   * Layers to leave as they are, beside those that always are: names, or `re:` and a regular expression.
   *
   * @default - embeddings, the output layer, routers and encoders of images stay as they are
   */
  readonly ignore?: string[];
}

/** How a quantization is calibrated on a dataset. */
export interface CalibrationOptions extends QuantizationOptions {
  /**
   * Rows of the dataset to calibrate on.
   *
   * @default 512
   */
  readonly calibrationSamples?: number;

  /**
   * Tokens of each row.
   *
   * @default 2048
   */
  readonly calibrationLength?: number;
}

/** How weights are rounded to 4 bits. */
export interface Int4Options extends CalibrationOptions {
  /**
   * Algorithm: `gptq` and `awq` need a dataset, `rtn` does not.
   *
   * @default - gptq with a dataset, else rtn
   */
  readonly algorithm?: string;
}

/** What a GGUF file holds. */
export interface GgufOptions {
  /**
   * Type of the weights, as llama.cpp calls it.
   *
   * @default 'Q4_K_M'
   */
  readonly type?: string;
}

/** Where the model will be served. */
export interface AutoQuantizerOptions {
  /**
   * GPU that will serve it.
   *
   * @default - none; it becomes GGUF for llama.cpp
   */
  readonly gpu?: Gpu;

  /**
   * How many of them each replica will have.
   *
   * @default 1
   */
  readonly gpuCount?: number;

  /**
   * Most tokens of a request and its answer.
   *
   * @default - as many as the model was made for
   */
  readonly contextLength?: number;
}

const AUTO_OPTIONS = knownProps<AutoQuantizerOptions>({ gpu: true, gpuCount: true, contextLength: true });

/** A ready-made program that makes a smaller model from a model: no image of yours is needed. */
export class Quantizer {
  /** Weights and activations of 8 bits in floating point: for Ada, Hopper, Blackwell and MI300X. */
  public static fp8(options: QuantizationOptions = {}): Quantizer {
    return new Quantizer(declaredRuntime('fp8', givenOptions('Quantizer.fp8', options)));
  }

  /** Weights and activations of 8 bits in integers: for Turing to Hopper, and CPUs. */
  public static int8(options: CalibrationOptions = {}): Quantizer {
    return new Quantizer(declaredRuntime('int8', givenOptions('Quantizer.int8', options)));
  }

  /** Weights of 4 bits in integers: for Turing and newer. */
  public static int4(options: Int4Options = {}): Quantizer {
    return new Quantizer(declaredRuntime('int4', givenOptions('Quantizer.int4', options)));
  }

  /** Weights and activations of 4 bits in floating point: for Blackwell. Needs a dataset to calibrate on. */
  public static nvfp4(options: CalibrationOptions = {}): Quantizer {
    return new Quantizer(declaredRuntime('nvfp4', givenOptions('Quantizer.nvfp4', options)));
  }

  /** One GGUF file, for llama.cpp. */
  public static gguf(options: GgufOptions = {}): Quantizer {
    return new Quantizer(declaredRuntime('gguf', givenOptions('Quantizer.gguf', options)));
  }

  /**
   * The one of these that suits the GPU that will serve the model, by what is known of it: as many bits as fit, in a format that the GPU
   * computes with. 4 bits only with a dataset to calibrate on, and not for small models. Which it is, and why, is said in an annotation of
   * the Model and in its preview; a model that fits as it is is an error that says so.
   *
   * A release with better figures may decide otherwise, for a new Model: name the quantizer to keep it.
   */
  public static auto(options: AutoQuantizerOptions = {}): Quantizer {
    const problem = optionsProblem('Quantizer.auto', options, AUTO_OPTIONS) ?? autoProblem(options);
    if (problem) throw new Error(problem);
    return new Quantizer(declaredRuntime('auto', {}), options);
  }

  /**
   * One by its name, with what it does by default.
   *
   * @internal
   */
  public static _named(name: string): Quantizer {
    return new Quantizer(declaredRuntime(name, {}));
  }

  private constructor(
    /** @internal */
    public readonly _runtime: DeclaredRuntime,
    /** @internal */
    public readonly _auto?: AutoQuantizerOptions,
  ) {}
}

function autoProblem({ gpu, gpuCount, contextLength }: AutoQuantizerOptions): string | undefined {
  if (gpu !== undefined && !(gpu instanceof Gpu)) return `gpu of Quantizer.auto is ${formatValue(gpu)}, which is not a Gpu; write for example Gpu.NVIDIA_L4`;
  for (const [field, value] of Object.entries({ gpuCount, contextLength })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) return `${field} of Quantizer.auto is ${formatValue(value)}; give a whole number, 1 or more`;
  }
  return undefined;
}
