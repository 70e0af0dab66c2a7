/** What is to be done so that a folder and a notebook have the same files, and nothing is lost. Pure. */

/** Folders that are not even looked into, on either side: what git runs is in one, what Python and Node.js run in others. */
export const SKIPPED = ['.git', 'node_modules', '.venv', '__pycache__', '.ipynb_checkpoints', '.cache', '.mypy_cache', '.pytest_cache', '.ruff_cache'];

/** By path: the hash of its content. */
export type Hashes = ReadonlyMap<string, string>;

export type Action =
  /** From here to the notebook, where it must be as it was seen. */
  | { readonly kind: 'push'; readonly path: string; readonly hash: string; readonly expected?: string }
  /** From the notebook to here, where it must be as it was seen. */
  | { readonly kind: 'pull'; readonly path: string; readonly hash: string; readonly expected?: string }
  /** Deleted here, and not changed in the notebook since both had the same. */
  | { readonly kind: 'remove'; readonly path: string; readonly expected: string }
  /** Deleted in the notebook: it stays here. */
  | { readonly kind: 'keep'; readonly path: string; readonly hash: string }
  /** Changed on both sides: each keeps its own, and the notebook's is put beside that here. */
  | { readonly kind: 'conflict'; readonly path: string; readonly hash: string; readonly local: string };

export interface Sides {
  readonly local: Hashes;
  readonly remote: Hashes;
  /** What both had last. */
  readonly base: Hashes;
  /** What was here while this program ran: only that can have been deleted here. */
  readonly seen: ReadonlySet<string>;
  /** What stays here alone, as long as it is so. */
  readonly kept: Hashes;
}

/** In the order of their paths. */
export function planOf(sides: Sides): Action[] {
  const paths = [...new Set([...sides.local.keys(), ...sides.remote.keys()])].sort();
  return paths.flatMap((path) => actionFor(path, sides) ?? []);
}

function actionFor(path: string, { local, remote, base, seen, kept }: Sides): Action | undefined {
  const [here, there, before] = [local.get(path), remote.get(path), base.get(path)];
  if (here === there) return undefined;
  if (here !== undefined && there !== undefined) return changed(path, { here, there, before });
  if (here !== undefined) {
    if (kept.get(path) === here) return undefined;
    return before === here ? { kind: 'keep', path, hash: here } : { kind: 'push', path, hash: here };
  }
  if (there === undefined) return undefined;
  return before === there && seen.has(path) ? { kind: 'remove', path, expected: there } : { kind: 'pull', path, hash: there };
}

interface Versions {
  readonly here: string;
  readonly there: string;
  readonly before?: string;
}

function changed(path: string, { here, there, before }: Versions): Action {
  if (before === there) return { kind: 'push', path, hash: here, expected: there };
  if (before === here) return { kind: 'pull', path, hash: there, expected: here };
  return { kind: 'conflict', path, hash: there, local: here };
}

/** `a/plot.ipynb` of the notebook beside that of this machine: `a/plot.notebook-1a2b3c4d.ipynb`. */
export function copyName(path: string, hash: string): string {
  const [, start = path, extension = ''] = /^(.*?[^/])(\.[^./]+)?$/.exec(path) ?? [];
  return `${start}.notebook-${hash.slice(0, 8)}${extension}`;
}

/** Such copies stay on this machine. */
export const COPY_NAME = /\.notebook-[0-9a-f]{8}(\.[^./]+)?$/;

/** Whether a path from the other side stays in the folder, and out of those that are not looked into. */
export function isInside(path: string): boolean {
  return path !== '' && !path.includes('\0') && !path.includes('\\') && path.split('/').every((part) => !['', '.', '..'].includes(part) && !isSkipped(part));
}

/** Also by the other names that file systems of Windows and macOS know a folder by. */
function isSkipped(part: string): boolean {
  const plain = part.replace(/\p{Cf}/gu, '').replace(/:.*$/s, '').toLowerCase();
  return /^git~\d+$/.test(plain) || SKIPPED.some((name) => plain.startsWith(name) && /^[. ]*$/.test(plain.slice(name.length)));
}
