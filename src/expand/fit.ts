/** Whether what a resource runs fits the GPUs or the memory that it asks for, where the facts of its model are known. */
import type { FactsSpec } from '../api/facts';
import type { PlatformSpec } from '../api/platform';
import type { Resource, ServerSpec } from '../api/resource';
import { shareGiB } from '../api/sharing';
import { type GpuMemory, usableGiB } from '../catalog/gpu-memory';
import type { GpuRequest } from '../clouds/cloud';
import { runtimeNamed, settingsOf } from '../runtimes';
import type { Settings } from '../runtimes';
import type { Fit } from '../sizing/fit';
import { cpuServingFit, memoryFit } from '../sizing/host-memory';
import { llamaCppFit } from '../sizing/llama-cpp';
import { servingFit, SHORTEST_CONTEXT } from '../sizing/serving';
import type { ServingFit } from '../sizing/serving';
import { trainingFit } from '../sizing/training';
import { gpuRequestOf, slicesIn } from './gpus';
import { adaptersOf, contextOf, type Known, podMemoryOf, podMemoryParts, waitingAdapters } from './pod-memory';

/** Of vLLM: takes a longer context than the config of the model has. https://docs.vllm.ai/en/stable/configuration/env_vars.html */
const ALLOWS_LONG = 'VLLM_ALLOW_LONG_MAX_MODEL_LEN';

/** Why vLLM does not start with so long a context; `undefined` if it may. */
function longFit({ resource: { spec }, facts, settings }: Known): ServingFit | undefined {
  const length = Number(settings.maxModelLen);
  const isAllowed = Object.hasOwn({ ...spec.env, ...spec.runtimeEnv }, ALLOWS_LONG);
  if (length <= facts.contextLength || isAllowed) return undefined;
  const reason = `maxModelLen is ${length}, but ${facts.name} was made for ${facts.contextLength} tokens, and vLLM does not start with more`;
  return { verdict: 'no', reason, contextLength: facts.contextLength, parts: [] };
}


/** The fit of a resource whose model has these facts; `undefined` where nothing is computed: other programs, or an unknown GPU. */
export function fitOf(resource: Resource, facts: FactsSpec, platform: PlatformSpec): Fit | undefined {
  const known = knownOf(resource, facts, platform);
  if (!known) return undefined;
  const { runtime, settings, request } = known;
  if (runtime.name === 'llama-cpp') return llamaCpp(known);
  if (!request || runtime.role === 'quantizer') return inPod(known);
  if (!request.gpu) return undefined;
  if (runtime.name === 'vllm' && settings.task === 'generate') return serving(known, request);
  return runtime.role === 'trainer' ? training(known, request) : undefined;
}

/** What a resource runs, where that is a ready-made program. */
export function knownOf(resource: Resource, facts: FactsSpec, platform: PlatformSpec): Known | undefined {
  const runtime = resource.spec.runtime && runtimeNamed(resource.spec.runtime.name);
  if (!runtime) return undefined;
  const request = gpuRequestOf(resource.spec.resources, platform);
  const settings = settingsOf(runtime.params(resource.kind), resource.spec.params);
  return { resource, facts, platform, runtime, settings, ...(request && { request }) };
}

/** What computes in the memory of its pod, of vLLM with arguments of the author's nothing, as with GPUs. */
function inPod(known: Known): Fit | undefined {
  const { resource, facts, runtime: { name, role }, settings } = known;
  const parts = podMemoryParts(known);
  if (!parts) return undefined;
  const memory = podMemoryOf(known);
  if (role === 'trainer') return memoryFit(`${facts.name}, finetuned by ${String(settings.method)}`, parts, memory);
  if (role === 'quantizer') return memoryFit(`${facts.name}, quantized to ${name}`, parts, memory);
  if ((resource.spec.args ?? []).length > 0) return undefined;
  const length = Number(settings.maxModelLen);
  const cacheGiB = Number(settings.cpuCacheGiB);
  const options = { cacheGiB, memory, ...waitingAdapters(known), ...(length > 0 && { contextLength: length }) };
  return longFit(known) ?? cpuServingFit(facts, options);
}

