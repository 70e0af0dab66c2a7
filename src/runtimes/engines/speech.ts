/** Speech to text by vLLM: Whisper and its like, in safetensors. Its images have FFmpeg and torchcodec, which is all that it takes. */
import type { ParamTable } from '../param';
import type { Runtime, RuntimeContext } from '../runtime';
import { vllmContainer, vllmProblem } from './vllm-pod';

const PARAMS: ParamTable = {
  gpuMemoryUtilization: { type: 'number', default: 0.92, minimum: 0.05, maximum: 1, description: 'Fraction of the memory of the GPU to use.' },
  maxNumSeqs: { type: 'integer', default: 0, minimum: 0, description: 'Most requests that are computed at once; 0 is by the GPU.' },
  dtype: { type: 'text', default: 'auto', values: ['auto', 'bfloat16', 'float16', 'float32'], description: 'Type that is computed in.' },
  cpuCacheGiB: { type: 'integer', default: 1, minimum: 1, description: 'Memory for the cache of keys and values, without a GPU.' },
  enforceEager: { type: 'boolean', default: false, description: 'Whether nothing is compiled: starts faster, answers slower.' },
};

export const speech: Runtime = {
  name: 'speech',
  role: 'engine',
  version: 1,
  summary: 'Transcribes and translates speech by vLLM, with Whisper or the like in safetensors, on NVIDIA and AMD GPUs and on CPUs with AVX-512.',
  params: () => PARAMS,
  problem: (context) => vllmProblem('speech', context) ?? countProblem(context),
  container: (context) => ({ ...vllmContainer(context, argumentsOf(context)), resources: { cpu: '4', memory: '8Gi', disk: '10Gi' } }),
  takes: ['safetensors'],
  serves: () => ['speech'],
};

function argumentsOf({ settings, gpus }: RuntimeContext): string[] {
  const { gpuMemoryUtilization, maxNumSeqs, dtype, enforceEager } = settings;
  return [
    ...(gpus ? ['--gpu-memory-utilization', String(gpuMemoryUtilization)] : []),
    ...(maxNumSeqs === 0 ? [] : ['--max-num-seqs', String(maxNumSeqs)]),
    ...(dtype === 'auto' ? [] : ['--dtype', String(dtype)]),
    ...(enforceEager === true ? ['--enforce-eager'] : []),
  ];
}

/** Models of speech are small: more of them answer more requests. */
function countProblem({ gpus }: RuntimeContext): string | undefined {
  if (!gpus || gpus.count === 1) return undefined;
  return `the pod has ${gpus.count} GPUs, but engine speech uses one; set gpuCount to 1, and more replicas`;
}
