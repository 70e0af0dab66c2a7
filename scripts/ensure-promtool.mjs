// Puts promtool and prometheus, of Debian's package prometheus, into .cache/promtool: the tests check and try the alerts with the one, and ask
// the other for the usage of teams. Plain Node.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TARGET = new URL('../.cache/promtool/', import.meta.url);
const UNFINISHED = new URL('../.cache/promtool.part/', import.meta.url);
const PROGRAMS = ['promtool', 'prometheus'];

function run(command, args, cwd) {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', cwd });
}

/** Whether both are there already, by PROMTOOL and PROMETHEUS, or here. */
function isThere() {
  return PROGRAMS.every((name) => {
    const given = process.env[name.toUpperCase()];
    return (given && existsSync(given)) || existsSync(new URL(name, TARGET));
  });
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
  for (const name of PROGRAMS) renameSync(new URL(`usr/bin/${name}`, UNFINISHED), new URL(name, TARGET));
  rmSync(UNFINISHED, { recursive: true, force: true });
  return undefined;
}

if (!isThere()) {
  console.error('promtool and prometheus: unpacking them for the tests of alerts and usage');
  const problem = unpack();
  if (problem) console.error(`promtool and prometheus cannot be had (${problem}); the tests that need them are skipped, set PROMTOOL and PROMETHEUS to run them`);
}
