/** The character at which Linux ends a text: no variable and no argument of a program can hold it. */

export const NUL_REASON = 'has a NUL character, which no environment variable can hold; leave it out';

export function hasNul(value: string): boolean {
  return value.includes('\0');
}

interface Words {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
}

/** Says which words of a command hold one; `undefined` if none does. */
export function commandProblem({ command = [], args = [] }: Words): string | undefined {
  if (command.length + args.length === 0) return undefined;
  const found = [...placesOfNul('command', command), ...placesOfNul('args', args)];
  return found.length > 0 ? `${found.join(', ')} has a NUL character, which no argument can hold; leave it out` : undefined;
}

function placesOfNul(field: string, words: readonly string[]): string[] {
  return words.flatMap((word, index) => (hasNul(word) ? [`${field}.${index}`] : []));
}
