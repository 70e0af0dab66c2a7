// Puts promtool, of Debian's package prometheus, into .cache/promtool: the tests check and try the alerts with it. Plain Node.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TARGET = new URL('../.cache/promtool/', import.meta.url);
const UNFINISHED = new URL('../.cache/promtool.part/', import.meta.url);
const UNPACKED = 'usr/bin/promtool';

function run(command, args, cwd) {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', cwd });
}

/** Whether promtool is there already, by PROMTOOL, on the PATH or here. */
function isThere() {
  if (process.env.PROMTOOL && existsSync(process.env.PROMTOOL)) return true;
  return existsSync(new URL('promtool', TARGET)) || run('promtool', ['--version']).status === 0;
}

/** Downloads without installing, which takes no root. A machine that was made of an image has no lists of packages yet. */
function unpack() {
  const directory = fileURLToPath(UNFINISHED);
  rmSync(UNFINISHED, { recursive: true, force: true });
  mkdirSync(UNFINISHED, { recursive: true });
  const download = () => run('apt-get', ['--quiet', 'download', 'prometheus'], directory);
  let { status, stderr } = download();
  if (status !== 0 && run('apt-get', ['--quiet', 'update']).status === 0) ({ status, stderr } = download());
  if (status !== 0) return stderr?.trim().split('\n').at(-1) ?? 'apt-get is not there';
  const [file] = readdirSync(UNFINISHED).filter((name) => name.endsWith('.deb'));
  if (run('dpkg-deb', ['--extract', file, '.'], directory).status !== 0) return 'dpkg-deb does not unpack it';
  rmSync(TARGET, { recursive: true, force: true });
  mkdirSync(TARGET, { recursive: true });
  renameSync(new URL(UNPACKED, UNFINISHED), new URL('promtool', TARGET));
  rmSync(UNFINISHED, { recursive: true, force: true });
  return undefined;
}

if (!isThere()) {
  console.error('promtool: unpacking it for the tests of the alerts');
  const problem = unpack();
  if (problem) console.error(`promtool cannot be had (${problem}); the tests that need it are skipped, set PROMTOOL to run them`);
}
