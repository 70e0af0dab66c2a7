/** Facts that are given, by a person or in a file: whether they are complete, and can be true together. */
import type { FactsSpec, LayersSpec, WeightFormat } from '../api/facts';
import { formatValue } from '../api/format-value';
import { nearest } from '../api/names';

/** Bytes of a weight at least and at most, scales and what stays in 16 bits included. */
const BYTES: Readonly<Record<WeightFormat, readonly [number, number]>> = {
  fp32: [3.5, 4.5], bf16: [1.8, 2.6], fp16: [1.8, 2.6], fp8: [0.9, 1.6], int8: [0.9, 1.6],
  int4: [0.45, 1.3], nvfp4: [0.45, 1.3], mxfp4: [0.45, 1.3], gguf: [0.2, 4.5],
};

interface FieldType {
  /** What to give, for people. */
  readonly words: string;
  isOne(value: unknown): boolean;
}

const TEXT: FieldType = { words: 'a text', isOne: (value) => typeof value === 'string' && value !== '' };
const COUNT: FieldType = { words: 'a whole number, 1 or more', isOne: (value) => Number.isInteger(value) && Number(value) > 0 };
const BYTE_COUNT: FieldType = { words: 'a number of bytes, more than 0', isOne: (value) => Number.isFinite(value) && Number(value) > 0 };
const FLAG: FieldType = { words: 'true or false', isOne: (value) => typeof value === 'boolean' };
const FORMAT: FieldType = { words: `one of ${Object.keys(BYTES).join(', ')}`, isOne: (value) => Object.hasOwn(BYTES, String(value)) };

type Fields = Readonly<Record<string, FieldType>>;
type Values = Readonly<Record<string, unknown>>;

interface KnownFields {
  readonly required: Fields;
  readonly optional: Fields;
}

const REQUIRED: Fields = {
  name: TEXT, parameters: COUNT, weightBytes: BYTE_COUNT, weights: FORMAT, contextLength: COUNT, hiddenSize: COUNT,
};
const OPTIONAL: Fields = {
  activeParameters: COUNT, intermediateSize: COUNT, vocabularySize: COUNT, heads: COUNT, licence: TEXT, gated: FLAG,
};

/** Fields of the layers of each kind; `?` marks those that may be left out. */
const LAYERS: Readonly<Record<LayersSpec['kind'], readonly string[]>> = {
  full: ['layers', 'kvHeads', 'headDim', 'valueDim?'],
  sliding: ['layers', 'kvHeads', 'headDim', 'window', 'valueDim?'],
  latent: ['layers', 'width'],
  recurrent: ['layers', 'stateValues', 'convChannels', 'convKernel'],
};

/**
 * Facts as they were written, of which nothing is known yet.
 *
 * @throws TypeError with what is wrong, where they are not facts, not complete or contradict each other
 */
export function factsFrom(value: unknown): FactsSpec {
  const problem = shapeProblem(value);
  if (problem) throw new TypeError(problem);
  const facts = value as FactsSpec;
  const contradiction = factsProblem(facts);
  if (contradiction) throw new TypeError(contradiction);
  return facts;
}

function shapeProblem(value: unknown): string | undefined {
  if (!isObject(value)) return `facts are ${formatValue(value)}, which is not an object; substratus facts writes them`;
  const { layers = [], ...fields } = value;
  if (!Array.isArray(layers)) return `layers is ${formatValue(layers)}; give a list`;
  return fieldsProblem('', fields, { required: REQUIRED, optional: OPTIONAL }) ?? layers.map(layersProblem).find((problem) => problem !== undefined);
}

function layersProblem(layers: unknown, index: number): string | undefined {
  const where = `layers[${index}]`;
  if (!isObject(layers)) return `${where} is ${formatValue(layers)}; give an object`;
  const { kind, ...fields } = layers;
  const names = Object.hasOwn(LAYERS, String(kind)) ? LAYERS[String(kind) as LayersSpec['kind']] : undefined;
  if (!names) return `${where}.kind is ${formatValue(kind)}; give one of ${Object.keys(LAYERS).join(', ')}`;
  const [required, optional] = [names.filter((name) => !name.endsWith('?')), names.filter((name) => name.endsWith('?')).map((name) => name.slice(0, -1))];
  return fieldsProblem(`${where}.`, fields, { required: countsOf(required), optional: countsOf(optional) });
}

