/** Reads the facts of a model from its `config.json` of Hugging Face transformers. */
import { definedOnly } from '../api/defined';
import type { FactsSpec, LayersSpec, WeightFormat } from '../api/facts';

/** A `config.json`, parsed. */
export type ModelConfig = Readonly<Record<string, unknown>>;

export interface ConfigExtras {
  readonly name: string;
  /** Bytes of the files with weights; absent: parameters times the bytes of the type in the config. */
  readonly weightBytes?: number;
  /** Absent: counted from the config, which is possible for plain transformers and mixtures of experts. */
  readonly parameters?: number;
}

const BYTES: Readonly<Record<string, { readonly weights: WeightFormat; readonly bytes: number }>> = {
  float32: { weights: 'fp32', bytes: 4 },
  bfloat16: { weights: 'bf16', bytes: 2 },
  float16: { weights: 'fp16', bytes: 2 },
};

/** Formats by `quantization_config.quant_method`, where it decides one; others say it by group. */
const QUANTIZED: Readonly<Record<string, WeightFormat>> = { fp8: 'fp8', mxfp4: 'mxfp4', awq: 'int4', gptq: 'int4' };

/** Keys of architectures that keep less of a token than their heads say; how much is not computed here. */
const COMPRESSED = ['index_topk', 'compress_ratios', 'kv_shared_layer_index'];

/**
 * The facts in a `config.json`; the reason, as an error, where it is not one, or does not say enough.
 *
 * Where what a token keeps cannot be told from it, `layers` is absent.
 */
export function factsOfConfig(config: ModelConfig, { name, parameters, weightBytes }: ConfigExtras): FactsSpec {
  const fields = fieldsOf(config);
  const hiddenSize = required(fields, 'hidden_size');
  const layers = layersOf(fields);
  const count = parameters ?? parametersOf(fields);
  const active = count === undefined ? undefined : activeOf(count, fields);
  const stored = storedAs(config, fields);
  const bytes = weightBytes ?? (count === undefined || stored.bytes === undefined ? undefined : count * stored.bytes);
  if (count === undefined) throw new TypeError('the number of parameters cannot be counted from this config; give parameters');
  if (bytes === undefined) throw new TypeError('the config has quantized weights, whose size it does not say; give weightSize');
  return {
    name,
    parameters: count,
    weightBytes: bytes,
    weights: stored.weights,
    contextLength: required(fields, 'max_position_embeddings'),
    hiddenSize,
    ...definedOnly({
      activeParameters: active,
      intermediateSize: expertsOf(fields) === undefined ? number(fields, 'intermediate_size') : undefined,
      vocabularySize: number(fields, 'vocab_size'),
      heads: number(fields, 'num_attention_heads'),
      layers,
    }),
  };
}

/** The part about text, with what only the whole says. */
function fieldsOf(config: ModelConfig): ModelConfig {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new TypeError('it is not an object; a config.json of transformers is');
  if (config.peft_type !== undefined) throw new TypeError('it is the config of an adapter; give the config.json of its base');
  const { text_config: text } = config;
  const fields = typeof text === 'object' && text !== null ? { ...config, ...text as ModelConfig } : config;
  if (number(fields, 'num_hidden_layers') === undefined && fields.layer_types === undefined) {
    throw new TypeError('it has no num_hidden_layers, so it is not the config.json of a language model; give that of the model itself');
  }
  return fields;
}

function layersOf(fields: ModelConfig): LayersSpec[] | undefined {
  if (COMPRESSED.some((key) => fields[key] !== undefined && fields[key] !== null)) return undefined;
  const kinds = kindsOf(fields);
  if (!kinds) return undefined;
  const layers = [...new Set(kinds)].map((kind) => layerOf(kind, kinds.filter((each) => each === kind).length, fields));
  const known = layers.filter((layer): layer is LayersSpec => layer !== undefined);
  return known.length === layers.length ? known : undefined;
}

type LayerKind = 'full_attention' | 'sliding_attention' | 'linear_attention' | 'mamba';
const LAYER_KINDS: ReadonlySet<unknown> = new Set<LayerKind>(['full_attention', 'sliding_attention', 'linear_attention', 'mamba']);

