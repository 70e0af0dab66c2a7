/**
 * What import and synthesis cost, each as a ratio to plain cdk8s or cdktf, measured in one run. Figures: bench/README.md.
 *
 * CPU time, which other work on the machine changes little, in runs that alternate, so that a change of its speed hits both sides alike.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(__dirname, '..');
const PROGRAMS = path.join(ROOT, '.cache/bench');
const RUNS = 15;

interface Measurement {
  readonly name: string;
  readonly limit: number;
  readonly unit: string;
  readonly ours: () => number;
  readonly baseline: () => number;
}

function node(args: readonly string[]): string {
  return execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Milliseconds of CPU and MiB that importing a module takes, in a process of its own. */
function importCost(module: string): { readonly milliseconds: number; readonly mebibytes: number } {
  const program = `const t = process.cpuUsage(); require(${JSON.stringify(module)}); const { user, system } = process.cpuUsage(t);
    console.log(JSON.stringify({ milliseconds: (user + system) / 1000, mebibytes: process.resourceUsage().maxRSS / 1024 }))`;
  return JSON.parse(node(['-e', program])) as { milliseconds: number; mebibytes: number };
}

/** The programs of this folder, with the library as it is published: from the sources, tsx would slow each function down that is made. */
async function buildPrograms(): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['bench/synth.ts', 'bench/terraform.ts'],
    outdir: PROGRAMS,
    bundle: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
    plugins: [{
      name: 'published',
      setup: ({ onResolve }) => onResolve({ filter: /^cdk-substratus$/ }, () => ({ path: path.join(ROOT, 'lib/index.js'), external: true })),
    }],
  });
}

function synth(name: string, charts: number): number {
  return measured('synth', name, String(charts));
}

/** Milliseconds of CPU that a program of this folder says it took. */
function measured(program: string, ...args: readonly string[]): number {
  return (JSON.parse(node([path.join(PROGRAMS, `${program}.js`), ...args])) as { milliseconds: number }).milliseconds;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const MEASUREMENTS: readonly Measurement[] = [
  { name: 'import, CPU', limit: 1.25, unit: 'ms', ours: () => importCost('./lib').milliseconds, baseline: () => importCost('cdk8s').milliseconds },
  { name: 'import, peak memory', limit: 1.5, unit: 'MiB', ours: () => importCost('./lib').mebibytes, baseline: () => importCost('cdk8s').mebibytes },
  { name: 'synth of 1,000 triples, 1 chart', limit: 1.6, unit: 'ms', ours: () => synth('ours', 1), baseline: () => synth('bare', 1) },
  { name: 'synth of 1,000 triples, 100 workspaces', limit: 1.6, unit: 'ms', ours: () => synth('ours', 100), baseline: () => synth('bare', 100) },
  { name: 'synth and cost of 1,000 triples, 1 chart', limit: 2, unit: 'ms', ours: () => synth('cost', 1), baseline: () => synth('bare', 1) },
  {
    name: '1,000 triples with facts, fit and cost, 100 workspaces', limit: 2, unit: 'ms',
    ours: () => synth('facts', 100), baseline: () => synth('bare', 100),
  },
  {
    name: 'Terraform of 100 GPU pools and a bucket', limit: 1.4, unit: 'ms',
    ours: () => measured('terraform', 'ours'), baseline: () => measured('terraform', 'bare'),
  },
];

async function main(): Promise<void> {
  if (!fs.existsSync(path.join(ROOT, 'lib/index.js'))) throw new Error('lib is missing; run `npm run compile` first');
  await buildPrograms();
  console.log(`${RUNS} pairs, in turn; CPU time; medians\n`);
  console.log('| what | baseline | cdk-substratus | ratio | limit |\n|---|---|---|---|---|');
  let failures = 0;
  for (const { name, limit, unit, ours, baseline } of MEASUREMENTS) {
    const pairs = Array.from({ length: RUNS }, () => ({ baseline: baseline(), ours: ours() }));
    const ratio = median(pairs.map((pair) => pair.ours / pair.baseline));
    const figure = (side: keyof typeof pairs[0]): string => `${median(pairs.map((pair) => pair[side])).toFixed(0)} ${unit}`;
    console.log(`| ${name} | ${figure('baseline')} | ${figure('ours')} | ${ratio.toFixed(2)} | ${limit} |`);
    if (ratio > limit) failures += 1;
  }
  if (failures > 0) {
    console.error(`\n${failures} over the limit`);
    process.exitCode = 1;
  }
}

main().catch((error: Error) => {
  console.error(error.stack ?? error.message);
  process.exitCode = 1;
});
