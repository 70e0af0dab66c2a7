/** llama.cpp: GGUF files, on anything. */
import type { ImageName } from '../../catalog/images';
import { AMD, gpuProblem, NVIDIA } from '../gpu-problem';
import type { ParamTable, Settings } from '../param';
import { PROGRAM_DIRECTORY, PROGRAM_USER } from '../program';
import type { Runtime, RuntimeContext } from '../runtime';

const PARAMS: ParamTable = {
  file: { type: 'text', description: 'GGUF file of the model, where it has several. Default: the only one.', pattern: /^(?!.*\.\.)[^\s/][^\s]*\.gguf$/, example: 'model-Q4_K_M.gguf' },
  contextLength: { type: 'integer', default: 0, minimum: 0, description: 'Tokens of the context, shared by all requests; 0 is what fits on the GPU, and 8192 without one.' },
  parallel: { type: 'integer', default: 1, minimum: 1, description: 'Requests that are computed at once.' },
  task: { type: 'text', default: 'generate', values: ['generate', 'embed', 'rerank'], description: 'What is asked of the model.' },
  promptCacheGiB: { type: 'integer', default: 1, minimum: 0, description: 'Memory of the pod for prompts that were answered, so that one which begins like them is answered sooner.' },
  gpuLayers: { type: 'integer', default: -1, minimum: -1, description: 'Layers on the GPU; -1 is as many as fit.' },
};

/** Without a GPU nothing bounds the cache of a model with a long context but the node's memory. */
const CPU_CONTEXT = 8192;

export const llamaCpp: Runtime = {
  name: 'llama-cpp',
  role: 'engine',
  version: 1,
  summary: 'Serves GGUF files by llama.cpp, on CPUs and GPUs of NVIDIA and AMD.',
  params: () => PARAMS,
  problem: (context) => gpuProblem('llama-cpp', context, { vendors: [NVIDIA, AMD] }),
  container: (context) => ({
    image: imageFor(context),
    command: ['sh', `${PROGRAM_DIRECTORY}/serve.sh`],
    args: argumentsOf(context.settings, context),
    env: { HOME: '/tmp' },
    program: 'llama-cpp',
    user: PROGRAM_USER,
    resources: { cpu: '2', memory: '4Gi', disk: '1Gi' },
    serving: { readinessPath: '/health' },
  }),
  takes: ['gguf'],
  whyNoAdapters: 'takes the number of an adapter with each request, and not its name',
};

function imageFor({ gpus }: RuntimeContext): ImageName {
  if (!gpus) return 'llama-cpp';
  return gpus.model?.resource.startsWith('amd.com/') ? 'llama-cpp-rocm' : 'llama-cpp-cuda';
}

/** The first is the file, which the script finds where it is not named. */
function argumentsOf({ file, contextLength, parallel, task, promptCacheGiB, gpuLayers }: Settings, { name, port, gpus, isStreamed }: RuntimeContext): string[] {
  return [
    String(file), '--alias', name, '--host', '0.0.0.0', '--port', String(port),
    /* An explicit 0 would keep the server from taking what fits. */
    ...(contextLength === 0 && gpus ? [] : ['--ctx-size', String(contextLength === 0 ? CPU_CONTEXT : contextLength)]),
    /* By itself it takes up to 8 GiB of the pod's memory. https://github.com/ollama/ollama/issues/18264 */
    '--parallel', String(parallel), '--cache-ram', String(1024 * Number(promptCacheGiB)), '--metrics', '--jinja', '--no-webui',
    ...(task === 'embed' ? ['--embeddings'] : task === 'rerank' ? ['--rerank'] : []),
    /* A mapped file is read page by page from a bucket. https://github.com/GoogleCloudPlatform/gcsfuse/blob/master/docs/semantics.md */
    ...(isStreamed ? ['--load-mode', 'none'] : []),
    ...(gpus ? ['--n-gpu-layers', gpuLayers === -1 ? 'auto' : String(gpuLayers)] : []),
  ];
}
