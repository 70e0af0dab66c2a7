/** The folder on this machine. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { PART } from './ignores';
import type { Ignores } from './ignores';
import { isInside, SKIPPED } from './plan';
import { MOST_BYTES } from './remote';

export interface LocalFiles {
  readonly hashes: ReadonlyMap<string, string>;
  /** Too large, links and what is neither file nor folder: by the reason. */
  readonly left: ReadonlyMap<string, string>;
}

export interface Content {
  readonly bytes: Buffer;
  readonly isExecutable: boolean;
}

interface Known {
  readonly key: string;
  readonly hash: string;
}

const NO_FILE = 'no file';

/** Something here is not what it is in the notebook. */
export class InTheWay extends Error {}

const UNREADABLE = 'it cannot be read; give it read permission';

export class LocalFolder {
  private readonly known = new Map<string, Known>();

  constructor(public readonly directory: string) {}

  public scan(ignores: Ignores): LocalFiles {
    const [hashes, left] = [new Map<string, string>(), new Map<string, string>()];
    for (const [file, entry] of this.entries('')) {
      if (file !== '' && ignores(file)) continue;
      if (!entry) {
        left.set(file, UNREADABLE);
        continue;
      }
      if (!entry.isFile()) {
        left.set(file, entry.isSymbolicLink() ? 'it is a link' : 'it is neither a file nor a folder');
        continue;
      }
      const found = this.hashOf(file);
      if (found === 'large') left.set(file, 'it has more than 64 MiB; load data as a Dataset');
      else if (found === 'unreadable') left.set(file, UNREADABLE);
      else if (found !== undefined) hashes.set(file, found);
    }
    return { hashes, left };
  }

  /** `undefined` where it is not there any more, or is another than it was. */
  public read(file: string, hash: string): Content | undefined {
    try {
      const bytes = fs.readFileSync(this.pathOf(file));
      if (hashOf(bytes) !== hash) return undefined;
      return { bytes, isExecutable: (fs.statSync(this.pathOf(file)).mode & 0o100) !== 0 };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** By a rename, and only where the file is as it was seen; says whether it was. */
  public write(file: string, { bytes, isExecutable }: Content, expected?: string): boolean {
    const target = this.checkedPath(file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    const temporary = `${target}${PART}`;
    try {
      fs.writeFileSync(temporary, bytes, { mode: isExecutable ? 0o755 : 0o644 });
      const current = this.current(target);
      if (current === NO_FILE) throw new InTheWay('a folder or link has its name here');
      if (current !== expected) return false;
      fs.renameSync(temporary, target);
      return true;
    } finally {
      fs.rmSync(temporary, { force: true });
    }
  }

  /** Without an entry where a folder cannot be read. */
  private* entries(folder: string): Generator<[file: string, entry?: fs.Dirent]> {
    const entries = entriesOf(this.pathOf(folder));
    if (!entries) yield [folder];
    for (const entry of entries ?? []) {
      const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) yield [file, entry];
      else if (!SKIPPED.includes(entry.name)) yield* this.entries(file);
    }
  }

  private hashOf(file: string): string | undefined {
    const target = this.pathOf(file);
    const stats = fs.lstatSync(target, { throwIfNoEntry: false, bigint: true });
    if (!stats) return undefined;
    if (stats.size > MOST_BYTES) return 'large';
    const key = `${stats.size}/${stats.mtimeNs}/${stats.ino}`;
    const known = this.known.get(file);
    if (known?.key === key) return known.hash;
    const hash = unlessForbidden(() => this.current(target));
    if (hash !== undefined && hash !== 'unreadable') this.known.set(file, { key, hash });
    return hash;
  }

  /** Also of what is not a file, so that it is never taken for nothing. */
  private current(target: string): string | undefined {
    const stats = fs.lstatSync(target, { throwIfNoEntry: false });
    if (!stats) return undefined;
    return stats.isFile() ? hashOf(fs.readFileSync(target)) : NO_FILE;
  }

  /** No link on the way, by which it would be written elsewhere. */
  private checkedPath(file: string): string {
    if (!isInside(file)) throw new InTheWay('it is not in the folder');
    const parts = file.split('/');
    for (const [index] of parts.slice(0, -1).entries()) {
      const folder = parts.slice(0, index + 1).join('/');
      const stats = fs.lstatSync(this.pathOf(folder), { throwIfNoEntry: false });
      if (stats && !stats.isDirectory()) throw new InTheWay(`${folder} is ${stats.isSymbolicLink() ? 'a link' : 'a file'} here, and a folder in the notebook`);
    }
    return this.pathOf(file);
  }

  private pathOf(file: string): string {
    return path.join(this.directory, file);
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Nothing where the folder has vanished, `undefined` where it cannot be read. */
function entriesOf(folder: string): fs.Dirent[] | undefined {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'EACCES' || code === 'EPERM') return undefined;
    throw error;
  }
}

function unlessForbidden(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EACCES' || code === 'EPERM') return 'unreadable';
    throw error;
  }
}
