/** The program of the command line, as it is shipped. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { bundleCli, packagesOf } from '../../scripts/bundle-cli';

const ROOT = path.join(__dirname, '../..');
const PROGRAM = path.join(ROOT, 'assets/substratus.js');
const MAX_CPU_MS = 150;
const REPEATS = 12;

const { program, licences, metafile } = bundleCli();

test('holds neither constructs nor the reconciler, and needs nothing at run time but Node itself', () => {
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((file) => /^src\/(constructs|reconciler|index)\b|node_modules\/(cdk8s|cdktf|constructs|@cdktf)\b/.test(file))).toEqual([]);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map((each) => each.path));
  expect(imports.filter((name) => !name.startsWith('node:') && !/^(child_process|events|fs|path|process|tty|buffer)$/.test(name))).toEqual([]);
});

test('goes with the licences of the packages in it', () => {
  const names = packagesOf(metafile).map((directory) => directory.replace(/^.*node_modules\//, ''));
  expect(names).toEqual(expect.arrayContaining(['commander', 'picocolors', 'yaml']));
  for (const name of names) expect(licences).toContain(`\n${name} `);
  expect(licences).toContain('Permission is hereby granted, free of charge');
});

test('has no path of the machine that built it', () => {
  expect(program).not.toContain(ROOT);
  expect(licences).not.toContain(ROOT);
});

test('is what is in assets', () => {
  expect(fs.readFileSync(PROGRAM, 'utf8')).toBe(program);
});

/** Milliseconds that a call computes, its kernel's included; of several, the least that other programs have disturbed. */
function leastCpuMs(args: readonly string[]): number {
  const times = Array.from({ length: REPEATS }, () => {
    const { stderr } = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@" >/dev/null', '-', process.execPath, PROGRAM, ...args], { encoding: 'utf8' });
    return stderr.trim().split(' ').reduce((sum, seconds) => sum + Number(seconds) * 1000, 0);
  });
  return Math.min(...times);
}

test.each([['--version'], ['--help'], ['status', '--help']])(`starts in under ${MAX_CPU_MS} ms: %s`, (...args) => {
  expect(leastCpuMs(args)).toBeLessThan(MAX_CPU_MS);
});
