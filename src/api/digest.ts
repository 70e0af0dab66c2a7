/** Digests over canonical JSON. The one file of the pure layers that may use `node:crypto`. */
import { createHash } from 'node:crypto';
import type { BuildSpec } from './build';
import { sourceOf } from './resource';
import type { ArtifactResource } from './resource';

/** Raised on purpose only: a change makes every artifact a new one. */
const RECIPE_VERSION = 1;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The digests of a resource's inputs. */
export interface InputDigests {
  readonly model?: string;
  readonly dataset?: string;
}

/**
 * The recipe digest of a Model or Dataset: 26 characters of Crockford's base32 (130 bits) over everything that decides the
 * artifact's content. Resources, retries, scheduling and names are not part of it.
 */
export function recipeDigest(resource: Pick<ArtifactResource, 'kind' | 'spec'>, inputs: InputDigests = {}): string {
  const { kind, spec: { image, build, runtime, code, command, args, env, params } } = resource;
  return digest({
    v: RECIPE_VERSION,
    kind,
    image: build ? undefined : image,
    build: build && buildContent(build),
    runtime: runtime && { name: runtime.name, version: runtime.version ?? 1 },
    code: code?.digest,
    command,
    args,
    env,
    params,
    model: inputs.model,
    dataset: inputs.dataset,
    source: sourceOf(resource),
  });
}

/** What of a build decides the image's content: not an upload's request id. */
export function buildContent({ git, upload, archive }: BuildSpec): unknown {
  return { git, md5Checksum: upload?.md5Checksum, archive: archive?.digest };
}

/** The part of a digest that goes into names: 8 characters, 40 bits. */
export function shortDigest(value: string): string {
  return value.slice(0, 8);
}

/** SHA-256 of the canonical JSON of `value`, as 26 characters of base32: 130 bits. */
export function digest(value: unknown): string {
  const bytes = createHash('sha256').update(canonicalJson(value)).digest();
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes.subarray(0, 17)) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5 && text.length < 26; bits -= 5) text += ALPHABET[(buffer >> (bits - 5)) & 31];
    buffer &= 0xff;
  }
  return text;
}

/** JSON with sorted keys, in which what is absent and what is empty are the same. */
export function canonicalJson(value: unknown): string {
  return canonical(value) ?? 'null';
}

/** JSON with sorted keys, in which an object without fields is still there, and an empty list is not. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const fields = Object.entries(part).filter(([, field]) => !(Array.isArray(field) && field.length === 0));
    return Object.fromEntries(fields.sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

function canonical(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return value.length > 0 ? `[${value.map((item) => canonical(item) ?? 'null').join()}]` : undefined;
  let members = '';
  for (const key of Object.keys(value).sort()) {
    const text = canonical((value as Record<string, unknown>)[key]);
    if (text !== undefined) members += `${members && ','}${JSON.stringify(key)}:${text}`;
  }
  return members === '' ? undefined : `{${members}}`;
}

interface Limit {
  /** Most characters of the whole. */
  readonly limit: number;
  readonly suffix?: string;
  /** Digest of all that makes the name, for one that is cut. */
  hash(): string;
}

/** A name with its suffix; where that is too long, its beginning and a digest, so that it stays the same and nobody else's. */
export function shortenedName(name: string, { limit, suffix = '', ...digests }: Limit): string {
  if (name.length + suffix.length <= limit) return `${name}${suffix}`;
  const hash = digests.hash();
  return `${name.slice(0, limit - suffix.length - hash.length - 1)}-${hash}${suffix}`;
}
