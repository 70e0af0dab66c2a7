/** CDK Terrain beside the library, in a folder of its own: cdktf's packages and its own cannot be in one program. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Section } from '../schemas/providers/arguments';
import { TYPES } from '../schemas/providers/types';
import { ROOT } from './staged';

/** One version of constructs for all of them, as CDK Terrain asks for. */
const SHARED = ['cdktn@0.24.0', 'constructs@10.7.2', 'cdk8s@2.70.0'];

/** Its prebuilt providers, as far as they are published, with the version of the provider that each was made from. */
const PROVIDERS = { aws: '@cdktn/provider-aws@25.7.0', azurerm: '@cdktn/provider-azurerm@16.1.0' } as const;

/** Another one for other versions and other modules. */
const CACHE = join(ROOT, '.cache', `cdk-terrain-${createHash('sha256').update(JSON.stringify([SHARED, PROVIDERS, TYPES])).digest('hex').slice(0, 12)}`);

/** Why there is none: the registry is not reached, and nothing of it is here. */
export function reasonWithoutTerrain(): string | undefined {
  if (existsSync(CACHE)) return undefined;
  try {
    execFileSync('npm', ['view', 'cdktn', 'version'], { stdio: 'ignore', timeout: 60_000 });
    return undefined;
  } catch {
    return 'the npm registry is not reached';
  }
}

/** A folder with CDK Terrain, and the modules of its providers that stacks use: a few MB of some hundred. Kept for the next run. */
export function withTerrain(): string {
  if (existsSync(CACHE)) return CACHE;
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache/terrain-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'terrain', private: true }));
  npm(folder, 'install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', ...SHARED);
  for (const [provider, name] of Object.entries(PROVIDERS)) {
    const tarball = join(folder, npm(folder, 'pack', '--prefer-offline', name).trim());
    const target = join(folder, 'node_modules/@cdktn', `provider-${provider}`);
    mkdirSync(target, { recursive: true });
    const files = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' }).split('\n');
    const modules = modulesOf(provider).map((module) => `package/lib/${module}/`);
    execFileSync('tar', ['xzf', tarball, '-C', target, '--strip-components=1', ...files.filter((file) => modules.some((module) => file.startsWith(module)))]);
    rmSync(tarball);
  }
  renameSync(folder, CACHE);
  return CACHE;
}

/** A folder in which `cdktf` is another name for CDK Terrain, so that the provider packages of cdktf are made of its classes. */
export function withAlias(terrain: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'substratus-alias-'));
  const modules = join(folder, 'node_modules');
  for (const name of ['constructs', 'cdk8s']) cpSync(join(terrain, 'node_modules', name), join(modules, name), { recursive: true });
  cpSync(join(terrain, 'node_modules/cdktn'), join(modules, 'cdktf'), { recursive: true });
  for (const provider of ['google', 'aws', 'azurerm'] as const) {
    for (const module of modulesOf(provider)) {
      const path = `@cdktf/provider-${provider}/lib/${module}`;
      if (existsSync(join(ROOT, 'node_modules', path))) cpSync(join(ROOT, 'node_modules', path), join(modules, path), { recursive: true });
    }
  }
  return folder;
}

function modulesOf(provider: string): string[] {
  const rows = Object.entries(TYPES).find(([name]) => name === provider)?.[1] ?? [];
  return ['provider', 'provider-functions', ...rows.filter(([section]) => section !== 'provider').map(([section, type]) => moduleOf(section, type))];
}

function moduleOf(section: Section, type: string): string {
  const name = type.replace(/_/g, '-');
  return section === 'data' ? `data-${name}` : name.replace(/^[a-z]+-/, '');
}

function npm(cwd: string, ...args: readonly string[]): string {
  return execFileSync('npm', [...args, '--silent', '--no-update-notifier'], { cwd, encoding: 'utf8' });
}

/** Builds the library into a folder, and a program that imports it. */
export async function buildInto(folder: string, { program, of }: { readonly program: string; readonly of: 'cdktf' | 'cdktn' }): Promise<string> {
  const options = { bundle: true, platform: 'node', packages: 'external', logLevel: 'error' } as const;
  const library = join(folder, 'node_modules/cdk-substratus/index.js');
  await build({ ...options, absWorkingDir: ROOT, entryPoints: ['src/index.ts'], outfile: library });
  const outfile = join(folder, 'program.js');
  const imports: Readonly<Record<string, string>> = { 'cdk-substratus': 'cdk-substratus', 'cdktf': of };
  await build({
    ...options,
    absWorkingDir: ROOT,
    entryPoints: [program],
    outfile,
    plugins: [{
      name: 'project',
      setup: ({ onResolve }) => onResolve({ filter: /^(cdk-substratus|cdktf)$/ }, ({ path }) => ({ path: imports[path] ?? path, external: true })),
    }],
  });
  return outfile;
}
