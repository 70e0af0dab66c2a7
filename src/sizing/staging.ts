/** Bytes that a program writes before they are published. */
import type { FactsSpec } from '../api/facts';

const GIB = 2 ** 30;
/** What a file system, other files of a model and a download that is not finished need beside the weights. */
const SPARE = 1.2;
/** For a dataset that is read into a cache, as far as is known of it. */
const DATASET_GIB = 10;

/** GiB of the volume that an import is written to. */
export function importStagingGiB({ weightBytes }: FactsSpec): number {
  return Math.ceil(SPARE * weightBytes / GIB);
}

/** How a model is trained, as far as files are concerned. */
export interface TrainingFiles {
  readonly method: 'full' | 'lora' | 'qlora';
  /** Whether the result has all weights, not an adapter alone. */
  readonly merges: boolean;
}

/**
 * GiB of the volume that a training writes to: its result and two checkpoints, as `disk_needed` of train.py has it. A checkpoint has the
 * weights and both states of the optimizer in 4 bytes, or those of an adapter.
 */
export function trainingStagingGiB({ weightBytes, parameters }: FactsSpec, { method, merges }: TrainingFiles): number {
  const checkpoints = method === 'full' ? 2 * 3 * 4 * parameters : weightBytes / 10;
  const result = method === 'full' || merges ? weightBytes : 0;
  return Math.ceil(SPARE * (result + checkpoints) / GIB) + DATASET_GIB;
}

/** GiB that a quantizer must have: as much as the model, which quantize.py asks for, or the model as one file beside the result. */
export function quantizingGiB({ weightBytes }: FactsSpec, made: Pick<FactsSpec, 'weights' | 'weightBytes'>): number {
  return (made.weights === 'gguf' ? weightBytes + made.weightBytes : weightBytes) / GIB;
}

/** GiB of the volume that a quantizer writes to. */
export function quantizingStagingGiB(facts: FactsSpec, made: Pick<FactsSpec, 'weights' | 'weightBytes'>): number {
  return Math.ceil(SPARE * quantizingGiB(facts, made));
}
