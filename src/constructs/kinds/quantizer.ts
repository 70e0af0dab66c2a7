import { declaredRuntime } from './runtime-props';
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

/** A ready-made program that makes a smaller model from a model: no image of yours is needed. */
export class Quantizer {
  /** Weights and activations of 8 bits in floating point: for Ada, Hopper, Blackwell and MI300X. */
  public static fp8(options: QuantizationOptions = {}): Quantizer {
    return new Quantizer(declaredRuntime('fp8', options));
  }

  /** Weights and activations of 8 bits in integers: for Turing to Hopper, and CPUs. */
  public static int8(options: CalibrationOptions = {}): Quantizer {
    return new Quantizer(declaredRuntime('int8', options));
  }

  /** Weights of 4 bits in integers: for Turing and newer. */
  public static int4(options: Int4Options = {}): Quantizer {
    return new Quantizer(declaredRuntime('int4', options));
  }

  /** Weights and activations of 4 bits in floating point: for Blackwell. Needs a dataset to calibrate on. */
  public static nvfp4(options: CalibrationOptions = {}): Quantizer {
    return new Quantizer(declaredRuntime('nvfp4', options));
  }

  /** One GGUF file, for llama.cpp. */
  public static gguf(options: GgufOptions = {}): Quantizer {
    return new Quantizer(declaredRuntime('gguf', options));
  }

  private constructor(
    /** @internal */
    public readonly _runtime: DeclaredRuntime,
  ) {}
}
