/** How large the volume must be that an artifact is written to before it is published. */
import type { FactsSpec } from '../api/facts';
import type { PlatformSpec } from '../api/platform';
import { amountOf, gibibytes } from '../api/quantity';
import type { ArtifactSpec } from '../api/resource';
import { factsNamed } from '../catalog/known-models';
import { runtimeNamed } from '../runtimes';
import { importStagingGiB, quantizingGiB, quantizingStagingGiB } from '../sizing/staging';
import { factsMadeBy } from './facts';
import { gpuRequestOf, slicesIn } from './gpus';

export const MIN_STAGING_GIB = 50;

/** The loader of Substratus, in whatever registry: it writes the model of Hugging Face that `params.name` names. */
const LOADER = /(^|\/)model-loader-huggingface([:@]|$)/;

/** Size of the staging volume, where none is given: that of the weights that are known to come, or twice what fits on the GPUs. */
export function defaultStagingGiB(spec: ArtifactSpec, platform: PlatformSpec): number {
  const imported = importOf(spec);
  return Math.max(plainStagingGiB(spec, platform), imported ? importStagingGiB(imported) : 0);
}

/** Size where nothing is known of a model. */
export function plainStagingGiB(spec: ArtifactSpec, platform: PlatformSpec): number {
  const request = gpuRequestOf(spec.resources, platform);
  const gpuGiB = request?.gpu ? request.gpu.memoryGiB * request.count / slicesIn(request) : 0;
  return Math.ceil(Math.max(MIN_STAGING_GIB, 2 * gpuGiB));
}

/** What is known of the model that a Model starts from, and of the one that it makes. */
export interface KnownModels {
  readonly from?: FactsSpec;
  readonly made?: FactsSpec;
}

/** Why a staging volume of the size that is asked for can never hold what comes; `undefined` if it may. */
export function stagingProblem(spec: ArtifactSpec, { from, made = importOf(spec) }: KnownModels = {}): string | undefined {
  const { staging: { size } = {} } = spec;
  if (size === undefined || !made) return undefined;
  const sizeGiB = amountOf(gibibytes(size)) / 2 ** 30;
  const weightGiB = made.weightBytes / 2 ** 30;
  const given = `staging.size is ${gibibytes(size)} but`;
  if (sizeGiB < weightGiB) return `${given} ${made.name} has ${Math.ceil(weightGiB)} GiB of weights; give ${importStagingGiB(made)} GiB or more`;
  const isQuantized = from !== undefined && runtimeNamed(spec.runtime?.name ?? '')?.role === 'quantizer';
  if (!isQuantized || sizeGiB >= quantizingGiB(from, made)) return undefined;
  return `${given} quantizing ${from.name} takes ${Math.ceil(quantizingGiB(from, made))} GiB; give ${quantizingStagingGiB(from, made)} GiB or more`;
}

/** The model that a loader is known to write. A choice of files may leave some of it out. */
function importOf(spec: ArtifactSpec): FactsSpec | undefined {
  const { image = '', params: { name, files } = {} } = spec;
  if (LOADER.test(image) && files === undefined && name !== undefined) return factsNamed(String(name));
  return spec.runtime ? factsMadeBy(spec, undefined) : undefined;
}