/** Letters of `hybrid_override_pattern`; other layers keep nothing. */
const PATTERN: Readonly<Record<string, LayerKind>> = { '*': 'full_attention', 'M': 'mamba' };

/** The kind of each layer that keeps something; `undefined` where one is not known. */
function kindsOf(fields: ModelConfig): LayerKind[] | undefined {
  const { layer_types: types, hybrid_override_pattern: pattern } = fields;
  const entries = Array.isArray(types) ? types.length : undefined;
  const depth = number(fields, 'num_hidden_layers');
  if (entries !== undefined && depth !== undefined && entries !== depth) {
    throw new TypeError(`it contradicts itself: layer_types has ${entries} entries but num_hidden_layers is ${depth}; give the config.json as it is in the repository`);
  }
  if (Array.isArray(types)) return types.every((type): type is LayerKind => LAYER_KINDS.has(type)) ? types : undefined;
  if (typeof pattern === 'string') return [...pattern].flatMap((letter) => PATTERN[letter] ?? []);
  const count = required(fields, 'num_hidden_layers');
  const interval = number(fields, 'full_attention_interval');
  const every = number(fields, 'sliding_window_pattern');
  const other = interval === undefined ? 'sliding_attention' : 'linear_attention';
  const step = interval ?? (number(fields, 'sliding_window') === undefined || fields.use_sliding_window === false ? 1 : every ?? Infinity);
  return Array.from({ length: count }, (_, index) => ((index + 1) % step === 0 ? 'full_attention' : other));
}

function layerOf(kind: LayerKind, layers: number, fields: ModelConfig): LayersSpec | undefined {
  if (kind === 'linear_attention') return deltaNet(layers, fields);
  if (kind === 'mamba') return mamba(layers, fields);
  const rank = number(fields, 'kv_lora_rank');
  if (rank !== undefined) return { kind: 'latent', layers, width: rank + (number(fields, 'qk_rope_head_dim') ?? 0) };
  const heads = required(fields, 'num_attention_heads');
  const kvHeads = number(fields, 'num_key_value_heads') ?? heads;
  const headDim = number(fields, 'head_dim') ?? required(fields, 'hidden_size') / heads;
  if (kind === 'sliding_attention') return { kind: 'sliding', layers, kvHeads, headDim, window: required(fields, 'sliding_window') };
  return {
    kind: 'full',
    layers,
    kvHeads: number(fields, 'num_global_key_value_heads') ?? kvHeads,
    headDim: number(fields, 'global_head_dim') ?? headDim,
  };
}

function deltaNet(layers: number, fields: ModelConfig): LayersSpec | undefined {
  const keys = ['linear_num_value_heads', 'linear_value_head_dim', 'linear_num_key_heads', 'linear_key_head_dim', 'linear_conv_kernel_dim'];
  const found = numbers(fields, keys);
  if (!found) return undefined;
  const [valueHeads, valueDim, keyHeads, keyDim, convKernel] = found;
  const values = valueHeads * valueDim;
  return { kind: 'recurrent', layers, stateValues: values * keyDim, convChannels: 2 * keyHeads * keyDim + values, convKernel };
}

function mamba(layers: number, fields: ModelConfig): LayersSpec | undefined {
  const keys = ['mamba_num_heads', 'mamba_head_dim', 'ssm_state_size', 'n_groups', 'conv_kernel'];
  const found = numbers(fields, keys);
  if (!found) return undefined;
  const [heads, headDim, state, groups, convKernel] = found;
  return { kind: 'recurrent', layers, stateValues: heads * headDim * state, convChannels: heads * headDim + 2 * groups * state, convKernel };
}

/** Weights that can be counted from a `config.json`; `undefined` where they cannot. */
export function countedParameters(config: ModelConfig): number | undefined {
  return parametersOf(fieldsOf(config));
}

