/** Whether what a resource runs fits the GPUs or the memory that it asks for, where the facts of its model are known. */
import type { FactsSpec } from '../api/facts';
import type { PlatformSpec } from '../api/platform';
import { amountOf } from '../api/quantity';
import type { Resource } from '../api/resource';
import { usableGiB } from '../catalog/gpu-memory';
import type { GpuModel } from '../catalog/gpus';
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

function serving({ facts, settings }: FitContext, request: GpuRequest): ServingFit | undefined {
  const { maxModelLen, gpuMemoryUtilization, tensorParallel, kvCacheDtype } = settings;
  const gpu = sliceOf(request);
  return gpu && servingFit(facts, {
    gpu,
    tensorParallel: tensorParallel === 0 ? request.count : Number(tensorParallel),
    memoryUtilization: Number(gpuMemoryUtilization),
    cacheBytes: kvCacheDtype === 'fp8' ? 1 : 2,
    ...(maxModelLen !== 0 && { contextLength: Number(maxModelLen) }),
  });
}

function training({ resource, facts, settings }: FitContext, request: GpuRequest): Fit | undefined {
  const gpu = sliceOf(request);
  return gpu && trainingFit(facts, {
    task: resource.spec.runtime?.name === 'dpo' ? 'dpo' : 'sft',
    method: settings.method as 'full' | 'lora' | 'qlora',
    gpu,
    gpus: request.count,
    batchSize: Number(settings.batchSize),
    maxLength: Number(settings.maxLength),
    loraRank: Number(settings.loraRank),
  });
}

function llamaCpp({ resource, facts, platform, settings, request }: FitContext): Fit | undefined {
  const { contextLength } = settings;
  if (!request) {
    const { memory } = runnable(resource, platform).resource.spec.resources ?? {};
    if (memory === undefined) return undefined;
    const memoryGiB = typeof memory === 'number' ? memory : amountOf(memory) / GIB;
    return llamaCppFit(facts, { memoryGiB, where: 'in the memory of its pod', contextLength: Number(contextLength) || CPU_CONTEXT });
  }
  const gpu = sliceOf(request);
  return gpu && llamaCppFit(facts, {
    memoryGiB: usableGiB(gpu) * request.count,
    where: `on ${request.count === 1 ? 'one' : request.count} ${gpu.name}`,
    contextLength: Number(contextLength) || Math.min(SHORTEST_CONTEXT, facts.contextLength),
  });
}

/** What one pod sees of a GPU that pods share. */
function sliceOf(request: GpuRequest): Pick<GpuModel, 'name' | 'memoryGiB'> | undefined {
  const { gpu, sharing } = request;
  if (!gpu || sharing === undefined) return gpu;
  return { name: `${gpu.name} (${sharing})`, memoryGiB: gpu.memoryGiB / slicesIn(request) };
}
