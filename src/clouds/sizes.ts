/** Arithmetic of what nodes keep back, which clouds share. */

/** A quantity of which each grade has a share: so much of the first part, so much of the next. */
export function graded(amount: number, grades: readonly (readonly [size: number, share: number])[]): number {
  let left = amount;
  return grades.reduce((sum, [size, share]) => {
    const part = Math.min(left, size);
    left -= part;
    return sum + part * share;
  }, 0);
}

/** 6 % of the first core, 1 % of the second, 0.5 % of the next two and 0.25 % of the rest: GKE's rule, which EKS has taken over. */
export function gkeReservedCpu(vcpu: number): number {
  return graded(vcpu, [[1, 0.06], [1, 0.01], [2, 0.005], [Infinity, 0.0025]]);
}
