/** How large the volume must be that an artifact is written to before it is published. */
import type { FactsSpec } from '../api/facts';
import type { PlatformSpec } from '../api/platform';
import { amountOf, gibibytes } from '../api/quantity';
import type { ArtifactSpec } from '../api/resource';
import { factsNamed } from '../catalog/known-models';
import { importStagingGiB } from '../sizing/staging';
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

/**
 * Why a staging volume of the size that is asked for can never hold what comes; `undefined` if it may.
 *
 * @param made what is known of the model that is made, where that is more than its spec says
 */
export function stagingProblem(spec: ArtifactSpec, made: FactsSpec | undefined = importOf(spec)): string | undefined {
  const { staging: { size } = {} } = spec;
  if (size === undefined || !made) return undefined;
  const weightGiB = made.weightBytes / 2 ** 30;
  if (amountOf(gibibytes(size)) / 2 ** 30 >= weightGiB) return undefined;
  return `staging.size is ${gibibytes(size)} but ${made.name} has ${Math.ceil(weightGiB)} GiB of weights; give ${importStagingGiB(made)} GiB or more`;
}

/** The model that a loader is known to write. A choice of files may leave some of it out. */
function importOf(spec: ArtifactSpec): FactsSpec | undefined {
  const { image = '', params: { name, files } = {} } = spec;
  if (LOADER.test(image) && files === undefined && name !== undefined) return factsNamed(String(name));
  return spec.runtime ? factsMadeBy(spec, undefined) : undefined;
}
