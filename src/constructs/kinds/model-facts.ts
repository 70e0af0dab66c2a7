import * as fs from 'node:fs';
import { Size, SizeRoundingBehavior } from 'cdk8s';
import { definedOnly } from '../../api/defined';
import type { FactsSpec, WeightFormat } from '../../api/facts';
import { nearest } from '../../api/names';
import { factsNamed, knownModelNames } from '../../catalog/known-models';
import { factsOfConfig, type ModelConfig } from '../../sizing/config';
import { factsProblem } from '../../sizing/facts-check';
import { factsInFile } from '../../sizing/facts-file';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';

/** What a `config.json` does not say of a model. */
export interface ModelConfigOptions {
  /** Name of the model, for people. */
  readonly name: string;

  /**
   * Size of its files with weights.
   *
   * @default - its parameters in the type that the config names; needed where the weights are quantized
   */
  readonly weightSize?: Size;

  /**
   * How many weights it has.
   *
   * @default - counted from the config; needed where it is not a plain transformer or a mixture of experts
   */
  readonly parameters?: number;
}

/** The facts of a plain transformer: every layer keeps keys and values of all tokens. */
export interface ModelNumbers {
  /** Name of the model, for people. */
  readonly name: string;

  /** How many weights it has. */
  readonly parameters: number;

  /**
   * How many weights compute one token, of a mixture of experts.
   *
   * @default - all
   */
  readonly activeParameters?: number;

  /** Size of its files with weights. */
  readonly weightSize: Size;

  /**
   * How the weights are stored: `fp32`, `bf16`, `fp16`, `fp8`, `int8`, `int4`, `nvfp4`, `mxfp4` or `gguf`.
   *
   * @default 'bf16'
   */
  readonly weights?: string;

  /** Most tokens that it was made for: `max_position_embeddings`. */
  readonly contextLength: number;

  /** Layers: `num_hidden_layers`. */
  readonly layers: number;

  /** Heads of queries: `num_attention_heads`. */
  readonly heads: number;

  /**
   * Heads of keys and values: `num_key_value_heads`.
   *
   * @default - as many as `heads`
   */
  readonly keyValueHeads?: number;

  /** Width between the layers: `hidden_size`. */
  readonly hiddenSize: number;

  /**
   * Width of a head: `head_dim`.
   *
   * @default - hiddenSize divided by heads
   */
  readonly headDimension?: number;

  /**
   * Width of the feed-forward part: `intermediate_size`.
   *
   * @default - not known, or it consists of experts
   */
  readonly intermediateSize?: number;

  /**
   * Tokens of the vocabulary: `vocab_size`.
   *
   * @default - not known
   */
  readonly vocabularySize?: number;
}

const CONFIG_OPTIONS = knownProps<ModelConfigOptions>({ name: true, weightSize: true, parameters: true });
const NUMBERS = knownProps<ModelNumbers>({
  name: true, parameters: true, activeParameters: true, weightSize: true, weights: true, contextLength: true, layers: true, heads: true,
  keyValueHeads: true, hiddenSize: true, headDimension: true, intermediateSize: true, vocabularySize: true,
});

/**
 * What is known of a model without looking at its files: what it needs to be served or trained is computed from it.
 *
 * A Loader fills them in where it knows the model by its name; they travel along `finetune` and `quantize`.
 */
export class ModelFacts {
  /**
   * The facts of a model by its name on Hugging Face, such as `Qwen/Qwen3-8B`.
   *
   * @throws if it is not in the table, with the nearest name that is
   */
  public static of(name: string): ModelFacts {
    const spec = factsNamed(name);
    if (spec) return new ModelFacts(spec);
    const similar = nearest(name, knownModelNames());
    const hint = similar ? `did you mean ${similar}? Or ` : '';
    throw new Error(`the facts of ${formatValue(name)} are not in the table; ${hint}run substratus facts ${name}, and read what it writes with ModelFacts.fromFile`);
  }

  /**
   * The facts in a file that `substratus facts` has written.
   *
   * @param file its path, such as `model-facts.json`, from the current directory
   * @param name which model, where it has several
   * @throws if there is no such file, or if what it says of the model cannot be used
   */
  public static fromFile(file: string, name?: string): ModelFacts {
    const text = textOf(file);
    try {
      return new ModelFacts(factsInFile(text, name));
    } catch (error) {
      throw error instanceof TypeError ? new Error(`${file}: ${error.message}`) : error;
    }
  }

  /**
   * The facts in the `config.json` of a model, as Hugging Face transformers writes it.
   *
   * @param json its text, for example of `fs.readFileSync('config.json', 'utf8')`
   * @throws if it is not the config of a language model, or does not say enough
   */
  public static fromConfig(json: string, options: ModelConfigOptions): ModelFacts {
    const wrong = optionsProblem('options of ModelFacts.fromConfig', options, CONFIG_OPTIONS);
    if (wrong) throw new Error(wrong);
    const { name, weightSize, parameters } = options;
    const extras = definedOnly({ name, parameters, weightBytes: weightSize && bytesOf(weightSize) });
    return checked(configSpec(json, extras));
  }

  /**
   * The facts of a plain transformer by numbers.
   *
   * @throws if they contradict each other
   */
  public static fromNumbers(numbers: ModelNumbers): ModelFacts {
    const wrong = optionsProblem('numbers of ModelFacts.fromNumbers', numbers, NUMBERS);
    if (wrong) throw new Error(wrong);
    const { weightSize, weights = 'bf16', layers, keyValueHeads, headDimension, ...plain } = numbers;
    const { heads, hiddenSize } = plain;
    const attention = { kind: 'full' as const, layers, kvHeads: keyValueHeads ?? heads, headDim: headDimension ?? hiddenSize / heads };
    return checked({ ...plain, weightBytes: bytesOf(weightSize), weights: weights as WeightFormat, layers: [attention] });
  }

  /** @internal */
  public static _of(spec: FactsSpec): ModelFacts {
    return new ModelFacts(spec);
  }

  /** Name of the model. */
  public readonly name: string;

  /** How many weights it has. */
  public readonly parameters: number;

  /** Most tokens that it was made for. */
  public readonly contextLength: number;

  /** GiB of its files with weights. */
  public readonly weightGiB: number;

  private constructor(
    /** @internal */
    public readonly _spec: FactsSpec,
  ) {
    this.name = _spec.name;
    this.parameters = _spec.parameters;
    this.contextLength = _spec.contextLength;
    this.weightGiB = _spec.weightBytes / 2 ** 30;
  }
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(isMissing ? `there is no file ${file} in ${process.cwd()}; write it with substratus facts, or give its path from there` : String(error));
  }
}

function configSpec(json: string, extras: Parameters<typeof factsOfConfig>[1]): FactsSpec {
  try {
    return factsOfConfig(JSON.parse(json) as ModelConfig, extras);
  } catch (error) {
    const reason = error instanceof SyntaxError ? `it is not JSON (${error.message}); give the text of the file, not its path` : String(error instanceof Error ? error.message : error);
    throw new Error(`the config.json of ${formatValue(extras.name)} cannot be used: ${reason}`);
  }
}

function bytesOf(size: Size): number {
  if (!(size instanceof Size)) throw new Error(`weightSize is ${formatValue(size)}, which is not a Size; write for example Size.gibibytes(16)`);
  return size.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) * 1024;
}

function checked(spec: FactsSpec): ModelFacts {
  const problem = factsProblem(spec);
  if (problem) throw new Error(`the facts of ${formatValue(spec.name)} cannot be right: ${problem}`);
  return ModelFacts._of(spec);
}
