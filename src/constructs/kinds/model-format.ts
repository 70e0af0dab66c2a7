/** What is known of a model's files along the chain, and what runs on them. */
import type { Construct } from 'constructs';
import { definedOnly } from '../../api/defined';
import type { ModelSpec } from '../../api/resource';
import { gpuNamed } from '../../catalog/gpus';
import { formatProblem, RUNTIMES, runtimeNamed, settingsOf, taskOf } from '../../runtimes';
import type { ModelFormat, ModelTask } from '../../runtimes';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';
import type { Gpu } from '../platform/gpu';
import type { IDataset, IModel } from './artifacts';
import type { ModelProps } from './model-props';
import { modelReference } from './references';

const FORMATS: readonly ModelFormat[] = ['safetensors', 'gguf', 'adapter'];

interface Made {
  readonly format?: string;
  readonly quantization?: string;
  readonly repository?: string;
  readonly base?: IModel;
  readonly loraRank?: number;
}

type Origin = Pick<ModelProps, 'model' | 'adapterOf' | 'adapterRank'>;

/** What the program of a Model makes, as far as that is known before it runs. */
export function madeBy({ runtime: spec, params = {} }: ModelSpec, { model: from, adapterOf, adapterRank }: Origin): Made {
  if (adapterOf) return { format: 'adapter', base: adapterOf, ...definedOnly({ repository: adapterOf.modelRepository, loraRank: adapterRank }) };
  const runtime = spec && runtimeNamed(spec.name);
  if (!runtime) return {};
  const settings = settingsOf(runtime.params('Model'), params);
  const format = runtime.makes?.(settings);
  const repository = runtime.role === 'loader' ? params.repo : from?.modelRepository;
  return {
    ...(format && { format }),
    ...(runtime.role === 'quantizer' && { quantization: runtime.name }),
    ...(repository !== undefined && { repository: String(repository) }),
    ...(format === 'adapter' && { base: from, loraRank: Number(settings.loraRank) }),
  };
}

/** Whether a Model can be an adapter of another, which a trainer or quantizer says itself. */
export function checkAdapterOf(scope: Construct, { runtime }: ModelSpec, { adapterOf, adapterRank }: Origin): void {
  if (adapterRank !== undefined && !(Number.isInteger(adapterRank) && adapterRank > 0)) {
    throw new ValidationError(scope, `adapterRank is ${formatValue(adapterRank)}; give a whole number, 1 or more`);
  }
  if (!adapterOf) {
    if (adapterRank !== undefined) throw new ValidationError(scope, `adapterRank is ${adapterRank} but adapterOf is not set; set adapterOf, or leave adapterRank out`);
    return;
  }
  modelReference(scope, 'adapterOf', adapterOf);
  const role = runtime && runtimeNamed(runtime.name)?.role;
  if (role === 'trainer') throw new ValidationError(scope, 'adapterOf and trainer are set; leave adapterOf out, for output TrainingOutput.ADAPTER of the trainer says the same');
  if (role === 'quantizer') throw new ValidationError(scope, 'adapterOf and quantizer are set, but an adapter is not quantized; leave one of them out');
}

interface ModelInputs {
  readonly model?: IModel;
  readonly dataset?: IDataset;
}

/** Whether the program of a Model can take the model that it starts from, and the dataset. */
export function checkInput(scope: Construct, { runtime: spec }: ModelSpec, { model, dataset }: ModelInputs): void {
  const runtime = spec && runtimeNamed(spec.name);
  if (!runtime) return;
  const rows = dataset?.datasetFormat;
  if (dataset && rows !== undefined && runtime.takesRows && !runtime.takesRows.includes(rows)) {
    throw new ValidationError(scope, `dataset ${dataset.node.path} has ${rows} rows, but ${runtime.role} ${runtime.name} takes ${runtime.takesRows.join(', ')}; give it another shape`);
  }
  if (dataset && (runtime.role === 'loader' || runtime.name === 'gguf')) {
    throw new ValidationError(scope, `${runtime.role} ${runtime.name} reads no dataset; leave dataset out`);
  }
  if (!model) return;
  const { modelFormat, modelQuantization, modelRepository } = model;
  if (runtime.role === 'trainer' && modelRepository !== undefined && taskOf(modelRepository) === 'speech') {
    throw new ValidationError(scope, `model ${model.node.path} is made from ${modelRepository}, which transcribes speech, but ${runtime.role} ${runtime.name} trains models that write text; set image to a program that trains it`);
  }
  if (runtime.role === 'loader') throw new ValidationError(scope, `loader ${runtime.name} starts from no model; leave model out`);
  if (modelQuantization !== undefined) {
    throw new ValidationError(scope, `model ${model.node.path} is quantized to ${modelQuantization} already, which ${runtime.role} ${runtime.name} cannot take; give the model that it was made from`);
  }
  if (modelFormat !== undefined && runtime.takes && !runtime.takes.includes(modelFormat as ModelFormat)) {
    if (modelFormat === 'adapter') {
      throw new ValidationError(scope, `model ${model.node.path} is an adapter, which ${runtime.role} ${runtime.name} cannot start from; ${MERGE}`);
    }
    throw new ValidationError(scope, `model ${model.node.path} is ${modelFormat}, but ${runtime.role} ${runtime.name} takes ${runtime.takes.join(' or ')}; give the model in that format`);
  }
}