function countsOf(names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, COUNT]));
}

function fieldsProblem(path: string, fields: Values, known: KnownFields): string | undefined {
  const types = { ...known.required, ...known.optional };
  const missing = Object.keys(known.required).find((name) => fields[name] === undefined);
  if (missing !== undefined) return `${path}${missing} is missing; give ${types[missing]?.words}`;
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(types, name));
  if (unknown !== undefined) {
    const similar = nearest(unknown, Object.keys(types));
    return `${path}${unknown} is not known; ${similar ? `did you mean ${similar}?` : `known are ${Object.keys(types).join(', ')}`}`;
  }
  const wrong = Object.entries(types).find(([name, type]) => fields[name] !== undefined && !type.isOne(fields[name]));
  return wrong && `${path}${wrong[0]} is ${formatValue(fields[wrong[0]])}; give ${wrong[1].words}`;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Why facts cannot be true together, and what to correct; `undefined` if they can. */
export function factsProblem(facts: FactsSpec): string | undefined {
  return countProblem(facts) ?? sizeProblem(facts) ?? headsProblem(facts) ?? partsProblem(facts);
}

function countProblem(facts: FactsSpec): string | undefined {
  const { parameters, contextLength, hiddenSize, heads, layers: [layers] = [] } = facts;
  const counts = { parameters, contextLength, hiddenSize, heads, ...(layers?.kind === 'full' && { layers: layers.layers, keyValueHeads: layers.kvHeads }) };
  const wrong = Object.entries(counts).find(([, value]) => value !== undefined && !COUNT.isOne(value));
  return wrong && `${wrong[0]} is ${formatValue(wrong[1])}; give ${COUNT.words}`;
}

function sizeProblem({ parameters, activeParameters, weightBytes, weights }: FactsSpec): string | undefined {
  if (!FORMAT.isOne(weights)) return `weights is ${formatValue(weights)}; use ${FORMAT.words}`;
  const [least, most] = BYTES[weights];
  const each = weightBytes / parameters;
  if (each < least || each > most) {
    return `${parameters} parameters in ${weights} are not ${(weightBytes / 2 ** 30).toFixed(1)} GiB, which is ${each.toFixed(2)} bytes each; `
      + 'correct the number of parameters, the size of the weights or their format';
  }
  if (activeParameters === undefined || (activeParameters > 0 && activeParameters <= parameters)) return undefined;
  return `activeParameters is ${formatValue(activeParameters)} of ${parameters} parameters; give at most as many`;
}

function headsProblem({ heads, layers = [] }: FactsSpec): string | undefined {
  const uneven = layers.flatMap((each) => ((each.kind === 'full' || each.kind === 'sliding') && heads !== undefined && heads % each.kvHeads !== 0 ? [each.kvHeads] : []));
  return uneven.length > 0 ? `${heads} heads cannot share ${uneven[0]} heads of keys and values; give a divisor of heads` : undefined;
}

/** Projections of queries and of the output: the least that layers of attention consist of. */
function partsProblem({ parameters, hiddenSize, vocabularySize = 0, heads = 0, layers = [] }: FactsSpec): string | undefined {
  const attention = layers.reduce((sum, each) => (
    sum + (each.kind === 'full' || each.kind === 'sliding' ? 2 * each.layers * hiddenSize * each.headDim * (heads + each.kvHeads) : 0)), 0);
  const least = vocabularySize * hiddenSize + attention;
  if (least <= parameters) return undefined;
  return `${parameters} parameters are fewer than the ${Math.round(least)} of its embeddings and attention alone; `
    + 'correct the number of parameters, layers or heads, or hiddenSize';
}
