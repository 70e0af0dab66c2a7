/** Quantizer.auto, as the quantizer that it stands for. */
import type { Construct } from 'constructs';
import { QUANTIZER_ANNOTATION } from '../../api/resource';
import { gpuNamed } from '../../catalog/gpus';
import type { GpuModel } from '../../catalog/gpus';
import { chooseQuantizer } from '../../runtimes';
import { ValidationError } from '../checks/validation-error';
import type { Gpu } from '../platform/gpu';
import type { IDataset, IModel } from './artifacts';
import { Quantizer } from './quantizer';
import type { WorkloadProps } from './workload';

interface QuantizedProps extends Pick<WorkloadProps, 'metadata'> {
  readonly model?: IModel;
  readonly dataset?: IDataset;
  readonly quantizer?: Quantizer;
}

/** A dataset that is not read would be a part of the recipe. */
const READ_NO_DATASET = ['gguf', 'fp8'];

/** The same props with the quantizer that was chosen, and why in an annotation: its recipe is that of the quantizer by name. */
export function withChosenQuantizer<P extends QuantizedProps>(scope: Construct, props: P): P {
  const { quantizer, model, dataset, metadata } = props;
  if (!(quantizer instanceof Quantizer) || !quantizer._auto) return props;
  if (!model) throw new ValidationError(scope, 'quantizer is Quantizer.auto(), which needs a model; set model, or call quantize() of a Model');
  const { gpu, gpuCount = 1, contextLength } = quantizer._auto;
  const answer = chooseQuantizer({
    facts: model.modelFacts?._spec,
    hasDataset: dataset !== undefined,
    gpuCount,
    ...(gpu && { gpu: modelOf(scope, gpu) }),
    ...(contextLength !== undefined && { contextLength }),
  });
  if ('problem' in answer) throw new ValidationError(scope, `quantizer is Quantizer.auto(), but ${answer.problem}`);
  const annotations = { ...metadata?.annotations, [QUANTIZER_ANNOTATION]: answer.reason };
  const chosen = { quantizer: Quantizer._named(answer.quantizer), metadata: { ...metadata, annotations } };
  return { ...props, ...chosen, ...(READ_NO_DATASET.includes(answer.quantizer) && { dataset: undefined }) };
}

function modelOf(scope: Construct, { name }: Gpu): GpuModel {
  const gpu = gpuNamed(name);
  if (gpu) return gpu;
  throw new ValidationError(scope, `quantizer is Quantizer.auto(), but which formats ${name} computes with is not known; name a quantizer, for example Quantizer.int8()`);
}