const MERGE = 'train it with output TrainingOutput.MERGED';

interface Serving {
  readonly engine: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly model: IModel;
  readonly gpu?: Gpu;
}

/** Whether an engine can serve a model on a GPU. */
export function checkServed(scope: Construct, { engine, params, model, gpu }: Serving): void {
  const { modelFormat, modelQuantization } = model;
  const takes = runtimeNamed(engine)?.takes;
  const problem = modelFormat === 'adapter' ? adapterProblem(engine, params, model) : undefined;
  if (problem) throw new ValidationError(scope, problem);
  if (modelFormat !== undefined && modelFormat !== 'adapter' && takes && !takes.includes(modelFormat as ModelFormat)) {
    const instead = modelFormat === 'gguf' ? 'Engine.llamaCpp()' : 'Engine.vllm(), or quantize it to gguf';
    throw new ValidationError(scope, `model ${model.node.path} is ${modelFormat}, but engine ${engine} takes ${takes.join(' or ')}; use ${instead}`);
  }
  const task = taskProblem(engine, params, model);
  if (task) throw new ValidationError(scope, task);
  const unfit = modelQuantization === undefined ? undefined : formatProblem(modelQuantization, gpu && gpuNamed(gpu.name));
  if (unfit && (!gpu || gpuNamed(gpu.name))) throw new ValidationError(scope, unfit);
}

/** Why an engine cannot serve an adapter; `undefined` if it can. */
function adapterProblem(engine: string, { maxLoraRank }: Serving['params'], { node, modelBase, modelLoraRank = 0 }: IModel): string | undefined {
  const model = `model ${node.path} is an adapter`;
  if (!runtimeNamed(engine)?.takesAdapters) {
    const then = engine === 'llama-cpp' ? ', and quantize it to gguf' : '';
    return `${model}, which engine ${engine} cannot serve; use Engine.vllm(), or ${MERGE}${then}`;
  }
  if (!modelBase) return `${model}, but which model it was trained from is not known; give modelBase to Model.fromModelAttributes, or ${MERGE}`;
  if (maxLoraRank === undefined || modelLoraRank <= Number(maxLoraRank)) return undefined;
  return `${model} of rank ${modelLoraRank}, but maxLoraRank of engine ${engine} is ${maxLoraRank}; leave maxLoraRank out, or train it with a lower loraRank`;
}

/** What models do, and the engine for it. */
const TASKS: Readonly<Record<ModelTask, readonly [string, string]>> = {
  text: ['writes text', 'Engine.vllm()'],
  speech: ['transcribes speech', 'Engine.speech()'],
  embed: ['makes embeddings', 'Engine.embeddings(), or Engine.vllm({ task: EngineTask.EMBED })'],
  rerank: ['ranks texts', 'Engine.embeddings(), or Engine.vllm({ task: EngineTask.RERANK })'],
};

/** Why a model is not for an engine; `undefined` if it is, or where that is not known. A model of text can be made to embed. */
function taskProblem(engine: string, params: Serving['params'], model: IModel): string | undefined {
  const { modelRepository: repository } = model;
  const task = repository === undefined ? undefined : taskOf(repository);
  const served = runtimeNamed(engine)?.serves?.(params) ?? [];
  if (task === undefined || served.length === 0 || served.includes(task) || (task === 'text' && engine === 'vllm')) return undefined;
  const [does, instead] = TASKS[task];
  const asked = params.task === undefined ? `engine ${engine}` : `engine ${engine} with task ${String(params.task)}`;
  return `model ${model.node.path} is made from ${repository}, which ${does}, but ${asked} does not; use ${instead}`;
}

/** What a caller says of a model that is declared elsewhere. */
export function checkDeclaredFormat(scope: Construct, { modelFormat, modelQuantization }: Pick<IModel, 'modelFormat' | 'modelQuantization'>): void {
  if (modelQuantization !== undefined && runtimeNamed(modelQuantization)?.role !== 'quantizer') {
    const names = RUNTIMES.filter(({ role }) => role === 'quantizer').map(({ name }) => name);
    throw new ValidationError(scope, `modelQuantization is ${formatValue(modelQuantization)}; use one of ${names.join(', ')}`);
  }
  if (modelFormat === undefined || FORMATS.includes(modelFormat as ModelFormat)) return;
  throw new ValidationError(scope, `modelFormat is ${formatValue(modelFormat)}; use one of ${FORMATS.join(', ')}`);
}
