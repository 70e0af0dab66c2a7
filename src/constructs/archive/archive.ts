/** A folder of this machine, packed so that the same files are the same bytes everywhere. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ApiObjectProps } from 'cdk8s';
import { ARCHIVE_KEY, ARCHIVE_ROLE } from '../../api/archive';
import type { ArchiveSpec } from '../../api/archive';
import { MANAGED_BY } from '../../api/labels';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';
import { filesOf, MOST_BYTES, unreadable } from './folder';
import type { FolderFile } from './folder';
import { gzip } from './gzip';
import { ALWAYS_IGNORED, ignoresOf } from './ignore-file';
import { secretByContent, secretByName } from './secret-files';
import { tarOf } from './tar';
import type { TarEntry } from './tar';

/** How a folder is packed. */
export interface DirectoryOptions {
  /**
   * What to leave out, as in a `.dockerignore`; added to that of the folder. Left out in any case, unless a pattern with `!` takes it in:
   * `.git`, `.venv`, `.DS_Store`, and the caches of Python and Jupyter.
   *
   * @default - what the `.dockerignore` of the folder says
   */
  readonly exclude?: string[];

  /**
   * Files that may be packed though they look like credentials, by their path in the folder, such as `certs/ca.pem`. Everybody who may
   * read ConfigMaps of the namespace can read them.
   *
   * @default - none
   */
  readonly allowSecrets?: string[];

  /**
   * Whether the packed folder may have up to 1000 KiB in place of 188 KiB. The manifests must then be applied by
   * `kubectl apply --server-side`, by Flux, or by Argo CD with `ServerSideApply=true`: otherwise kubectl keeps a copy of the object in an
   * annotation, for which there are 256 KiB.
   *
   * @default false
   */
  readonly serverSideApply?: boolean;
}

const DIRECTORY_OPTIONS = knownProps<DirectoryOptions>({ exclude: true, allowSecrets: true, serverSideApply: true });

const KIB = 1024;
/** As base64 within the 256 KiB that an object may have for client-side apply, with some room for its metadata. */
const MOST_PACKED = 188 * KIB;
/** A ConfigMap may have 1 MiB. https://kubernetes.io/docs/concepts/configuration/configmap/ */
const MOST_PACKED_SERVER_SIDE = 1000 * KIB;

const IGNORE_FILE = '.dockerignore';
const DOCKERFILE = 'Dockerfile';

/** Who packs a folder, and for what. */
export interface Packing {
  /** As in errors, such as `Code.directory`. */
  readonly factory: string;
  /** What the name of the ConfigMap begins with. */
  readonly prefix: string;
  /** Whether an image is built from it: then it has a Dockerfile, and is packed with its ignore file, as Docker does. */
  readonly isBuild?: boolean;
  /** What to do where it is too large. */
  readonly remedy: string;
}

