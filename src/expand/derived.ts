/**
 * What follows for a resource from the facts of its model, where its author says nothing: written into the resource, so that the cluster
 * runs what was reviewed. Params of Servers only: those of a Model or Dataset are its recipe.
 */
import { definedOnly } from '../api/defined';
import { durationOf, secondsOf } from '../api/duration';
import type { FactsSpec } from '../api/facts';
import type { PlatformSpec } from '../api/platform';
import { amountOf } from '../api/quantity';
import { isArtifactResource } from '../api/resource';
import type { ArtifactSpec, Resource, ResourcesSpec, ServerSpec } from '../api/resource';
import { waitingPart } from '../sizing/adapters';
import { GIB } from '../sizing/fit';
import { requestFor } from '../sizing/host-memory';
import { MARGIN, type ServingFit, SHORTEST_CONTEXT } from '../sizing/serving';
import { importStagingGiB, quantizingStagingGiB, trainingStagingGiB } from '../sizing/staging';
import { ExpandError } from './error';
import { fitOf, knownOf } from './fit';
import { isDownloaded } from './inputs';
import { type Known, podMemoryParts, waitingAdapters } from './pod-memory';
import { resourceRequirements } from './resources';
import { requestedBy } from './runtime-context';
import { DEFAULT_STARTUP } from './server';
import { MIN_STAGING_GIB, plainStagingGiB } from './staging';

export interface Derivation {
  readonly platform: PlatformSpec;
  /** What is known of the model that it runs on; of an adapter that is served, its base. */
  readonly from?: FactsSpec;
  /** What is known of the model that it makes. */
  readonly made?: FactsSpec;
  /** Whether that model is on a claim or in an image, which are only mounted. */
  readonly isOnlyMounted?: boolean;
}

/** The resource with what follows. What its author says stays, and so does all of it where nothing is known. */
export function withDerived<R extends Resource>(resource: R, derivation: Derivation): R {
  const { from, made, platform } = derivation;
  const facts = from ?? made;
  if (!facts || !resource.spec.runtime) return resource;
  try {
    const known = knownOf(resource, facts, platform);
    if (!known) return resource;
    const spec = isArtifactResource(resource) ? artifactSpec(known, derivation) : serverSpec(known, derivation);
    return { ...resource, spec: { ...resource.spec, ...spec } };
  } catch (error) {
    /* What cannot be expanded is told elsewhere. */
    if (error instanceof ExpandError) return resource;
    throw error;
  }
}

function serverSpec(known: Known, derivation: Derivation): Partial<ServerSpec> {
  const { resource: { kind, spec }, facts } = known;
  if (kind !== 'Server') return {};
  const params = paramsOf(known);
  const startupTimeout = (spec as ServerSpec).startupTimeout ?? startupOf(facts);
  const all = Object.keys(params).length > 0 ? { ...spec.params, ...params } : undefined;
  return definedOnly({ params: all, startupTimeout, ...resourcesOf(known, derivation) });
}

/** How vLLM divides a model among GPUs, and how long a context it takes: the estimate of it, less a tenth where that decides. */
function paramsOf(known: Known): Record<string, number> {
  const { resource, facts, platform, runtime, settings, request } = known;
  if (runtime.name !== 'vllm' || !request) return {};
  const fit: ServingFit | undefined = fitOf(resource, facts, platform);
  if (!fit || fit.verdict === 'no' || fit.verdict === 'unknown') return {};
  const tensorParallel = settings.tensorParallel === 0 && request.count > 1 ? request.count : undefined;
  const takesTurns = request.sharing?.startsWith('time-slicing-') ?? false;
  const maxModelLen = settings.maxModelLen === 0 && !fit.isAtBest && !takesTurns ? lengthOf(fit, facts) : undefined;
  return definedOnly({ tensorParallel, maxModelLen }) as Record<string, number>;
}

/**
 * The length that the model was made for, or whole kibitokens of what fits; `undefined` where vLLM had better find it out: what it needs
 * itself varies most with mixtures of experts.
 */
function lengthOf({ verdict, contextLength = 0 }: ServingFit, facts: FactsSpec): number | undefined {
  if (verdict === 'fits') return facts.contextLength;
  if (facts.activeParameters !== undefined) return undefined;
  const length = Math.floor(contextLength / MARGIN / 1024) * 1024;
  return length >= SHORTEST_CONTEXT ? length : undefined;
}

/** What a bucket gives at least, and what is done beside reading: a start that takes longer has failed. */
const READ_GIB_PER_MINUTE = 6;
const COMPILING_MINUTES = 10;

function startupOf({ weightBytes }: FactsSpec): string | undefined {
  const minutes = COMPILING_MINUTES + weightBytes / GIB / READ_GIB_PER_MINUTE;
  const seconds = Math.ceil(minutes / 5) * 5 * 60;
  return seconds > (secondsOf(DEFAULT_STARTUP) ?? 0) ? durationOf(seconds) : undefined;
}

function artifactSpec(known: Known, derivation: Derivation): Partial<ArtifactSpec> {
  const { resource: { spec }, platform } = known;
  const { staging } = spec as ArtifactSpec;
  const size = staging?.size === undefined ? stagingOf(known, derivation) : undefined;
  const isOther = size !== undefined && size !== plainStagingGiB(spec as ArtifactSpec, platform);
  return { ...(isOther && { staging: { ...staging, size } }), ...resourcesOf(known, derivation) };
}

/** GiB that the program writes before they are published. */
function stagingOf({ runtime: { role }, settings }: Known, { from, made }: Derivation): number | undefined {
  const method = settings.method as 'full' | 'lora' | 'qlora';
  const needed = role === 'loader' && made ? importStagingGiB(made)
    : role === 'trainer' && from ? trainingStagingGiB(from, { method, merges: settings.output !== 'adapter' })
      : role === 'quantizer' && from && made ? quantizingStagingGiB(from, made) : undefined;
  return needed === undefined ? undefined : Math.max(MIN_STAGING_GIB, needed);
}

/** What a program writes to the disk of its node, beside inputs that are copied there: packages, caches, what is compiled. */
const PROGRAM_DISK_GIB = 20;

/** Files of the adapters that are served beside the model. */
function adaptersGiB(known: Known): number {
  const { adapters } = waitingAdapters(known);
  return adapters ? waitingPart(known.facts, adapters).gib : 0;
}

/** More memory and disk than by default, as far as the model takes more. */
function resourcesOf(known: Known, { isOnlyMounted = false, from }: Derivation): { readonly resources?: ResourcesSpec } {
  const { resource, runtime, platform } = known;
  const { resources = {} } = resource.spec;
  const parts = podMemoryParts(known);
  const memory = parts && resources.limits?.memory === undefined ? requestFor(parts) : undefined;
  const isCopied = from !== undefined && !isOnlyMounted && isDownloaded(resource, platform);
  const disk = isCopied ? Math.ceil(PROGRAM_DISK_GIB + from.weightBytes / GIB + adaptersGiB(known)) : undefined;
  const { requests = {} } = resourceRequirements(requestedBy(resource, runtime, platform), platform);
  const isMore = (gib: number | undefined, quantity = '0'): gib is number => gib !== undefined && gib * GIB > amountOf(quantity);
  const more = {
    ...(resources.memory === undefined && isMore(memory, requests.memory) && { memory }),
    ...(resources.disk === undefined && isMore(disk, requests['ephemeral-storage']) && { disk }),
  };
  return Object.keys(more).length > 0 ? { resources: { ...resources, ...more } } : {};
}
