/** `model-facts.json`: facts of models by their names, each of a revision, for review in git. `substratus facts` writes it. */
import type { FactsSpec } from '../api/facts';
import { formatValue } from '../api/format-value';
import { nearest } from '../api/names';
import { factsFrom } from './facts-check';

/** The facts of a model at a revision of its repository. */
export interface FactsEntry extends FactsSpec {
  /** The commit that they are of. */
  readonly revision?: string;
}

type Entries = Readonly<Record<string, unknown>>;

/**
 * The facts of a model in a file.
 *
 * @param name which model; absent: the only one
 * @throws TypeError with what is wrong and how to mend it
 */
export function factsInFile(text: string, name?: string): FactsSpec {
  const entries = entriesOf(text);
  const found = name ?? onlyOne(entries);
  const entry = Object.hasOwn(entries, found) ? entries[found] : undefined;
  if (entry === undefined) throw new TypeError(`it has no facts of ${formatValue(found)}; ${hint(found, Object.keys(entries))}`);
  const { revision, ...facts } = entry as Partial<FactsEntry>;
  try {
    return factsFrom(typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? { ...facts, name: found } : entry);
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`the facts of ${formatValue(found)} cannot be used: ${error.message}`) : error;
  }
}

/** The text of the file with the facts of one more model, or with other ones of it. The same facts give the same bytes. */
export function withEntry(text: string | undefined, { name, ...facts }: FactsEntry): string {
  const entries = { ...(text === undefined ? {} : entriesOf(text)), [name]: facts };
  const sorted = Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, undefined, 2)}\n`;
}

function entriesOf(text: string): Entries {
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Entries;
  throw new TypeError(`it holds ${formatValue(value)}, not facts by the names of models; write it with substratus facts`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new TypeError(`it is not JSON (${error instanceof Error ? error.message : String(error)}); write it with substratus facts`);
  }
}

function onlyOne(entries: Entries): string {
  const names = Object.keys(entries);
  const [only] = names;
  if (only === undefined) throw new TypeError('it is empty; write it with substratus facts');
  if (names.length === 1) return only;
  throw new TypeError(`it has facts of ${names.join(', ')}; name one of them`);
}

function hint(name: string, names: readonly string[]): string {
  const similar = nearest(name, names);
  return similar === undefined ? `add them with substratus facts ${name}` : `did you mean ${similar}? Or add them with substratus facts ${name}`;
}
