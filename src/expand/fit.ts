/** Whether what a resource runs fits the GPUs or the memory that it asks for, where the facts of its model are known. */
import type { FactsSpec } from '../api/facts';
import type { PlatformSpec } from '../api/platform';
import { amountOf, gibibytes } from '../api/quantity';
import type { Resource } from '../api/resource';
import { shareGiB } from '../api/sharing';
import { type GpuMemory, usableGiB } from '../catalog/gpu-memory';
import type { GpuRequest } from '../clouds/cloud';
import { runtimeNamed, settingsOf } from '../runtimes';
import type { Settings } from '../runtimes';
import { GIB } from '../sizing/fit';
import type { Fit } from '../sizing/fit';
import { llamaCppFit } from '../sizing/llama-cpp';
import { servingFit } from '../sizing/serving';
import type { ServingFit } from '../sizing/serving';
import { trainingFit } from '../sizing/training';
import { gpuRequestOf, slicesIn } from './gpus';
import { resourceRequirements } from './resources';
import { runnable } from './runtime';

/** llama.cpp takes what fits of the context; less than this is of no use. */
const SHORTEST_CONTEXT = 2048;
const CPU_CONTEXT = 8192;

interface FitContext {
  readonly resource: Resource;
  readonly facts: FactsSpec;
  readonly platform: PlatformSpec;
  readonly settings: Settings;
  readonly request?: GpuRequest;
}

/** The fit of a resource whose model has these facts; `undefined` where nothing is computed: other programs, or an unknown GPU. */
export function fitOf(resource: Resource, facts: FactsSpec, platform: PlatformSpec): Fit | undefined {
  const runtime = resource.spec.runtime && runtimeNamed(resource.spec.runtime.name);
  if (!runtime) return undefined;
  const settings = settingsOf(runtime.params(resource.kind), resource.spec.params);
  const request = gpuRequestOf(resource.spec.resources, platform);
  const context = { resource, facts, platform, settings, ...(request && { request }) };
  if (runtime.name === 'llama-cpp') return llamaCpp(context);
  if (!request?.gpu) return undefined;
  if (runtime.name === 'vllm' && settings.task === 'generate') return serving(context, request);
  return runtime.role === 'trainer' ? training(context, request) : undefined;
}

/** With arguments of the author's nothing is known: they can change the memory, the length, and how the GPUs share the model. */
function serving({ resource, facts, settings }: FitContext, request: GpuRequest): ServingFit | undefined {
  const { maxModelLen, tensorParallel, kvCacheDtype } = settings;
  const gpu = (resource.spec.args ?? []).length === 0 ? shareOf(request) : undefined;
  const fit = gpu && servingFit(facts, {
    gpu,
    tensorParallel: tensorParallel === 0 ? request.count : Number(tensorParallel),
    memoryUtilization: utilizationOf(settings, request),
    cacheBytes: kvCacheDtype === 'fp8' ? 1 : 2,
    ...(maxModelLen !== 0 && { contextLength: Number(maxModelLen) }),
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

function training({ resource, facts, settings }: FitContext, request: GpuRequest): Fit | undefined {
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

function llamaCpp({ resource, facts, platform, settings, request }: FitContext): Fit | undefined {
  const length = Number(settings.contextLength);
  const memoryGiB = podMemoryGiB(resource, platform);
  if (!request) return llamaCppFit(facts, { memoryGiB, where: 'in the memory of its pod', contextLength: length || CPU_CONTEXT });
  const gpu = shareOf(request);
  if (!gpu) return undefined;
  const contextLength = length || Math.min(SHORTEST_CONTEXT, facts.contextLength);
  const where = `on ${request.count === 1 ? 'one' : request.count} ${gpu.name}`;
  const gpusGiB = usableGiB(gpu) * request.count;
  const onGpus = llamaCppFit(facts, { memoryGiB: gpusGiB, where, contextLength });
  if (onGpus.verdict !== 'no') return onGpus;
  /* Layers that do not fit the GPUs are computed by the CPU. */
  const onBoth = llamaCppFit(facts, { memoryGiB: gpusGiB + memoryGiB, where: `${where} and in the memory of its pod`, contextLength });
  return onBoth.verdict === 'fits' ? { ...onBoth, verdict: 'tight' } : onBoth;
}

/** What a pod may take: its limit, or else what it asks for. */
function podMemoryGiB(resource: Resource, platform: PlatformSpec): number {
  const { resources = {} } = runnable(resource, platform).resource.spec;
  const memory = resources.limits?.memory ?? resources.memory ?? resourceRequirements(resources, platform).requests?.memory ?? 0;
  return amountOf(gibibytes(memory)) / GIB;
}

/** Part of its memory that programs can use of an instance of MIG. */
const USABLE_OF_SHARE = 0.98;

/** What one pod can use of a GPU that pods share. */
function shareOf({ gpu, sharing }: GpuRequest): GpuMemory | undefined {
  if (!gpu || sharing === undefined) return gpu;
  const memoryGiB = shareGiB(sharing, gpu.memoryGiB);
  return { name: `${gpu.name} (${sharing})`, memoryGiB, usableGiB: Math.min(usableGiB(gpu), USABLE_OF_SHARE * memoryGiB) };
}
