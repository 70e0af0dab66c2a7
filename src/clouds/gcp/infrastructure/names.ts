/** What Google Cloud accepts as names, labels and ranges; said at synth rather than at the first deployment. */
import { digest, shortDigest, shortenedName } from '../../../api/digest';

interface Rule {
  readonly pattern: RegExp;
  readonly words: string;
}

const RULES = {
  cluster: { pattern: /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, words: 'up to 40 lowercase letters, digits and hyphens, a letter first' },
  pool: { pattern: /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, words: 'up to 40 lowercase letters, digits and hyphens, a letter first' },
  bucket: {
    pattern: /^(?!goog)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/,
    words: '3 to 63 lowercase letters, digits, hyphens, underscores and dots, not beginning with goog',
  },
  repository: { pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, words: 'up to 63 lowercase letters, digits and hyphens, a letter first' },
} as const satisfies Record<string, Rule>;

/** The name, or an error if Google Cloud would refuse it. */
export function checkedName(what: keyof typeof RULES, name: string): string {
  const { pattern, words } = RULES[what];
  if (!pattern.test(name)) throw new Error(`${what} name ${name} is not valid on Google Cloud; give ${words}`);
  return name;
}

/** Id of the nodes' service account: 6 to 30 characters, another one for each cluster. */
export function nodeAccountId(cluster: string): string {
  return shortenedName(cluster, { limit: 30, hash: () => shortDigest(digest(cluster)), suffix: '-nodes' });
}

/** Tags as labels. Google Cloud takes lowercase only; changed silently, they would not be found again. */
export function labelsOf(tags: Readonly<Record<string, string>>): Record<string, string> {
  for (const [key, value] of Object.entries(tags)) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key)) {
      throw new Error(`tag ${key} is not a valid label on Google Cloud; give lowercase letters, digits, hyphens and underscores, a letter first`);
    }
    if (!/^[a-z0-9_-]{0,63}$/.test(value)) {
      throw new Error(`tag ${key} is ${value}, not a valid label on Google Cloud; give up to 63 lowercase letters, digits, hyphens and underscores`);
    }
  }
  return { ...tags };
}

/** The zones, or an error if one is in another region. */
export function zonesIn(region: string, zones: readonly string[]): string[] {
  const stray = zones.find((zone) => !new RegExp(`^${region}-[a-z]$`).test(zone));
  if (stray !== undefined) throw new Error(`zone ${stray} is not in region ${region}; give zones such as ${region}-a`);
  return [...zones];
}
