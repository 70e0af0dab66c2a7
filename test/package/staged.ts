/** The package as `npm pack` finds it, compiled once for all tests that need it, and in a directory of its own. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');

const PACKED = ['package.json', '.npmignore', '.jsii', 'lib', 'assets', 'API.md', 'README.md', 'LICENSE', 'scripts/pack.mjs'];
const LOCK = path.join(ROOT, 'node_modules', '.compile-lock');
const STALE_MS = 180_000;

export function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Compiles unless that was done since the sources changed; test files run side by side, so one of them at a time. */
export async function compile(): Promise<void> {
  while (!locked()) await new Promise((resolve) => setTimeout(resolve, 500));
  try {
    const results = ['.jsii', 'lib/index.js', 'assets/reconciler.js.br'].map((file) => path.join(ROOT, file));
    const oldest = Math.min(...results.map((file) => (fs.existsSync(file) ? fs.statSync(file).mtimeMs : 0)));
    if (newestSource() > oldest) run('npx', ['projen', 'compile'], ROOT);
  } finally {
    fs.rmdirSync(LOCK);
  }
}

function locked(): boolean {
  try {
    fs.mkdirSync(LOCK);
    return true;
  } catch {
    if (Date.now() - fs.statSync(LOCK).mtimeMs > STALE_MS) fs.rmdirSync(LOCK); // left by a run that was killed
    return false;
  }
}

function newestSource(): number {
  const sources = fs.readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => path.join(ROOT, 'src', file));
  const others = ['package.json', 'scripts/bundle-library.mjs'].map((file) => path.join(ROOT, file));
  return Math.max(...[...sources, ...others].map((file) => fs.statSync(file).mtimeMs));
}

/** Copies what is packed, so that packing changes nothing here. */
export function stage(directory: string): void {
  for (const file of PACKED.filter((name) => fs.existsSync(path.join(ROOT, name)))) {
    fs.cpSync(path.join(ROOT, file), path.join(directory, file), { recursive: true });
  }
  const types = 'node_modules/kubernetes-types';
  fs.cpSync(path.join(ROOT, types), path.join(directory, types), { recursive: true });
}
