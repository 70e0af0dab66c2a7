/** Which PyTorch a GPU runs. */
import type { ImageName } from '../catalog/images';
import type { RuntimeContext } from './runtime';

/** The first compute capability of Blackwell, which CUDA 12.6 does not know. */
const BLACKWELL = 10;

export function pytorchImage({ gpus }: Pick<RuntimeContext, 'gpus'>): ImageName {
  return (gpus?.model?.capability ?? 0) >= BLACKWELL ? 'pytorch-cuda13' : 'pytorch-cuda12';
}
