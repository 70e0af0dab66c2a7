/** What vLLM runs in, whatever it serves: image, environment, and what it asks of GPUs and drivers. */
import { adapterName, BASE_NAME } from '../../api/adapters';
import type { ImageName } from '../../catalog/images';
import { AMD, gpuProblem, NVIDIA, TURING } from '../gpu-problem';
import type { RuntimeContainer, RuntimeContext } from '../runtime';

/** Time for requests to end, within the grace period. */
const DRAIN_SECONDS = 60;

/** The first driver that runs CUDA 13, and the first that runs CUDA 12.9 by minor version compatibility. */
const CUDA13_DRIVER = 580;
const CUDA12_DRIVER = 525;

/** Of every container with vLLM, but for its resources and what it is asked. */
export function vllmContainer(context: RuntimeContext, args: readonly string[]): Omit<RuntimeContainer, 'resources'> {
  const { name, port, nodes = 1, hasBase = false } = context;
  return {
    image: imageFor(context),
    args: [
      hasBase ? '/content/base' : '/content/model', '--served-model-name', hasBase ? adapterName(name, BASE_NAME) : name, '--host', '0.0.0.0', '--port', String(port), ...args,
      ...loadArguments(context), ...groupArguments(nodes), '--shutdown-timeout', String(DRAIN_SECONDS),
    ],
    env: environmentOf(context),
    /* Other users need an entry in its passwd. https://github.com/kserve/kserve/issues/5666 */
    user: { uid: 2000, gid: 0 },
    serving: { readinessPath: '/health', terminationGracePeriod: '90s' },
    ...(nodes > 1 && { group: { workerArgs: ['--headless'], addressVariable: 'VLLM_HOST_IP' } }),
  };
}

/** Its own processes, which need no Ray. https://docs.vllm.ai/en/stable/serving/parallelism_scaling.html */
function groupArguments(nodes: number): string[] {
  if (nodes === 1) return [];
  return [
    '--distributed-executor-backend', 'mp',
    '--nnodes', '$(LWS_GROUP_SIZE)', '--node-rank', '$(LWS_WORKER_INDEX)', '--master-addr', '$(LWS_LEADER_ADDRESS)',
  ];
}

function imageFor({ gpus, platform }: RuntimeContext): ImageName {
  if (!gpus) return 'vllm-cpu';
  if (gpus.model?.resource.startsWith(AMD)) return 'vllm-rocm';
  return (platform.gpuDriver ?? 0) >= CUDA13_DRIVER ? 'vllm-cuda13' : 'vllm-cuda12';
}

/** A mapped file is read page by page from a bucket; it reads ahead by itself for NFS alone. https://github.com/vllm-project/vllm/issues/23115 */
function loadArguments({ isStreamed }: RuntimeContext): string[] {
  return isStreamed ? ['--safetensors-load-strategy', 'prefetch'] : [];
}

function environmentOf({ settings, gpus }: RuntimeContext): Record<string, string> {
  return {
    DO_NOT_TRACK: '1', HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', VLLM_NO_USAGE_STATS: '1',
    HOME: '/tmp', VLLM_CACHE_ROOT: '/tmp/vllm', TRITON_CACHE_DIR: '/tmp/triton', TORCHINDUCTOR_CACHE_DIR: '/tmp/inductor',
    ...(!gpus && { VLLM_CPU_KVCACHE_SPACE: String(settings.cpuCacheGiB) }),
  };
}

/** Why it cannot run where it is to run; `undefined` if it can. */
export function vllmProblem(engine: string, context: RuntimeContext): string | undefined {
  return gpuProblem(engine, context, { vendors: [NVIDIA, AMD], capability: TURING }) ?? driverProblem(engine, context) ?? dtypeProblem(context);
}

/** The first compute capability of NVIDIA's GPUs that computes in bfloat16, which vLLM 0.31 asks for; by itself it takes float16 on older ones. */
const AMPERE = 8;

function dtypeProblem({ settings: { dtype }, gpus }: RuntimeContext): string | undefined {
  const { capability = AMPERE, name } = gpus?.model ?? {};
  return dtype === 'bfloat16' && capability < AMPERE ? `param dtype is bfloat16, in which ${name} does not compute; set it to float16, or leave it out` : undefined;
}

function driverProblem(engine: string, { gpus, platform: { gpuDriver } }: RuntimeContext): string | undefined {
  if (!gpus || gpus.model?.resource.startsWith(AMD) || gpuDriver === undefined || gpuDriver >= CUDA12_DRIVER) return undefined;
  return `the GPU driver of the platform is ${gpuDriver}, but ${engine} needs ${CUDA12_DRIVER} or newer; upgrade the driver`;
}
