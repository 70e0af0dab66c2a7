/**
 * The major versions that a range of Terraform takes, such as `>= 4.81.0, < 6.0.0`: the lowest and the highest, without bound
 * infinite.
 *
 * @see https://developer.hashicorp.com/terraform/language/expressions/version-constraints
 */
export function majorsOf(range: string): { readonly lowest: number; readonly highest: number } {
  const majors = { lowest: 0, highest: Number.POSITIVE_INFINITY };
  for (const part of range.split(',')) {
    const [, operator = '=', version] = /^\s*(>=|<=|!=|~>|>|<|=)?\s*v?(\d[\w.+-]*)\s*$/.exec(part) ?? [];
    if (version === undefined) continue;
    const numbers = version.split(/[.+-]/).map(Number);
    const major = numbers[0] ?? 0;
    if (['=', '~>', '>=', '>'].includes(operator)) majors.lowest = Math.max(majors.lowest, major);
    if (['=', '<='].includes(operator) || (operator === '~>' && numbers.length > 1)) majors.highest = Math.min(majors.highest, major);
    if (operator === '<') majors.highest = Math.min(majors.highest, numbers.slice(1).some((number) => number > 0) ? major : major - 1);
  }
  return majors;
}