/** Weights of a plain transformer or a mixture of experts; `undefined` for others. Norms are too small to count. */
function parametersOf(fields: ModelConfig): number | undefined {
  const layers = layersOf(fields);
  const vocabulary = number(fields, 'vocab_size');
  const expertWidth = number(fields, 'moe_intermediate_size') ?? number(fields, 'intermediate_size');
  const [only] = layers ?? [];
  if (layers?.length !== 1 || only?.kind !== 'full' || vocabulary === undefined || expertWidth === undefined) return undefined;
  const hidden = required(fields, 'hidden_size');
  const attention = 2 * hidden * (required(fields, 'num_attention_heads') + only.kvHeads) * only.headDim;
  const experts = expertsOf(fields);
  const feedForward = 3 * hidden * expertWidth * (experts ?? 1) + (experts ?? 0) * hidden;
  const embeddings = vocabulary * hidden * (fields.tie_word_embeddings === true ? 1 : 2);
  return embeddings + only.layers * (attention + feedForward);
}

/** Weights that compute one token of a mixture of experts: all but the experts that are not chosen; `undefined` for other models. */
function activeOf(parameters: number, fields: ModelConfig): number | undefined {
  const experts = expertsOf(fields);
  const chosen = ['num_experts_per_tok', 'num_experts_per_token', 'top_k_experts'].map((key) => number(fields, key)).find((count) => count !== undefined);
  const width = number(fields, 'moe_intermediate_size') ?? number(fields, 'intermediate_size');
  if (experts === undefined || chosen === undefined || width === undefined) return undefined;
  const { hybrid_override_pattern: pattern, mlp_hidden_act: activation } = fields;
  const layers = typeof pattern === 'string' ? [...pattern].filter((letter) => letter === 'E').length
    : required(fields, 'num_hidden_layers') - (number(fields, 'first_k_dense_replace') ?? 0);
  /* Squared ReLU has no gate. */
  const matrices = activation === 'relu2' ? 2 : 3;
  const active = parameters - layers * (experts - chosen) * matrices * required(fields, 'hidden_size') * width;
  return active > 0 ? active : undefined;
}

function expertsOf(fields: ModelConfig): number | undefined {
  return ['num_experts', 'num_local_experts', 'n_routed_experts'].map((key) => number(fields, key)).find((count) => count !== undefined);
}

function storedAs(config: ModelConfig, fields: ModelConfig): { readonly weights: WeightFormat; readonly bytes?: number } {
  const { quantization_config: quantization } = fields.quantization_config === undefined ? config : fields;
  if (typeof quantization === 'object' && quantization !== null) {
    return { weights: quantizedAs(quantization as ModelConfig) };
  }
  const type = String(fields.dtype ?? fields.torch_dtype ?? 'bfloat16');
  const known = BYTES[type];
  if (!known) throw new TypeError(`its dtype is ${type}; known are ${Object.keys(BYTES).join(', ')}; give the facts by numbers`);
  return known;
}

/** By its method, or by the group with the fewest bits: compressed-tensors and ModelOpt. */
function quantizedAs({ quant_method: method, config_groups: groups, format }: ModelConfig): WeightFormat {
  const known = QUANTIZED[String(method)];
  if (known) return known;
  const weights = Object.values(typeof groups === 'object' && groups !== null ? groups : {}).map(({ weights: each }: { weights?: ModelConfig }) => each ?? {});
  const [least] = [...weights].sort((a, b) => Number(a.num_bits) - Number(b.num_bits));
  if (least?.num_bits === 8) return least.type === 'int' ? 'int8' : 'fp8';
  if (least?.num_bits === 4) return least.type === 'int' ? 'int4' : String(format).startsWith('mxfp4') ? 'mxfp4' : 'nvfp4';
  const says = 'which does not say the format of the weights; give the facts by numbers';
  throw new TypeError(`its quantization_config.quant_method is ${String(method)}, ${says}`);
}

/** All of them; `undefined` where one is missing. */
function numbers(fields: ModelConfig, keys: readonly string[]): [number, number, number, number, number] | undefined {
  const [a, b, c, d, e] = keys.map((key) => number(fields, key));
  return a === undefined || b === undefined || c === undefined || d === undefined || e === undefined ? undefined : [a, b, c, d, e];
}

function number(fields: ModelConfig, key: string): number | undefined {
  const value = fields[key];
  return typeof value === 'number' ? value : undefined;
}

function required(fields: ModelConfig, key: string): number {
  const value = number(fields, key);
  if (value === undefined || value <= 0) throw new TypeError(`it has no ${key}, which the config.json of a language model has; give the facts by numbers`);
  return value;
}
