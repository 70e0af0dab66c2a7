// Makes node_modules match package-lock.json, and does nothing when it already does. Plain Node: it runs before anything is installed.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);
const MODULES = new URL('node_modules/', ROOT);

/** Written last, inside node_modules, so that an interrupted installation leaves none. */
const STAMP = new URL('.install-stamp', MODULES);

/** What decides the content of node_modules: the lockfile, and what package.json asks for. */
function wanted() {
  const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  const { dependencies, devDependencies, peerDependencies, overrides } = manifest;
  return createHash('sha256')
    .update(readFileSync(new URL('package-lock.json', ROOT)))
    .update(JSON.stringify([dependencies, devDependencies, peerDependencies, overrides]))
    .digest('hex');
}

/** npm's own list of what is in node_modules, which it writes when all of it is there, install scripts included. */
const INSTALLED = new URL('.package-lock.json', MODULES);

/** Whether `npm ci` was run by hand, and has finished: each package has the version of the lockfile. */
function isInstalled() {
  if (!existsSync(INSTALLED)) return false;
  const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  const locked = packagesIn(new URL('package-lock.json', ROOT));
  const installed = packagesIn(INSTALLED);
  const isThere = ([path, { version, optional }]) => path === '' || (installed[path] ? installed[path].version === version : optional === true);
  return Object.entries(locked).every(isThere) && Object.keys(installed).every((path) => path in locked);
}

/** Why an installation is needed, or undefined. */
function reason(digest) {
  if (!existsSync(MODULES)) return 'node_modules is missing';
  if (!existsSync(STAMP)) return isInstalled() ? undefined : 'an earlier installation did not finish';
  if (readFileSync(STAMP, 'utf8') !== digest) return 'the dependencies have changed';
  return undefined;
}

const digest = wanted();
const why = reason(digest);
if (why) {
  console.error(`npm ci: ${why}; this takes about a minute`);
  rmSync(STAMP, { force: true });
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: fileURLToPath(ROOT),
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('npm ci failed; mend what it says above and run the same command again');
    process.exit(1);
  }
}
if (why || !existsSync(STAMP)) writeFileSync(STAMP, digest);
