/** The verdict of the arithmetic. */

/**
 * `fits`: with room to spare. `tight`: it starts, but with less than was asked for, or with hardly any room. `no`: it cannot.
 * `unknown`: too little is known of the model or the GPU.
 */
export type Verdict = 'fits' | 'tight' | 'no' | 'unknown';

/** One line of the arithmetic: what takes how much of the memory of one GPU, in GiB. */
export interface FitPart {
  readonly name: string;
  readonly gib: number;
}

export interface Fit {
  readonly verdict: Verdict;
  /** Whether it is `tight` only if all goes well: less memory was seen to be enough, but not usually. */
  readonly isAtBest?: true;
  /** Why, with the numbers, as one sentence without a final period. */
  readonly reason: string;
  /** Memory of one GPU that programs can use, in GiB. */
  readonly usableGiB?: number;
  /** What takes it. */
  readonly parts: readonly FitPart[];
}

export const GIB = 2 ** 30;

/** `12.8`, `130`: as many digits as tell something. */
export function gib(value: number): string {
  return value.toFixed(Math.abs(value) >= 100 ? 0 : 1);
}
