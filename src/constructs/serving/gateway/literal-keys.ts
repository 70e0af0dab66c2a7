/** Keys that were written into code by mistake: found by how random they are, and named by where they are, never repeated. */

/** What a key is made of. Shorter ones are not told from names. */
const MADE_OF = /^[\w+/=-]{20,}$/;
/** A stretch of a key without signs. */
const STRETCH = /[A-Za-z0-9]{16,}/g;
/** From a letter to a digit or back: in what is random there are many, in a name there is one before its year. */
const TURN = /(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])/g;
const MOST_TURNS = 2;

/** The field of `value` whose text looks like a key, such as `secret.name`; `field` itself if it is a text. `undefined` if none does. */
export function literalKeyIn(field: string, value: unknown): string | undefined {
  if (typeof value === 'string') return looksRandom(value) ? field : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const found = literalKeyIn(field === '' ? name : `${field}.${name}`, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function looksRandom(text: string): boolean {
  if (!MADE_OF.test(text)) return false;
  return (text.match(STRETCH) ?? []).some((stretch) => (stretch.match(TURN) ?? []).length > MOST_TURNS);
}
