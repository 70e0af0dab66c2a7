/** What is known of a model's files along the chain, and what runs on them. */
import type { Construct } from 'constructs';
import type { ModelSpec } from '../../api/resource';
import { gpuNamed } from '../../catalog/gpus';
import { formatProblem, runtimeNamed, settingsOf, taskOf } from '../../runtimes';
import type { ModelFormat, ModelTask } from '../../runtimes';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';
import type { Gpu } from '../platform/gpu';
import type { IDataset, IModel } from './artifacts';

const FORMATS: readonly ModelFormat[] = ['safetensors', 'gguf', 'adapter'];

interface Made {
  readonly format?: string;
  readonly quantization?: string;
  readonly repository?: string;
}

/** What the program of a Model makes, as far as that is known before it runs; `from` is the model that it starts from. */
export function madeBy({ runtime: spec, params = {} }: ModelSpec, from?: IModel): Made {
  const runtime = spec && runtimeNamed(spec.name);
  if (!runtime) return {};
  const format = runtime.makes?.(settingsOf(runtime.params('Model'), params));
  const repository = runtime.role === 'loader' ? params.repo : from?.modelRepository;
  return {
    ...(format && { format }),
    ...(runtime.role === 'quantizer' && { quantization: runtime.name }),
    ...(repository !== undefined && { repository: String(repository) }),
  };
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
  const { modelFormat, modelQuantization } = model;
  if (runtime.role === 'loader') throw new ValidationError(scope, `loader ${runtime.name} starts from no model; leave model out`);
  if (modelQuantization !== undefined) {
    throw new ValidationError(scope, `model ${model.node.path} is quantized to ${modelQuantization} already, which ${runtime.role} ${runtime.name} cannot take; give the model that it was made from`);
  }
  if (modelFormat !== undefined && runtime.takes && !runtime.takes.includes(modelFormat as ModelFormat)) {
    if (modelFormat === 'adapter') throw new ValidationError(scope, adapterProblem(model));
    throw new ValidationError(scope, `model ${model.node.path} is ${modelFormat}, but ${runtime.role} ${runtime.name} takes ${runtime.takes.join(' or ')}; give the model in that format`);
  }
}

function adapterProblem(model: IModel): string {
  return `model ${model.node.path} is an adapter alone, which nothing can use without its base; train it with output TrainingOutput.MERGED`;
}

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
  if (modelFormat !== undefined && takes && !takes.includes(modelFormat as ModelFormat)) {
    if (modelFormat === 'adapter') throw new ValidationError(scope, adapterProblem(model));
    const instead = modelFormat === 'gguf' ? 'Engine.llamaCpp()' : 'Engine.vllm(), or quantize it to gguf';
    throw new ValidationError(scope, `model ${model.node.path} is ${modelFormat}, but engine ${engine} takes ${takes.join(' or ')}; use ${instead}`);
  }
  const task = taskProblem(engine, params, model);
  if (task) throw new ValidationError(scope, task);
  const problem = modelQuantization === undefined ? undefined : formatProblem(modelQuantization, gpu && gpuNamed(gpu.name));
  if (problem && (!gpu || gpuNamed(gpu.name))) throw new ValidationError(scope, problem);
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
export function checkDeclaredFormat(scope: Construct, { modelFormat }: Pick<IModel, 'modelFormat'>): void {
  if (modelFormat === undefined || FORMATS.includes(modelFormat as ModelFormat)) return;
  throw new ValidationError(scope, `modelFormat is ${formatValue(modelFormat)}; use one of ${FORMATS.join(', ')}`);
}
