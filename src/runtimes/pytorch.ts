/** Which PyTorch a GPU runs. */
import { gpuProblem, NVIDIA, TURING } from './gpu-problem';
import type { RuntimeContext } from './runtime';

/** The first compute capability of Blackwell, which CUDA 12.6 does not know. */
const BLACKWELL = 10;

/** The first drivers of CUDA 12.6, by minor version compatibility, and of CUDA 13. */
const DRIVERS = { 'pytorch-cuda12': 525, 'pytorch-cuda13': 580 } as const;

/** Why PyTorch cannot use the GPUs; `undefined` if it can, or if that is not known. */
export function pytorchProblem(name: string, context: Pick<RuntimeContext, 'gpus' | 'platform'>): string | undefined {
  const { gpus, platform: { gpuDriver } } = context;
  const problem = gpuProblem(name, context, { vendors: [NVIDIA], capability: TURING });
  if (problem || !gpus || gpuDriver === undefined) return problem;
  const needed = DRIVERS[pytorchImage(context)];
  if (gpuDriver >= needed) return undefined;
  return `the GPU driver of the platform is ${gpuDriver}, but ${name} needs ${needed} or newer${gpus.model ? ` on ${gpus.model.name}` : ''}; upgrade the driver`;
}

export function pytorchImage({ gpus }: Pick<RuntimeContext, 'gpus'>): keyof typeof DRIVERS {
  return (gpus?.model?.capability ?? 0) >= BLACKWELL ? 'pytorch-cuda13' : 'pytorch-cuda12';
}

/** How many GPUs PyTorch is to find: a driver or an image that does not fit would train for weeks on a CPU. */
export function gpuCount({ gpus }: Pick<RuntimeContext, 'gpus'>): Record<string, string> {
  return gpus ? { SUBSTRATUS_GPUS: String(gpus.count) } : {};
}
