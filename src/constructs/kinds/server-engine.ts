/** The engine of a Server, with what follows for it from the model. */
import type { Construct } from 'constructs';
import { runtimeNamed } from '../../runtimes';
import type { IModel } from './artifacts';
import { Engine } from './engine';
import { checkServed } from './model-format';
import type { WorkloadProps } from './workload';

interface ServedProps extends Pick<WorkloadProps, 'image' | 'imageBuild' | 'command' | 'resources' | 'params'> {
  readonly engine?: Engine;
  readonly model: IModel;
}

/** The engine that is asked for, or else the one for the model's format. */
export function engineFor(scope: Construct, props: ServedProps): Engine | undefined {
  const { engine, image, imageBuild, command, model, resources, params } = props;
  const chosen = engine ?? (image || imageBuild || command ? undefined : defaultEngine(model));
  if (!(chosen instanceof Engine)) return chosen;
  checkServed(scope, { engine: chosen._runtime.name, model, gpu: resources?.gpu });
  return withParamsOf(chosen, model, params);
}

function defaultEngine({ modelFormat }: IModel): Engine | undefined {
  if (modelFormat === 'gguf') return Engine.llamaCpp();
  return modelFormat === 'safetensors' ? Engine.vllm() : undefined;
}

/** What is derived is written into the resource, so that the cluster runs what was reviewed. */
function withParamsOf(engine: Engine, { modelRepository: repository }: IModel, params: ServedProps['params'] = {}): Engine {
  const { name, params: options } = engine._runtime;
  const derived = runtimeNamed(name)?.paramsFor?.({ repository }, { ...options, ...params }) ?? {};
  return engine._with(Object.fromEntries(Object.entries(derived).filter(([key]) => params[key] === undefined)));
}
