/** Rules for names, as Kubernetes has them. */

/** A DNS-1123 label: names of namespaces, and of most of what we write. At most 63 characters. */
export const DNS_1123_LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
/** A DNS-1035 label: names of Services. */
export const DNS_1035_LABEL = '^[a-z]([-a-z0-9]*[a-z0-9])?$';
/** What can be named by an environment variable everywhere. */
export const ENV_NAME = '^[A-Za-z_][A-Za-z0-9_]*$';

export const MAX_NAME_LENGTH = 63;

/** Anything that may be an image: `host:port/path:tag@digest`, without a scheme. */
const IMAGE = /^[A-Za-z0-9][-\w.]*(:[0-9]+)?(\/[-\w.]+)*(:[\w][-\w.]*)?(@[a-z0-9]+:[a-f0-9]+)?$/;

const PATTERNS = { dns1123: new RegExp(DNS_1123_LABEL), dns1035: new RegExp(DNS_1035_LABEL), env: new RegExp(ENV_NAME) };

export function isDns1123Label(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && PATTERNS.dns1123.test(name);
}

/** As the names of most objects, such as those of StorageClasses and of CSI drivers. */
export function isDns1123Subdomain(name: string): boolean {
  return name.length <= 253 && name.split('.').every(isDns1123Label);
}

export function isDns1035Label(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && PATTERNS.dns1035.test(name);
}

const LABEL_NAME = /^[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const LABEL_PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_PREFIX_LENGTH = 253;

/** A qualified name, as keys of labels, annotations and taints are: `app`, or `acme.example/app`. */
export function isLabelKey(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  if (!LABEL_NAME.test(name) || more.length > 0) return false;
  return prefix === undefined || (prefix.length <= MAX_PREFIX_LENGTH && LABEL_PREFIX.test(prefix));
}

/** The value of a label or taint, which may be empty. */
export function isLabelValue(value: string): boolean {
  return value === '' || LABEL_NAME.test(value);
}

export function isImageReference(text: string): boolean {
  return IMAGE.test(text);
}

export function isEnvName(name: string): boolean {
  return PATTERNS.env.test(name);
}

/** The environment variable that carries a param. */
export function paramVariable(key: string): string {
  return `PARAM_${key.toUpperCase()}`;
}

/** The shortest candidate that `name` is a part of, else the one that is most like it, or `undefined` if none is. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const [whole] = candidates.filter((candidate) => wanted.length > 1 && candidate.includes(wanted)).sort((a, b) => a.length - b.length);
  if (whole) return whole;
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(name.length / 2)) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, right] of [...b].entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (left === right ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
