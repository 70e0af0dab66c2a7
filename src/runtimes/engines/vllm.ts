/** vLLM: language models in safetensors, on GPUs and large CPUs. */
import { adapterName, BASE_NAME } from '../../api/adapters';
import { nearest } from '../../api/names';
import { adaptersAtOnce } from '../../sizing/adapters';
import type { ParamTable, Settings } from '../param';
import type { ModelFacts, Runtime, RuntimeContext } from '../runtime';
import { parsersOf, REASONING_PARSERS, TOOL_PARSERS } from './parsers';
import type { ModelTask } from './tasks';
import { vllmContainer, vllmProblem } from './vllm-pod';

/** What is asked of the model, and what that is for vLLM. */
const CONVERSIONS: Readonly<Record<string, string | undefined>> = { generate: undefined, embed: 'embed', classify: 'classify', rerank: 'classify' };

const PARAMS: ParamTable = {
  task: { type: 'text', default: 'generate', values: Object.keys(CONVERSIONS), description: 'What is asked of the model: text, embeddings, classes, or how well a text answers a question.' },
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
  maxLoraRank: { type: 'integer', default: 16, minimum: 1, maximum: 512, description: 'Largest rank of an adapter that is served.' },
  trustRemoteCode: { type: 'boolean', default: false, description: "Whether Python code of the model's repository may run." },
};

export const vllm: Runtime = {
  name: 'vllm',
  role: 'engine',
  version: 1,
  summary: 'Serves language models in safetensors by vLLM, on NVIDIA and AMD GPUs and on CPUs with AVX-512.',
  params: () => PARAMS,
  problem: (context) => vllmProblem('vllm', context) ?? parallelProblem(context) ?? parserProblem(context),
  container: (context) => ({ ...vllmContainer(context, argumentsOf(context)), resources: { cpu: '4', memory: '16Gi', disk: '10Gi' } }),
  takes: ['safetensors'],
  takesAdapters: true,
  spansNodes: true,
  serves: ({ task = 'generate' }) => SERVES[String(task)] ?? [],
  paramsFor,
};

const SERVES: Readonly<Record<string, readonly ModelTask[]>> = { generate: ['text'], embed: ['embed'], rerank: ['rerank'] };

function argumentsOf(context: RuntimeContext): string[] {
  const { settings, gpus, nodes = 1 } = context;
  const { maxModelLen, gpuMemoryUtilization, maxNumSeqs, dtype, kvCacheDtype, task } = settings;
  const conversion = CONVERSIONS[String(task)];
  return [
    '--max-model-len', maxModelLen === 0 ? 'auto' : String(maxModelLen),
    ...(conversion === undefined ? [] : ['--runner', 'pooling', '--convert', conversion]),
    ...(gpus ? ['--gpu-memory-utilization', String(gpuMemoryUtilization), '--tensor-parallel-size', String(parallelOf(settings, gpus.count)), ...stages(settings, gpus.count, nodes)] : []),
    ...(maxNumSeqs === 0 ? [] : ['--max-num-seqs', String(maxNumSeqs)]),
    ...(dtype === 'auto' ? [] : ['--dtype', String(dtype)]),
    ...(kvCacheDtype === 'auto' ? [] : ['--kv-cache-dtype', String(kvCacheDtype)]),
    ...parsers(settings),
    ...adapterArguments(context),
    ...(settings.enforceEager === true ? ['--enforce-eager'] : []),
    ...(settings.trustRemoteCode === true ? ['--trust-remote-code'] : []),
  ];
}

function parsers({ toolParser, reasoningParser }: Settings): string[] {
  return [
    ...(toolParser === '' ? [] : ['--enable-auto-tool-choice', '--tool-call-parser', String(toolParser)]),
    ...(reasoningParser === '' ? [] : ['--reasoning-parser', String(reasoningParser)]),
  ];
}

/** Ranks that vLLM 0.31 makes room for (`MaxLoRARanks`). */
const LORA_RANKS = [1, 8, 16, 32, 64, 128, 256, 320, 512];

/** Where the model is an adapter, it answers under the name of the Server, and its base beside it. */
function adapterArguments({ hasBase = false, name, adapters = [], settings: { maxLoraRank } }: RuntimeContext): string[] {
  if (!hasBase && adapters.length === 0) return [];
  const rank = LORA_RANKS.find((each) => each >= Number(maxLoraRank)) ?? maxLoraRank;
  const base = hasBase ? adapterName(name, BASE_NAME) : name;
  const modules = adapters.map((adapter) => (
    JSON.stringify({ name: adapterName(name, adapter), path: `/content/adapters/${adapter}`, base_model_name: base })));
  return [
    '--enable-lora', '--lora-modules', ...(hasBase ? [`${name}=/content/model`] : []), ...modules, '--max-lora-rank', String(rank),
    ...roomArguments(modules.length + Number(hasBase)),
  ];
}

/** By itself vLLM computes with one adapter at once, and reads another one from its files again for each turn. */
function roomArguments(adapters: number): string[] {
  return adapters > 1 ? ['--max-loras', String(adaptersAtOnce(adapters)), '--max-cpu-loras', String(adapters)] : [];
}

/** What a known model writes is known too, and the rank of an adapter. */
function paramsFor({ repository, loraRank }: ModelFacts, { task = 'generate' }: Settings): Settings {
  return {
    ...(repository !== undefined && task === 'generate' && parsersOf(repository)),
    ...(loraRank !== undefined && { maxLoraRank: loraRank }),
  };
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

/** Each node has layers of its own, and so has each set of GPUs of a node that shares them. */
function stages(settings: Settings, count: number, nodes: number): string[] {
  return nodes === 1 ? [] : ['--pipeline-parallel-size', String(nodes * count / parallelOf(settings, count))];
}

/** GPUs can be shared in other ways, by arguments of the author's. */
function parallelProblem({ settings, gpus, nodes = 1, args = [] }: RuntimeContext): string | undefined {
  const count = gpus?.count ?? 1;
  const parallel = parallelOf(settings, count);
  if (parallel > count) return `param tensorParallel is ${parallel} but the pod has ${gpus ? `${count} GPU${count === 1 ? '' : 's'}` : 'no GPU'}; raise gpuCount, or leave it out`;
  if (parallel === count || (nodes > 1 && count % parallel === 0) || args.some((arg) => /^--(pipeline|data)-parallel-size/.test(arg))) return undefined;
  if (nodes > 1) return `param tensorParallel is ${parallel}, by which the ${count} GPUs of a node cannot be divided; leave it out, or set it to a divisor of ${count}`;
  return `param tensorParallel is ${parallel} but the pod has ${count} GPUs, of which ${count - parallel} would have nothing to do; `
    + `set gpuCount to ${parallel} and more replicas, or leave tensorParallel out`;
}
