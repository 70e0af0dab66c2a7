/** Reads from disk what was synthesized: the manifests of cdk8s and the stacks of cdktf. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseAllDocuments, parseDocument } from 'yaml';
import type { Document, Tags } from 'yaml';
import type { StateFile } from '../state/documents';
import { stateOf } from '../state/read';
import type { State } from '../state/state';
import { StateError } from '../state/state-error';
import { CliError } from './errors';

const MANIFEST = /\.(ya?ml|json)$/;
const SKIPPED = /^(\.|node_modules$)/;

export interface ReadOptions {
  /** The folder of the app, to which paths are relative. Default: the current one. */
  readonly directory?: string;
}

/**
 * What the given folders and files hold; without any, what the app in the current folder has written: the `output` of its cdk8s.yaml
 * and that of its cdktf.json.
 *
 * @throws CliError if nothing is there, or if a file cannot be read.
 */
export function readState(paths: readonly string[] = [], { directory = '.' }: ReadOptions = {}): State {
  const roots = paths.length > 0 ? paths : outputsOf(directory);
  const files = withoutRepeated(roots.flatMap((root) => filesOf(root, directory)), directory);
  const state = builtFrom(files.map((file) => parsedFile(file, directory)));
  const isEmpty = state.stacks.length === 0 && state.clusters.every(({ resources, objects }) => resources.length + objects.length === 0);
  if (isEmpty) throw new CliError(`${roots.join(' and ')} ${roots.length > 1 ? 'hold' : 'holds'} neither manifests nor Terraform stacks; run cdk8s synth or cdktf synth`);
  return state;
}

/** Each file once, though several of the paths lead to it. */
function withoutRepeated(files: readonly FoundFile[], directory: string): FoundFile[] {
  const byRealPath = new Map<string, FoundFile>();
  for (const file of files) {
    const real = fs.realpathSync(path.resolve(directory, file.path));
    if (!byRealPath.has(real)) byRealPath.set(real, file);
  }
  return [...byRealPath.values()];
}

function builtFrom(files: readonly StateFile[]): State {
  try {
    return stateOf(files);
  } catch (error) {
    throw error instanceof StateError ? new CliError(error.message) : error;
  }
}

/** Where the app of a folder writes to, of which at least one is there. */
function outputsOf(directory: string): string[] {
  const manifests = configured(directory, 'cdk8s.yaml') ?? 'dist';
  const stacks = configured(directory, 'cdktf.json') ?? 'cdktf.out';
  const found = [manifests, stacks].filter((output) => fs.existsSync(path.resolve(directory, output)));
  if (found.length > 0) return found;
  throw new CliError(`neither ${manifests} nor ${stacks} is in ${shown(directory)}; run cdk8s synth or cdktf synth there, or name the folders to read`);
}

/** The `output` that a file of settings names; `undefined` where there is neither. */
function configured(directory: string, name: string): string | undefined {
  const file = path.join(directory, name);
  if (!fs.existsSync(file)) return undefined;
  const document = parseDocument(fs.readFileSync(file, 'utf8'));
  const [error] = document.errors;
  if (error) throw new CliError(`${file}${at(error.linePos?.[0].line)}: ${firstLine(error.message)}`);
  const output: unknown = document.get('output');
  return typeof output === 'string' ? output : undefined;
}

interface FoundFile {
  readonly path: string;
  readonly root: string;
}

function filesOf(root: string, directory: string): FoundFile[] {
  const absolute = path.resolve(directory, root);
  const stat = fs.statSync(absolute, { throwIfNoEntry: false });
  if (!stat) throw new CliError(`there is no file or folder ${root}${directory === '.' ? '' : ` in ${shown(directory)}`}; run cdk8s synth or cdktf synth first, or name another`);
  if (stat.isDirectory()) return below(root, absolute).map((file) => ({ path: file, root }));
  return [{ path: root, root: path.dirname(root) }];
}

/** Files in the order of their names, whatever the file system's is. */
function below(shownAs: string, absolute: string): string[] {
  const entries = fs.readdirSync(absolute, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    if (SKIPPED.test(entry.name)) return [];
    const inside = path.join(shownAs, entry.name);
    if (entry.isDirectory()) return below(inside, path.join(absolute, entry.name));
    return MANIFEST.test(entry.name) && isFile(path.join(absolute, entry.name)) ? [inside] : [];
  });
}

/** Also what a link leads to. */
function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function parsedFile({ path: file, root }: FoundFile, directory: string): StateFile {
  const text = textOf(path.resolve(directory, file), file);
  const documents = file.endsWith('.json') ? [parsedJson(text, file)] : parsedYaml(text, file);
  return { path: slashed(file), root: slashed(root), documents };
}

function textOf(absolute: string, file: string): string {
  try {
    return fs.readFileSync(absolute, 'utf8');
  } catch (error) {
    throw new CliError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}); name the files and folders that can`);
  }
}

function parsedJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CliError(`${file}: it is not JSON (${error instanceof Error ? error.message : String(error)}); synthesize it again`);
  }
}

/** YAML as Kubernetes reads it: version 1.1, but neither dates nor numbers to the base of 60. */
function parsedYaml(text: string, file: string): unknown[] {
  const documents = parseAllDocuments(text, { version: '1.1', customTags: withoutTimes });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const [error] = document.errors;
    if (error) throw new CliError(`${file}${at(error.linePos?.[0].line)}: it is not YAML (${firstLine(error.message)}); synthesize it again`);
    return valueOf(document, file);
  });
}

/** Aliases that stand for too much are refused. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    throw new CliError(`${file}: its aliases cannot be followed (${error instanceof Error ? firstLine(error.message) : String(error)}); write out what they stand for`);
  }
}

function withoutTimes(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || !(tag.tag.endsWith(':timestamp') || ('format' in tag && tag.format === 'TIME')));
}

function at(line: number | undefined): string {
  return line === undefined ? '' : `:${line}`;
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}

function slashed(file: string): string {
  return file.split(path.sep).join('/');
}

function shown(directory: string): string {
  return directory === '.' ? 'this folder' : directory;
}
