import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const SCRIPT = path.join(__dirname, '../../scripts/ensure-install.mjs');
const LOCKED = {
  '': { name: 'app' }, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true },
};

type Packages = Record<string, { version?: string; optional?: boolean; name?: string }>;

/** What the script says in a repository whose npm only says that it was called; `installed` is npm's own list. */
function outputIn(installed: Packages | undefined): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'install-'));
  for (const folder of ['scripts', 'node_modules', 'bin']) fs.mkdirSync(path.join(root, folder));
  fs.copyFileSync(SCRIPT, path.join(root, 'scripts/ensure-install.mjs'));
  fs.writeFileSync(path.join(root, 'package.json'), '{}');
  fs.writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages: LOCKED }));
  fs.writeFileSync(path.join(root, 'bin/npm'), '#!/bin/sh\necho "npm $1 was called"\n', { mode: 0o755 });
  if (installed) fs.writeFileSync(path.join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  const env = { ...process.env, PATH: `${path.join(root, 'bin')}:${process.env.PATH ?? ''}` };
  const run = (): string => {
    const { stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts/ensure-install.mjs')], { encoding: 'utf8', env });
    return stdout + stderr;
  };
  const first = run();
  expect(run()).toBe('');
  return first;
}

test('what npm ci has installed is not installed again', () => {
  expect(outputIn({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } })).toBe('');
  expect(outputIn({ 'node_modules/a': { version: '1.0.0' } })).toBe('');
});

test.each<[string, Packages | undefined]>([
  ['did not finish', undefined],
  ['lacks a package', { 'node_modules/b': { version: '2.0.0' } }],
  ['has another version', { 'node_modules/a': { version: '1.0.1' } }],
  ['has a package that is not in the lockfile', { 'node_modules/a': { version: '1.0.0' }, 'node_modules/c': { version: '1.0.0' } }],
])('an installation that %s is made again', (_, installed) => {
  expect(outputIn(installed)).toContain('npm ci was called');
});
