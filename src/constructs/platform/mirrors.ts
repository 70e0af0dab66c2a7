import type { MirrorsSpec } from '../../api/platform';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';

/** Where ready-made programs load from. None of it is part of a recipe: a mirror has the same files. */
export interface Mirrors {
  /**
   * URL in place of `https://huggingface.co`. Large files come from it too, for a mirror does not pass on the hosts of Xet.
   *
   * @default - the Hugging Face Hub
   */
  readonly huggingFace?: string;

  /**
   * URL in place of `https://www.modelscope.cn`.
   *
   * @default - ModelScope
   */
  readonly modelScope?: string;

  /**
   * URL of a package index, in place of `https://pypi.org/simple`.
   *
   * @default - the Python Package Index
   */
  readonly pypi?: string;
}

const MIRRORS = knownProps<Mirrors>({ huggingFace: true, modelScope: true, pypi: true });

/** @throws Error if a mirror is not a URL. */
export function mirrorsSpec(mirrors: Mirrors): MirrorsSpec {
  const problem = optionsProblem('mirrors', mirrors, MIRRORS);
  if (problem) throw new Error(problem);
  for (const [name, url] of Object.entries(mirrors)) {
    if (url !== undefined && (typeof url !== 'string' || !/^https?:\/\/[^\s/@]+(\/[^\s]*)?$/.test(url))) {
      throw new Error(`mirrors.${name} is ${formatValue(url)}; give a URL without credentials, for example https://mirror.example.com/${name.toLowerCase()}`);
    }
  }
  return mirrors;
}

/** @throws Error if it is not the major version of a driver. */
export function checkGpuDriver(gpuDriver: number): number {
  if (Number.isInteger(gpuDriver) && gpuDriver >= 400 && gpuDriver < 10000) return gpuDriver;
  throw new Error(`gpuDriver is ${formatValue(gpuDriver)}; give the major version that nvidia-smi prints, such as 580`);
}
