/** vLLM: language models in safetensors, on GPUs and large CPUs. */
import { nearest } from '../../api/names';
import type { ImageName } from '../../catalog/images';
import { AMD, gpuProblem, NVIDIA, TURING } from '../gpu-problem';
import type { ParamTable, Settings } from '../param';
import type { ModelFacts, Runtime, RuntimeContext } from '../runtime';
import { parsersOf, REASONING_PARSERS, TOOL_PARSERS } from './parsers';

const TASKS = ['generate', 'embed', 'classify'];

const PARAMS: ParamTable = {
  task: { type: 'text', default: 'generate', values: TASKS, description: 'What is asked of the model: text, embeddings or scores.' },
  maxModelLen: { type: 'integer', default: 0, minimum: 0, description: 'Most tokens of a request and its answer; 0 is what fits, up to what the model was made for.' },
  gpuMemoryUtilization: { type: 'number', default: 0.92, minimum: 0.05, maximum: 1, description: 'Fraction of the memory of each GPU to use.' },
  tensorParallel: { type: 'integer', default: 0, minimum: 0, description: 'GPUs that share each layer; 0 is all of the pod.' },
  maxNumSeqs: { type: 'integer', default: 0, minimum: 0, description: 'Most requests that are computed at once; 0 is by the GPU.' },
  dtype: { type: 'text', default: 'auto', values: ['auto', 'bfloat16', 'float16', 'float32'], description: 'Type that is computed in.' },
  kvCacheDtype: { type: 'text', default: 'auto', values: ['auto', 'fp8'], description: 'Type of the cache of keys and values.' },
  cpuCacheGiB: { type: 'integer', default: 4, minimum: 1, description: 'Memory for the cache of keys and values, without a GPU.' },
  toolParser: { type: 'text', description: 'How the model writes tool calls, such as hermes; turns tool calling on.' },
  reasoningParser: { type: 'text', description: 'How the model writes what it thinks, such as qwen3.' },
  enforceEager: { type: 'boolean', default: false, description: 'Whether nothing is compiled: starts faster, answers slower.' },
  trustRemoteCode: { type: 'boolean', default: false, description: "Whether Python code of the model's repository may run." },
};

/** Time for requests to end, within the grace period. */
const DRAIN_SECONDS = 60;

/** The first driver that runs CUDA 13, and the first that runs CUDA 12.9 by minor version compatibility. */
const CUDA13_DRIVER = 580;
const CUDA12_DRIVER = 525;

export const vllm: Runtime = {
  name: 'vllm',
  role: 'engine',
  version: 1,
  summary: 'Serves language models in safetensors by vLLM, on NVIDIA and AMD GPUs and on CPUs with AVX-512.',
  params: () => PARAMS,
  problem: (context) => gpuProblem('vllm', context, { vendors: [NVIDIA, AMD], capability: TURING }) ?? parallelProblem(context) ?? parserProblem(context),
  container: (context) => ({
    image: imageFor(context),
    args: argumentsOf(context),
    env: environmentOf(context),
    /* Other users need an entry in its passwd. https://github.com/kserve/kserve/issues/5666 */
    user: { uid: 2000, gid: 0 },
    resources: { cpu: '4', memory: '16Gi', disk: '10Gi' },
    serving: { readinessPath: '/health', terminationGracePeriod: '90s' },
  }),
  takes: ['safetensors'],
  paramsFor,
};

function imageFor({ gpus, platform }: RuntimeContext): ImageName {
  if (!gpus) return 'vllm-cpu';
  if (gpus.model?.resource.startsWith('amd.com/')) return 'vllm-rocm';
  return (platform.gpuDriver ?? 0) >= CUDA13_DRIVER ? 'vllm-cuda13' : 'vllm-cuda12';
}

