/** How large the volume must be that an artifact is written to before it is published. */
import type { PlatformSpec } from '../api/platform';
import { amountOf, gibibytes } from '../api/quantity';
import type { ArtifactSpec } from '../api/resource';
import { WEIGHTS_GB } from '../catalog/model-sizes';
import { gpuRequestOf, slicesIn } from './gpus';

const MIN_STAGING_GIB = 50;
/** What a file system and a cache of the download need beside the weights. */
const SPARE = 1.2;
const GB_IN_GIB = 1e9 / 2 ** 30;

/** The loader of Substratus, in whatever registry: it writes the model of Hugging Face that `params.name` names. */
const LOADER = /(^|\/)model-loader-huggingface([:@]|$)/;

/** Size of the staging volume, where none is given: twice what fits on the GPUs, or the weights that are known to come. */
export function defaultStagingGiB(spec: ArtifactSpec, platform: PlatformSpec): number {
  const request = gpuRequestOf(spec.resources, platform);
  const gpuGiB = request?.gpu ? request.gpu.memoryGiB * request.count / slicesIn(request) : 0;
  return Math.ceil(Math.max(MIN_STAGING_GIB, 2 * gpuGiB, SPARE * (weightsGiB(spec) ?? 0)));
}

/** Why a staging volume of the size that is asked for can never hold what comes; `undefined` if it may. */
export function stagingProblem(spec: ArtifactSpec): string | undefined {
  const { staging: { size } = {}, params = {} } = spec;
  const known = weightsGiB(spec);
  if (size === undefined || known === undefined || amountOf(gibibytes(size)) / 2 ** 30 >= known) return undefined;
  return `staging.size is ${gibibytes(size)} but ${params.name} has ${Math.ceil(known)} GiB of weights; give ${Math.ceil(SPARE * known)} GiB or more`;
}

/** The weights that a loader is known to write. A choice of files may leave some of them out. */
function weightsGiB({ image = '', params = {} }: ArtifactSpec): number | undefined {
  const { name = '', files } = params;
  const gigabytes = LOADER.test(image) && files === undefined && Object.hasOwn(WEIGHTS_GB, name) ? WEIGHTS_GB[name] : undefined;
  return gigabytes === undefined ? undefined : gigabytes * GB_IN_GIB;
}
