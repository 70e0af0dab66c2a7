/** Memory of a pod, beside that of its GPUs, by the facts of its model. */
import type { FactsSpec } from '../api/facts';
import type { PlatformSpec } from '../api/platform';
import { amountOf, gibibytes } from '../api/quantity';
import { referencesOf } from '../api/resource';
import type { Resource, ServerSpec } from '../api/resource';
import type { GpuRequest } from '../clouds/cloud';
import type { Runtime, Settings } from '../runtimes';
import type { ServedAdapters } from '../sizing/adapters';
import type { FitPart } from '../sizing/fit';
import { GIB } from '../sizing/fit';
import { cpuServingMemory, type PodMemory, quantizingMemory, trainingMemory } from '../sizing/host-memory';
import { llamaCppParts } from '../sizing/llama-cpp';
import { isDivided } from '../sizing/training';
import { resourceRequirements } from './resources';
import { requestedBy } from './runtime-context';

/** Tokens of the context of llama.cpp without a GPU, where nothing else is said. */
export const CPU_CONTEXT = 8192;

/** A resource with the program that it runs, and what is known of its model. */
export interface Known {
  readonly resource: Resource;
  readonly facts: FactsSpec;
  readonly platform: PlatformSpec;
  readonly runtime: Runtime;
  readonly settings: Settings;
  /** Absent: without a GPU. */
  readonly request?: GpuRequest;
}

/** What takes the memory of its pod; `undefined` where nothing is computed. */
export function podMemoryParts(known: Known): readonly FitPart[] | undefined {
  const { facts, runtime: { name, role }, settings, request } = known;
  if (role === 'trainer') return trainingMemory(facts, trainingOf(known));
  if (role === 'quantizer') return quantizingMemory(facts, { quantizer: name, hasGpu: request !== undefined, ...calibrationOf(known) });
  if (request) return undefined;
  if (name === 'llama-cpp') return facts.layers && llamaCppParts(facts, contextOf(settings, facts));
  if (name !== 'vllm' || settings.task !== 'generate') return undefined;
  return cpuServingMemory(facts, Number(settings.cpuCacheGiB), waitingAdapters(known).adapters);
}

interface WithAdapters {
  readonly adapters?: ServedAdapters;
}

/** The adapters that a Server serves, the one that is its model included. */
export function adaptersOf({ resource: { kind, spec }, settings: { maxLoraRank } }: Known): WithAdapters {
  const { base, adapters = [] } = spec as ServerSpec;
  const count = kind === 'Server' ? adapters.length + (base?.name ? 1 : 0) : 0;
  return count > 0 ? { adapters: { count, rank: Number(maxLoraRank) } } : {};
}

/** Those that take memory of the pod. What the model of the Server takes alone is little, and would change what runs already. */
export function waitingAdapters(known: Known): WithAdapters {
  return (known.resource.spec as ServerSpec).adapters?.length ? adaptersOf(known) : {};
}

/** What llama.cpp keeps without a GPU: tokens of the context, and prompts that were answered. */
export function contextOf({ contextLength, promptCacheGiB }: Settings, facts: FactsSpec): Required<Parameters<typeof llamaCppParts>[1]> {
  return { contextLength: Number(contextLength) || Math.min(CPU_CONTEXT, facts.contextLength), promptCacheGiB: Number(promptCacheGiB) };
}

function trainingOf({ facts, settings, request }: Known): Parameters<typeof trainingMemory>[1] {
  const method = settings.method as 'full' | 'lora' | 'qlora';
  const gpus = request?.count ?? 0;
  return {
    method,
    merges: settings.output !== 'adapter',
    gpus,
    isDivided: request?.gpu !== undefined && isDivided(facts, { method, gpus, gpu: request.gpu }),
    batchSize: Number(settings.batchSize),
    /* The program cuts rows at what the model takes. */
    maxLength: Math.min(Number(settings.maxLength), facts.contextLength),
    loraRank: Number(settings.loraRank),
  };
}

/** What quantize.py looks at: rows of a dataset, unless the algorithm needs none. */
function calibrationOf({ resource, runtime, settings }: Known): Pick<Parameters<typeof quantizingMemory>[1], 'calibration'> {
  const { calibrationSamples: samples, calibrationLength: length, algorithm } = settings;
  const looks = referencesOf(resource).dataset !== undefined && runtime.name !== 'fp8' && algorithm !== 'rtn';
  return looks && samples !== undefined ? { calibration: { samples: Number(samples), length: Number(length) } } : {};
}

/** What a pod may take: its limit, or else what it asks for. */
export function podMemoryOf({ resource, runtime, platform }: Known): PodMemory {
  const resources = requestedBy(resource, runtime, platform);
  const limit = resources.limits?.memory;
  const memory = limit ?? resources.memory ?? resourceRequirements(resources, platform).requests?.memory ?? 0;
  return { gib: amountOf(gibibytes(memory)) / GIB, isLimit: limit !== undefined };
}
