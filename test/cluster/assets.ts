/** Where the programs of a cluster are: in KUBEBUILDER_ASSETS, as envtest has them, else in the binary that binary/ builds. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

export const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kwok'] as const;

export type Program = typeof PROGRAMS[number];

/** How each program is called, without its flags. */
export type Assets = Readonly<Record<Program, readonly string[]>>;

/** A Go module of which a binary is built. */
export interface BinaryModule {
  /** Its name, and that of its binary. */
  readonly name: string;
  /** Where its sources are. */
  readonly directory: string;
}

export const CLUSTER_BINARY: BinaryModule = { name: 'cluster', directory: path.join(__dirname, 'binary') };

/** What decides a binary, beside the Go files. */
const MODULE_FILES = ['go.mod', 'go.sum'];

/** The programs, or undefined if one of them is neither in KUBEBUILDER_ASSETS nor built. */
export function findAssets(): Assets | undefined {
  const directory = process.env.KUBEBUILDER_ASSETS;
  const built = binaryPath(CLUSTER_BINARY);
  const binary = fs.existsSync(built) ? built : undefined;
  const calls = PROGRAMS.map((program) => [program, given(program, directory) ?? (binary && [binary, program])]);
  return calls.every(([, call]) => call) ? Object.fromEntries(calls) as Assets : undefined;
}

/** The programs that KUBEBUILDER_ASSETS lacks: all of them if it is not set. */
export function notGiven(): readonly Program[] {
  const directory = process.env.KUBEBUILDER_ASSETS;
  return PROGRAMS.filter((program) => !given(program, directory));
}

/** Where a binary is kept: outside the checkout, for every checkout with the same sources. */
export function binaryPath(module: BinaryModule): string {
  return cachePath(module.name, sourceHash(module), module.name);
}

/** A place in the cache of this machine. */
export function cachePath(...names: string[]): string {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  return path.join(cache, 'cdk-substratus', ...names);
}

function given(program: Program, directory: string | undefined): readonly string[] | undefined {
  const file = directory && path.join(directory, program);
  return file && fs.existsSync(file) ? [file] : undefined;
}

function sourceHash({ directory }: BinaryModule): string {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const sources = fs.readdirSync(directory).filter((file) => MODULE_FILES.includes(file) || file.endsWith('.go')).sort();
  for (const file of sources) hash.update(fs.readFileSync(path.join(directory, file)));
  return hash.digest('hex').slice(0, 16);
}
