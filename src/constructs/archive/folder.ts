/** The files of a folder as they are packed, or why they cannot be. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { formatValue } from '../checks/format-value';
import type { Ignores } from './ignore-file';
import { fitsTar } from './tar';

export interface FolderFile {
  /** From the folder, with a / between folders. */
  readonly path: string;
  /** Where it is on this machine. */
  readonly file: string;
  readonly bytes: number;
  readonly isExecutable: boolean;
  /** Of a symbolic link: where it leads. */
  readonly target?: string;
  /** The same from the folder. */
  readonly leadsTo?: string;
}

/** More would take synth seconds, and not fit any limit once it is packed. */
export const MOST_BYTES = 16 * 1024 * 1024;

const CONTROL = /\p{Cc}/u;

/**
 * All files below a folder that are not ignored. Folders as such are none: git keeps no empty ones.
 *
 * @throws Error if one of them cannot be packed, in words that its author can act on.
 */
export function filesOf(root: string, ignores: Ignores): FolderFile[] {
  const files = entriesBelow(fs.realpathSync.native(root), '', ignores);
  checkCases(files);
  checkLinks(files);
  return files;
}

function entriesBelow(root: string, folder: string, ignores: Ignores): FolderFile[] {
  return entriesOf(root, folder).flatMap((entry) => {
    const name = nameOf(entry.name, folder);
    const here = folder === '' ? name : `${folder}/${name}`;
    const isIgnored = ignores.isIgnored(here);
    if (entry.isDirectory()) return isIgnored && !ignores.mayTakeIn(here) ? [] : entriesBelow(root, here, ignores);
    return isIgnored ? [] : [fileOf(root, here, entry)];
  });
}

function entriesOf(root: string, folder: string): fs.Dirent<Buffer>[] {
  try {
    return fs.readdirSync(path.join(root, folder), { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    throw unreadable(folder === '' ? '.' : folder, error);
  }
}

/** Of an error of the file system, in our words. */
export function unreadable(file: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return new Error(`${file} cannot be read by this user; give it read permission, or leave it out in .dockerignore`);
  if (code === 'ENOENT') return new Error(`${file} vanished while the folder was read; synthesize again once nothing writes to it`);
  return error as Error;
}

function nameOf(bytes: Buffer, folder: string): string {
  const name = bytes.toString('utf8');
  const isUtf8 = Buffer.from(name).equals(bytes);
  if (isUtf8 && !CONTROL.test(name)) return name;
  const where = folder === '' ? 'the folder' : folder;
  throw new Error(`${where} has a file whose name is ${isUtf8 ? formatValue(name) : `no UTF-8 (${formatValue(bytes.toString('latin1'))} in Latin-1)`}, `
    + 'which not every machine can unpack; rename it');
}

function fileOf(root: string, here: string, entry: fs.Dirent<Buffer>): FolderFile {
  const file = path.join(root, here);
  if (entry.isSymbolicLink()) return linkOf(root, here);
  if (!entry.isFile()) throw new Error(`${here} is neither a file, a folder nor a link; leave it out in .dockerignore`);
  if (!fitsTar(here)) throw new Error(`${here} has a longer path than an archive can hold; use names of at most 100 bytes, and paths of at most 255`);
  const { size, mode } = fs.statSync(file);
  return { path: here, file, bytes: size, isExecutable: (mode & 0o100) !== 0 };
}

/** A link that leads to something in the folder stays one; elsewhere it would lead to nothing, or to files nobody meant to hand over. */
function linkOf(root: string, here: string): FolderFile {
  const file = path.join(root, here);
  const target = fs.readlinkSync(file);
  const says = `${here} is a link to ${target}`;
  if (path.isAbsolute(target)) throw new Error(`${says}, which is absolute, so that it leads elsewhere in a container; use a relative link, or a copy`);
  const within = path.posix.normalize(path.posix.join(path.posix.dirname(here), target));
  if (within === '..' || within.startsWith('../')) throw outside(says);
  const found = realPath(file);
  if (found === undefined) throw new Error(`${says}, which does not exist; mend it, or leave it out in .dockerignore`);
  if (found !== root && !found.startsWith(`${root}${path.sep}`)) throw outside(says);
  if (!fitsTar(here, target)) throw new Error(`${says}, which is longer than an archive can hold; use paths of at most 100 bytes`);
  return { path: here, file, bytes: 0, isExecutable: false, target, leadsTo: path.relative(root, found).split(path.sep).join('/') };
}

function checkLinks(files: readonly FolderFile[]): void {
  for (const { path: here, target, leadsTo } of files) {
    const isThere = leadsTo === undefined || files.some((file) => file.path === leadsTo || leadsTo === '' || file.path.startsWith(`${leadsTo}/`));
    if (!isThere) throw new Error(`${here} is a link to ${target}, which is left out; leave the link out too in .dockerignore, or take in what it leads to`);
  }
}

function outside(says: string): Error {
  return new Error(`${says}, out of the folder; copy what it leads to into the folder, or leave it out in .dockerignore`);
}

/** As the kernel follows links: that of Node itself takes `..` away first, as if there were no links on the way. */
function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync.native(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    throw error;
  }
}

/** On the disks of Macs and of Windows they would be one. */
function checkCases(files: readonly FolderFile[]): void {
  const seen = new Map<string, string>();
  for (const { path: file } of files) {
    const parts = file.split('/');
    for (const [index] of parts.entries()) {
      const prefix = parts.slice(0, index + 1).join('/');
      const folded = prefix.normalize('NFC').toLowerCase();
      const other = seen.get(folded) ?? prefix;
      if (other !== prefix) {
        const [first, second] = [other, prefix].sort();
        throw new Error(`${first} and ${second} differ by case only, which not every disk can tell apart; rename one of them`);
      }
      seen.set(folded, prefix);
    }
  }
}