/** A packed folder. */
export class Archive {
  /**
   * Packs a folder.
   *
   * @throws Error if it cannot be, in words that its author can act on.
   */
  public static pack(directory: string, options: DirectoryOptions, packing: Packing): Archive {
    try {
      return packed(directory, options, packing);
    } catch (error) {
      throw new Error(`${packing.factory}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  public readonly spec: ArchiveSpec;

  constructor(private readonly bytes: Uint8Array, prefix: string) {
    const hash = createHash('sha256').update(bytes).digest('hex');
    this.spec = { configMapName: `${prefix}-${hash.slice(0, 16)}`, digest: `sha256:${hash}` };
  }

  /** The ConfigMap that the spec names. */
  public configMap(): ApiObjectProps {
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.spec.configMapName, labels: { ...MANAGED_BY, role: ARCHIVE_ROLE } },
      immutable: true,
      binaryData: { [ARCHIVE_KEY]: Buffer.from(this.bytes).toString('base64') },
    };
  }
}

function packed(directory: string, options: DirectoryOptions, packing: Packing): Archive {
  const problem = optionsProblem('options', options, DIRECTORY_OPTIONS) ?? listProblem('exclude', options.exclude)
    ?? listProblem('allowSecrets', options.allowSecrets) ?? directoryProblem(directory);
  if (problem) throw new Error(problem);
  const files = chosenFiles(directory, options, packing);
  checkNames(files, options);
  const entries = files.map(entryOf);
  checkContents(entries, options);
  const bytes = gzip(tarOf(entries));
  const most = options.serverSideApply ? MOST_PACKED_SERVER_SIDE : MOST_PACKED;
  if (bytes.length > most) throw new Error(`${tooLarge(directory, files, `packs to ${sizeOf(bytes.length)}`)}${remedyFor(options, most, packing)}`);
  return new Archive(bytes, packing.prefix);
}

function listProblem(field: string, list: unknown): string | undefined {
  const isList = list === undefined || (Array.isArray(list) && list.every((item) => typeof item === 'string'));
  return isList ? undefined : `${field} is ${formatValue(list)}; give a list of texts`;
}

function directoryProblem(directory: unknown): string | undefined {
  if (typeof directory !== 'string' || directory === '') {
    return `path is ${formatValue(directory)}; give a folder, for example path.join(__dirname, 'train')`;
  }
  const stats = fs.statSync(directory, { throwIfNoEntry: false });
  if (!stats) {
    return `path is ${formatValue(directory)}, which does not exist; give a folder, for example path.join(__dirname, 'train'): `
      + `a relative one is looked for in ${process.cwd()}`;
  }
  return stats.isDirectory() ? undefined : `path is ${formatValue(directory)}, which is a file; give the folder that it is in`;
}

function chosenFiles(directory: string, { exclude = [] }: DirectoryOptions, { isBuild = false }: Packing): FolderFile[] {
  const ignoreFile = path.join(directory, IGNORE_FILE);
  const lines = fs.existsSync(ignoreFile) ? fs.readFileSync(ignoreFile, 'utf8').replace(/^\uFEFF/, '').split(/\r?\n/) : [];
  const always = isBuild ? [`!${DOCKERFILE}`, `!${IGNORE_FILE}`] : [IGNORE_FILE];
  const files = filesOf(directory, ignoresOf([...ALWAYS_IGNORED, ...lines, ...exclude, ...always]));
  if (files.length === 0) {
    throw new Error(`path is ${formatValue(directory)}, which has no files${lines.length + exclude.length > 0 ? ` but those that ${IGNORE_FILE} and exclude leave out` : ''}; `
      + 'give a folder with what is to run');
  }
  if (isBuild && !files.some((file) => file.path === DOCKERFILE)) {
    throw new Error(`path is ${formatValue(directory)}, which has no ${DOCKERFILE}; add one, or run the files in a stock image with code: Code.directory(…)`);
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > MOST_BYTES) throw new Error(`${tooLarge(directory, files, `has ${sizeOf(bytes)}`)}, and ${sizeOf(MOST_BYTES)} are allowed; ${LEAVE_OUT}`);
  return files;
}

const LEAVE_OUT = `leave out what is not code in ${IGNORE_FILE} or exclude, and load data as a Dataset`;

function tooLarge(directory: string, files: readonly FolderFile[], says: string): string {
  const largest = [...files].sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1)).slice(0, 3);
  return `path is ${formatValue(directory)}, which ${says} in ${files.length} ${files.length === 1 ? 'file' : 'files'} `
    + `(the largest: ${largest.map((file) => `${file.path} ${sizeOf(file.bytes)}`).join(', ')})`;
}

function remedyFor({ serverSideApply = false }: DirectoryOptions, most: number, { remedy }: Packing): string {
  const why = serverSideApply ? 'for a ConfigMap holds no more' : 'for kubectl apply takes no larger object';
  const apply = serverSideApply ? '' : `, or set serverSideApply: true, with which ${sizeOf(MOST_PACKED_SERVER_SIDE)} are`;
  return `, and ${sizeOf(most)} are allowed, ${why}; ${LEAVE_OUT}, ${remedy}${apply}`;
}

function sizeOf(bytes: number): string {
  if (bytes < KIB) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  return bytes < KIB * KIB ? `${Math.ceil(bytes / KIB)} KiB` : `${(bytes / KIB / KIB).toFixed(1)} MiB`;
}

function checkNames(files: readonly FolderFile[], { allowSecrets = [] }: DirectoryOptions): void {
  const unknown = allowSecrets.find((allowed) => !files.some((file) => file.path === allowed));
  if (unknown !== undefined) {
    throw new Error(`allowSecrets has ${formatValue(unknown)}, which is not packed; give paths of files in the folder, with / between folders`);
  }
  for (const { path: file } of files) refuse(file, secretByName(file), allowSecrets);
}

function checkContents(entries: readonly TarEntry[], { allowSecrets = [] }: DirectoryOptions): void {
  for (const { path: file, content } of entries) refuse(file, secretByContent(content), allowSecrets);
}

function refuse(file: string, secret: string | undefined, allowed: readonly string[]): void {
  if (secret === undefined || allowed.includes(file)) return;
  throw new Error(`${file} looks like ${secret}, and everybody could read it who may read ConfigMaps; leave it out in ${IGNORE_FILE} `
    + `and pass what it holds by a Secret, or name it in allowSecrets: [${formatValue(file)}]`);
}

function entryOf({ path: file, file: source, isExecutable, target }: FolderFile): TarEntry {
  if (target !== undefined) return { path: file, content: Buffer.alloc(0), target };
  try {
    return { path: file, content: fs.readFileSync(source), isExecutable };
  } catch (error) {
    throw unreadable(file, error);
  }
}
