/**
 * Writes the files of arguments beside it, one for each end of a provider's range that no package in node_modules has:
 *
 *     npx tsx --tsconfig scripts/tsconfig.json test/schemas/providers/refresh.ts
 *
 * Needs npm, pip and python3. A type that stacks have and no file has fails test/terraform/versions.test.ts: give it a row in types.ts.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ofPackage, ofPulumi, singular } from './arguments';
import type { Arguments, Section } from './arguments';
import { TYPES } from './types';

const ROOT = join(__dirname, '../../..');

interface Source {
  readonly provider: keyof typeof TYPES;
  /** Of the provider, as far as its package tells. */
  readonly version: string;
  /** Of npm, or of PyPI. */
  readonly package: string;
}

/**
 * Which provider a package was made from: CDK Terrain's say it in package.json, Pulumi's in their releases (pulumi-gcp 9.35.0 is
 * google-beta 7.45, and 10 is 8; pulumi-azure 7 is azurerm 5). `pulumi-gcp` has the arguments of the beta provider too.
 */
const SOURCES: readonly Source[] = [
  { provider: 'google', version: '7.45', package: 'pulumi-gcp==9.35.0' },
  { provider: 'google', version: '8', package: 'pulumi-gcp==10.2.0' },
  { provider: 'aws', version: '6.66', package: '@cdktn/provider-aws@25.7.0' },
  { provider: 'azurerm', version: '4.73', package: '@cdktn/provider-azurerm@16.1.0' },
  { provider: 'azurerm', version: '5', package: 'pulumi-azure==7.0.0a1' },
];

function main(): void {
  for (const source of SOURCES) {
    const folder = mkdtempSync(join(tmpdir(), 'substratus-provider-'));
    try {
      const entries = read(source, folder).map(([section, type, args]) => [`${section} ${type}`, args] as const);
      const text = JSON.stringify({ source: source.package, types: Object.fromEntries(entries) }, null, 1);
      writeFileSync(join(__dirname, `${source.provider}-${source.version}.json`), `${text}\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function read(source: Source, folder: string): [Section, string, Arguments][] {
  const isPulumi = source.package.includes('==');
  const directory = isPulumi ? wheel(source.package, folder) : npmPackage(source.package, folder);
  const low = join(ROOT, 'node_modules/@cdktf', `provider-${source.provider}`);
  return TYPES[source.provider].flatMap(([section, type, module, className]): [Section, string, Arguments][] => {
    if (!isPulumi) return [[section, type, ofPackage(directory, section, type) ?? {}]];
    /* Its provider is configured by other means. */
    if (section === 'provider') return [];
    return [[section, type, singular(ofPulumi(directory, module, className), ofPackage(low, section, type))]];
  });
}

function npmPackage(name: string, folder: string): string {
  const tarball = execFileSync('npm', ['pack', '--silent', name], { cwd: folder, encoding: 'utf8' }).trim();
  execFileSync('tar', ['xzf', tarball], { cwd: folder });
  return join(folder, 'package');
}

function wheel(requirement: string, folder: string): string {
  const target = join(folder, 'unpacked');
  mkdirSync(target);
  execFileSync('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', requirement], { cwd: folder });
  const file = readdirSync(folder).find((name) => name.endsWith('.whl')) ?? '';
  execFileSync('python3', ['-m', 'zipfile', '-e', file, target], { cwd: folder });
  return join(target, requirement.replace(/==.*/, '').replace('-', '_'));
}

main();
