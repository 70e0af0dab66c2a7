/** Memory that vLLM takes for LoRA adapters. */
import type { FactsSpec } from '../api/facts';
import { GIB, type FitPart } from './fit';
import { trainableParameters } from './training';

/** Each takes a slot as large as the largest rank, whether requests ask for it or not. */
const MOST_AT_ONCE = 8;

/** Adapters that are computed with at once; the others wait in the memory of the pod. */
export function adaptersAtOnce(adapters: number): number {
  return Math.min(adapters, MOST_AT_ONCE);
}

export interface ServedAdapters {
  /** How many are served. */
  readonly count: number;
  /** The largest of their ranks. */
  readonly rank: number;
}

/** What their slots take of the GPUs together, in 16 bits. */
export function slotsPart(facts: FactsSpec, { count, rank }: ServedAdapters): FitPart {
  return { name: count === 1 ? 'adapter' : `${adaptersAtOnce(count)} adapters`, gib: adaptersAtOnce(count) * adapterGiB(facts, rank) };
}

/** What all of them take where they wait. */
export function waitingPart(facts: FactsSpec, { count, rank }: ServedAdapters): FitPart {
  return { name: count === 1 ? 'adapter' : `${count} adapters`, gib: count * adapterGiB(facts, rank) };
}

function adapterGiB(facts: FactsSpec, rank: number): number {
  return 2 * trainableParameters(facts, rank) / GIB;
}