function argumentsOf({ settings, name, port, gpus }: RuntimeContext): string[] {
  const { maxModelLen, gpuMemoryUtilization, maxNumSeqs, dtype, kvCacheDtype, task } = settings;
  return [
    '/content/model', '--served-model-name', name, '--host', '0.0.0.0', '--port', String(port),
    '--max-model-len', maxModelLen === 0 ? 'auto' : String(maxModelLen),
    ...(task === 'generate' ? [] : ['--runner', 'pooling', '--convert', String(task)]),
    ...(gpus ? ['--gpu-memory-utilization', String(gpuMemoryUtilization), '--tensor-parallel-size', String(parallelOf(settings, gpus.count))] : []),
    ...(maxNumSeqs === 0 ? [] : ['--max-num-seqs', String(maxNumSeqs)]),
    ...(dtype === 'auto' ? [] : ['--dtype', String(dtype)]),
    ...(kvCacheDtype === 'auto' ? [] : ['--kv-cache-dtype', String(kvCacheDtype)]),
    ...parsers(settings),
    ...(settings.enforceEager === true ? ['--enforce-eager'] : []),
    ...(settings.trustRemoteCode === true ? ['--trust-remote-code'] : []),
    '--shutdown-timeout', String(DRAIN_SECONDS),
  ];
}

function parsers({ toolParser, reasoningParser }: Settings): string[] {
  return [
    ...(toolParser === '' ? [] : ['--enable-auto-tool-choice', '--tool-call-parser', String(toolParser)]),
    ...(reasoningParser === '' ? [] : ['--reasoning-parser', String(reasoningParser)]),
  ];
}

/** What a known model writes is known too. */
function paramsFor({ repository }: ModelFacts, { task = 'generate' }: Settings): Settings {
  return repository === undefined || task !== 'generate' ? {} : { ...parsersOf(repository) };
}

/** An image of the author's may have others. */
function parserProblem({ settings: { toolParser, reasoningParser }, hasOwnImage }: RuntimeContext): string | undefined {
  if (hasOwnImage) return undefined;
  return unknownParser('toolParser', String(toolParser), TOOL_PARSERS) ?? unknownParser('reasoningParser', String(reasoningParser), REASONING_PARSERS);
}

function unknownParser(param: string, name: string, known: readonly string[]): string | undefined {
  if (name === '' || known.includes(name)) return undefined;
  const similar = nearest(name, [...known]);
  return `param ${param} is ${name}, which vLLM 0.31 does not have; ${similar === undefined ? `use one of ${known.join(', ')}` : `did you mean ${similar}?`}`;
}

function parallelOf({ tensorParallel }: Settings, count: number): number {
  return tensorParallel === 0 ? count : Number(tensorParallel);
}

function environmentOf({ settings, gpus }: RuntimeContext): Record<string, string> {
  return {
    DO_NOT_TRACK: '1', HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', VLLM_NO_USAGE_STATS: '1',
    HOME: '/tmp', VLLM_CACHE_ROOT: '/tmp/vllm', TRITON_CACHE_DIR: '/tmp/triton', TORCHINDUCTOR_CACHE_DIR: '/tmp/inductor',
    ...(!gpus && { VLLM_CPU_KVCACHE_SPACE: String(settings.cpuCacheGiB) }),
  };
}

function parallelProblem({ settings, gpus, platform }: RuntimeContext): string | undefined {
  const count = gpus?.count ?? 1;
  const parallel = parallelOf(settings, count);
  if (parallel > count) return `param tensorParallel is ${parallel} but the pod has ${gpus ? `${count} GPU${count === 1 ? '' : 's'}` : 'no GPU'}; raise gpuCount, or leave it out`;
  const { gpuDriver } = platform;
  if (gpus && gpuDriver !== undefined && gpuDriver < CUDA12_DRIVER) {
    return `the GPU driver of the platform is ${gpuDriver}, but vLLM needs ${CUDA12_DRIVER} or newer; upgrade the driver`;
  }
  return undefined;
}
