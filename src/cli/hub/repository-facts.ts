/** The facts of a model by what the hub says of its repository. Pure. */
import { definedOnly } from '../../api/defined';
import type { ModelConfig } from '../../sizing/config';
import { countedParameters, factsOfConfig } from '../../sizing/config';
import { factsProblem } from '../../sizing/facts-check';
import type { FactsEntry } from '../../sizing/facts-file';
import type { RepositoryInfo } from './hub';

export interface Repository {
  readonly repo: string;
  readonly info: RepositoryInfo;
  readonly config: unknown;
  /** How many weights it has, by the author. Default: what the files or the config say. */
  readonly parameters?: number;
}

/** Copies in other formats, which the loader leaves out too (load_files.py). */
const OTHER_COPIES = /^(original|metal|onnx|openvino|checkpoints)\/|^consolidated/;

/**
 * The facts of a model at the commit that the hub names.
 *
 * @throws TypeError with what is missing or cannot be right, and the remedy
 */
export function repositoryFacts({ repo, info, config, parameters }: Repository): FactsEntry {
  const weightBytes = weightBytesOf(info);
  const count = parameters ?? parametersOf(info, config);
  const facts = factsOfConfig(config as ModelConfig, { name: repo, weightBytes, ...(count !== undefined && { parameters: count }) });
  const problem = factsProblem(facts);
  if (problem) throw new TypeError(problem);
  const { sha: revision } = info;
  const isGated = info.gated !== undefined && info.gated !== false;
  return { ...facts, revision, ...definedOnly({ licence: licenceOf(info) }), ...(isGated && { gated: true }) };
}

function weightBytesOf({ siblings }: RepositoryInfo): number {
  const files = siblings.filter(({ rfilename }) => !OTHER_COPIES.test(rfilename));
  const ending = (suffix: string) => files.filter(({ rfilename }) => rfilename.endsWith(suffix));
  const [weights = []] = [ending('.safetensors'), ending('.bin')].filter((found) => found.length > 0);
  if (weights.length === 0) {
    const what = ending('.gguf').length > 0 ? 'files in GGUF only, each of which is another model' : 'no files with weights';
    throw new TypeError(`it has ${what}; give the facts by ModelFacts.fromNumbers`);
  }
  const bytes = weights.reduce((sum, { size = NaN }) => sum + size, 0);
  if (!(bytes > 0)) throw new TypeError('the hub does not say how large its files are; give the facts by ModelFacts.fromNumbers');
  return bytes;
}

/** Of a type that is stored: how many weights one number holds, where several of 4 bits are packed. */
const PACKED: Readonly<Record<string, number>> = { I32: 8, U8: 2 };

/** As the headers of the files say, or the config where weights are packed; `undefined` where neither does. */
function parametersOf({ safetensors: { parameters = {}, total } = {} }: RepositoryInfo, config: unknown): number | undefined {
  const isPacked = Object.keys(parameters).some((type) => Object.hasOwn(PACKED, type));
  if (!isPacked) return total;
  const unpacked = Object.entries(parameters).map(([type, count]) => count * (PACKED[type] ?? 1));
  return countedParameters(config as ModelConfig) ?? unpacked.reduce((sum, count) => sum + count, 0);
}

/** As the card of the repository names it. */
function licenceOf({ cardData: { license, license_name: name } = {}, tags = [] }: RepositoryInfo): string | undefined {
  const named = [name, license].find((each): each is string => typeof each === 'string' && each !== '' && each !== 'other');
  return named ?? tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
}
