/** The engine of a Server, with what follows for it from the model. */
import type { Construct } from 'constructs';
import { runtimeNamed, taskOf } from '../../runtimes';
import type { ModelFacts } from '../../runtimes';
import type { IModel } from './artifacts';
import { Engine } from './engine';
import { checkServed } from './model-format';
import type { NamedAdapter } from './references';
import { checkAdapters, largestRank } from './server-adapters';
import type { WorkloadProps } from './workload';

interface ServedProps extends Pick<WorkloadProps, 'image' | 'imageBuild' | 'command' | 'resources' | 'params'> {
  readonly engine?: Engine;
  readonly model: IModel;
  readonly adapters: readonly NamedAdapter[];
}

/** The engine that is asked for, or else the one for the format of the model and for what it is made for. */
export function engineFor(scope: Construct, props: ServedProps): Engine | undefined {
  const { engine, image, imageBuild, command, model, adapters, resources, params } = props;
  const chosen = engine ?? (image || imageBuild || command ? undefined : defaultEngine(model));
  if (!(chosen instanceof Engine)) return chosen;
  const { name, params: options } = chosen._runtime;
  checkServed(scope, { engine: name, params: { ...options, ...params }, model, gpu: resources?.gpu });
  checkAdapters(scope, { engine: chosen, params: { ...options, ...params }, model, adapters });
  const loraRank = largestRank([...(model.modelFormat === 'adapter' ? [model] : []), ...adapters.map((adapter) => adapter.model)]);
  return withParamsOf(chosen, { repository: model.modelRepository, loraRank }, params);
}

function defaultEngine({ modelFormat, modelRepository }: IModel): Engine | undefined {
  if (modelFormat === 'gguf') return Engine.llamaCpp();
  if (modelFormat === 'adapter') return Engine.vllm();
  if (modelFormat !== 'safetensors') return undefined;
  const task = modelRepository === undefined ? undefined : taskOf(modelRepository);
  if (task === 'speech') return Engine.speech();
  return task === 'embed' || task === 'rerank' ? Engine.embeddings() : Engine.vllm();
}

/** What is derived is written into the resource, so that the cluster runs what was reviewed. */
function withParamsOf(engine: Engine, facts: ModelFacts, params: ServedProps['params'] = {}): Engine {
  const { name, params: options } = engine._runtime;
  const derived = runtimeNamed(name)?.paramsFor?.(facts, { ...options, ...params }) ?? {};
  return engine._with(Object.fromEntries(Object.entries(derived).filter(([key]) => params[key] === undefined)));
}

/** The model beside an adapter that an engine serves; `undefined` for any other model. */
export function baseFor(engine: Engine | undefined, { modelFormat, modelBase }: IModel): IModel | undefined {
  const takes = engine instanceof Engine && runtimeNamed(engine._runtime.name)?.takesAdapters === true;
  return takes && modelFormat === 'adapter' ? modelBase : undefined;
}
