const NUMBER = /^[1-9][0-9]*$/;

/**
 * Whether resource version `a` is newer than `b`. Kubernetes promises since 1.35 that they are numbers that grow, and has always
 * had it so; of anything else nothing is known, and the answer is no.
 */
export function isNewer(a: string, b: string): boolean {
  if (!NUMBER.test(a) || !NUMBER.test(b)) return false;
  return a.length === b.length ? a > b : a.length > b.length;
}
