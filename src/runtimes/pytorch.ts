/** Which PyTorch a GPU runs. */
import type { ImageName } from '../catalog/images';
import type { RuntimeContext } from './runtime';

/** The first compute capability of Blackwell, which CUDA 12.6 does not know. */
const BLACKWELL = 10;

export function pytorchImage({ gpus }: Pick<RuntimeContext, 'gpus'>): ImageName {
  return (gpus?.model?.capability ?? 0) >= BLACKWELL ? 'pytorch-cuda13' : 'pytorch-cuda12';
}

/** How many GPUs PyTorch is to find: a driver or an image that does not fit would train for weeks on a CPU. */
export function gpuCount({ gpus }: Pick<RuntimeContext, 'gpus'>): Record<string, string> {
  return gpus ? { SUBSTRATUS_GPUS: String(gpus.count) } : {};
}