/** With arguments of the author's nothing is known: they can change the memory, the length, and how the GPUs share the model. */
function serving(known: Known, request: GpuRequest): ServingFit | undefined {
  const { resource, facts, settings } = known;
  const { maxModelLen, tensorParallel, kvCacheDtype } = settings;
  const gpu = (resource.spec.args ?? []).length === 0 ? shareOf(request) : undefined;
  const { nodes = 1 } = resource.spec as ServerSpec;
  const shared = tensorParallel === 0 ? request.count : Number(tensorParallel);
  const tooLong = gpu && longFit(known);
  if (tooLong) return tooLong;
  const fit = gpu && servingFit(facts, {
    gpu,
    tensorParallel: shared,
    ...(nodes > 1 && { pipelineParallel: nodes * request.count / shared, nodes }),
    memoryUtilization: utilizationOf(settings, request),
    cacheBytes: kvCacheDtype === 'fp8' ? 1 : 2,
    ...(maxModelLen !== 0 && { contextLength: Number(maxModelLen) }),
    ...adaptersOf(known),
  });
  return fit && besideOthers(fit, request, Number(settings.gpuMemoryUtilization));
}

/** Pods that take turns on a GPU share its memory too, as far as each leaves the others some. */
function besideOthers(fit: ServingFit, request: GpuRequest, utilization: number): ServingFit {
  const slices = request.sharing?.startsWith('time-slicing-') ? slicesIn(request) : 1;
  if (fit.verdict === 'no' || utilization * slices <= 1) return fit;
  const share = Math.floor(100 / slices) / 100;
  return { ...fit, verdict: 'tight', reason: `${fit.reason}, unless other pods use the GPU; gpuMemoryUtilization ${share} would leave them room` };
}

/** Of what the pod can use. A client of MPS sees the whole GPU, and is told how much of that to take. */
function utilizationOf({ gpuMemoryUtilization }: Settings, request: GpuRequest): number {
  const utilization = Number(gpuMemoryUtilization);
  return request.sharing?.startsWith('mps-') ? Math.min(1, utilization * slicesIn(request)) : utilization;
}

function training({ resource, facts, settings }: Known, request: GpuRequest): Fit | undefined {
  const gpu = shareOf(request);
  return gpu && trainingFit(facts, {
    task: resource.spec.runtime?.name === 'dpo' ? 'dpo' : 'sft',
    method: settings.method as 'full' | 'lora' | 'qlora',
    gpu,
    gpus: request.count,
    batchSize: Number(settings.batchSize),
    /* The program cuts rows at what the model takes. */
    maxLength: Math.min(Number(settings.maxLength), facts.contextLength),
    loraRank: Number(settings.loraRank),
  });
}

function llamaCpp(known: Known): Fit | undefined {
  const { facts, settings, request } = known;
  const { gib: memoryGiB } = podMemoryOf(known);
  if (!request) return llamaCppFit(facts, { memoryGiB, where: 'in the memory of its pod', ...contextOf(settings, facts) });
  const gpu = shareOf(request);
  if (!gpu) return undefined;
  const contextLength = Number(settings.contextLength) || Math.min(SHORTEST_CONTEXT, facts.contextLength);
  const where = `on ${request.count === 1 ? 'one' : request.count} ${gpu.name}`;
  const gpusGiB = usableGiB(gpu) * request.count;
  const onGpus = llamaCppFit(facts, { memoryGiB: gpusGiB, where, contextLength });
  if (onGpus.verdict !== 'no') return onGpus;
  /* Layers that do not fit the GPUs are computed by the CPU. */
  const onBoth = llamaCppFit(facts, {
    memoryGiB: gpusGiB + memoryGiB, where: `${where} and in the memory of its pod`, contextLength, promptCacheGiB: Number(settings.promptCacheGiB),
  });
  return onBoth.verdict === 'fits' ? { ...onBoth, verdict: 'tight' } : onBoth;
}

/** Part of its memory that programs can use of an instance of MIG. */
const USABLE_OF_SHARE = 0.98;

/** What one pod can use of a GPU that pods share. */
function shareOf({ gpu, sharing }: GpuRequest): GpuMemory | undefined {
  if (!gpu || sharing === undefined) return gpu;
  const memoryGiB = shareGiB(sharing, gpu.memoryGiB);
  return { name: `${gpu.name} (${sharing})`, memoryGiB, usableGiB: Math.min(usableGiB(gpu), USABLE_OF_SHARE * memoryGiB) };
}
