/** The adapters of a Server: under which names, and whether they belong to its model. */
import type { Construct } from 'constructs';
import { adapterNameProblem, MOST_ADAPTERS } from '../../api/adapters';
import { runtimeNamed } from '../../runtimes';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';
import type { IModel } from './artifacts';
import type { Engine } from './engine';
import { modelReference } from './references';
import type { NamedAdapter } from './references';
import type { ServerOptions } from './server-props';

/** The adapters that are given, by their names. */
export function adaptersOf(scope: Construct, { adapters = [], namedAdapters = {} }: Pick<ServerOptions, 'adapters' | 'namedAdapters'>): NamedAdapter[] {
  if (!Array.isArray(adapters)) throw new ValidationError(scope, `adapters is ${formatValue(adapters)}; give a list of Models`);
  if (Array.isArray(namedAdapters)) throw new ValidationError(scope, 'namedAdapters is a list; give Models by their names, or a list as adapters');
  for (const [index, model] of adapters.entries()) modelReference(scope, `adapters[${index}]`, model);
  for (const [name, model] of Object.entries(namedAdapters)) modelReference(scope, `namedAdapters.${name}`, model);
  const named = Object.entries(namedAdapters).map(([name, model]) => ({ name, model }));
  const all = [...adapters.map((model) => ({ name: model.node.id, model })), ...named];
  if (all.length > MOST_ADAPTERS) {
    throw new ValidationError(scope, `${all.length} adapters are given, and a Server takes ${MOST_ADAPTERS}; serve the others by another Server of the same model`);
  }
  const known = new Map<string, IModel>();
  for (const { name, model } of all) {
    const problem = nameProblem({ name, model }, known.get(name));
    if (problem !== undefined) throw new ValidationError(scope, problem);
    known.set(name, model);
  }
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Why a model cannot be an adapter under a name; `undefined` if it can. */
function nameProblem({ name, model: { node: { path } } }: NamedAdapter, other: IModel | undefined): string | undefined {
  const problem = adapterNameProblem(name);
  const remedy = 'give it another name by namedAdapters';
  if (problem !== undefined) return `adapter ${path} would be named '${name}', ${problem}; ${remedy}`;
  if (!other) return undefined;
  if (other.node.path !== path) return `adapters ${other.node.path} and ${path} would both be named ${name}; ${remedy}`;
  return `adapter ${path} is given twice as ${name}; leave one of them out`;
}

interface Served {
  readonly engine: Engine;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  /** What the Server serves under its own name. */
  readonly model: IModel;
  readonly adapters: readonly NamedAdapter[];
}

/** Whether an engine can serve adapters beside a model. */
export function checkAdapters(scope: Construct, { engine, params, model, adapters }: Served): void {
  const { name } = engine._runtime;
  const { takesAdapters, whyNoAdapters = 'serves none', params: table } = runtimeNamed(name) ?? {};
  const first = adapters[0];
  if (first && !takesAdapters) {
    throw new ValidationError(scope, `adapter ${first.model.node.path} is given, but engine ${name} ${whyNoAdapters}; serve the model in safetensors by Engine.vllm(), or ${mergedInstead(name)}`);
  }
  const param = table?.('Server').maxLoraRank;
  const limit = { given: params.maxLoraRank, most: param?.type === 'integer' ? param.maximum ?? Infinity : Infinity, engine: name };
  for (const adapter of adapters) {
    const problem = formatProblem(adapter.model) ?? baseProblem(adapter.model, model) ?? rankProblem(adapter.model, limit);
    if (problem !== undefined) throw new ValidationError(scope, `adapter ${adapter.model.node.path} ${problem}`);
  }
}

function mergedInstead(engine: string): string {
  const quantized = engine === 'llama-cpp' ? ', quantize it to gguf,' : '';
  return `train each with output TrainingOutput.MERGED${quantized} and serve it by a Server of its own`;
}

/** Why a model cannot be served beside another; `undefined` if it can. */
function formatProblem({ modelFormat, modelBase }: IModel): string | undefined {
  if (modelFormat !== undefined && modelFormat !== 'adapter') {
    return `is a whole model (${modelFormat}), not a LoRA adapter; train it with output TrainingOutput.ADAPTER, or serve it by a Server of its own`;
  }
  if (modelBase) return undefined;
  return 'is not known to be a LoRA adapter of any model; give adapterOf to the Model, or modelFormat: \'adapter\' and modelBase to Model.fromModelAttributes';
}

/** What a quantizer has made a model from. */
interface Quantized {
  readonly _quantizedFrom?: IModel;
}

function baseProblem({ modelBase }: IModel, served: IModel): string | undefined {
  const own = served.modelFormat === 'adapter' ? served.modelBase : served;
  for (let base = own; base && modelBase; base = (base as IModel & Quantized)._quantizedFrom) {
    if (base.modelName === modelBase.modelName && base.modelNamespace === modelBase.modelNamespace) return undefined;
  }
  if (!modelBase || !own) return undefined;
  return `was trained from ${titleOf(modelBase)}, but the Server serves ${titleOf(own)}; serve it by a Server of ${titleOf(modelBase)}`;
}

function titleOf({ modelNamespace, modelName }: IModel): string {
  return `Model ${modelNamespace}/${modelName}`;
}

interface RankLimit {
  readonly given?: string | number | boolean;
  readonly most: number;
  readonly engine: string;
}

function rankProblem({ modelLoraRank: rank = 0 }: IModel, { given, most, engine }: RankLimit): string | undefined {
  if (rank > most) return `is of rank ${rank}, but engine ${engine} serves ranks up to ${most}; train it with a lower loraRank`;
  if (given === undefined || rank <= Number(given)) return undefined;
  return `is of rank ${rank}, but maxLoraRank of engine ${engine} is ${given}; leave maxLoraRank out, or train it with a lower loraRank`;
}

/** What vLLM makes room for where nothing is said. */
const USUAL_RANK = 16;

/** The largest rank of adapters, as far as one is known. */
export function largestRank(models: readonly IModel[]): number | undefined {
  const known = models.flatMap(({ modelLoraRank = [] }) => modelLoraRank);
  if (known.length === 0) return undefined;
  return Math.max(...known, ...(known.length < models.length ? [USUAL_RANK] : []));
}
