// Runs the tests of our programs in Python (src/runtimes/programs): ruff, mypy and pytest. Plain Node.
//
//   npm run test:python [-- ARGUMENT OF PYTEST...]
//
// What they need is installed into .cache/python once, by uv, which is itself a wheel. Without Python 3.11 or newer, or without an
// index of packages, the tests are skipped, and it says so.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const CACHE = path.join(ROOT, '.cache', 'python');
const PROGRAMS = 'src/runtimes/programs';
const TESTS = 'test/runtimes';
const LOCKS = [...['archives', 'hub', 'rows'].map((part) => `${PROGRAMS}/load/requirements-${part}.txt`), `${TESTS}/requirements.txt`];
const SETTINGS = `${PROGRAMS}/pyproject.toml`;

/** The version of the image that runs load.py. */
const UV_VERSION = '0.13.9';
const OLDEST = [3, 11];
const BIN = process.platform === 'win32' ? 'Scripts' : 'bin';

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', ...options });
}

function lastLine(text) {
  return text?.trim().split('\n').at(-1) ?? 'it does not start';
}

/** The first Python that is new enough: that of PYTHON, or of the PATH. */
function findPython() {
  const candidates = [process.env.PYTHON, 'python3.13', 'python3.12', 'python3.14', 'python3.11', 'python3', 'python'].filter(Boolean);
  return candidates.find((candidate) => {
    const { status, stdout } = run(candidate, ['-c', 'import sys, venv; print(*sys.version_info[:2])']);
    const [major, minor] = (stdout ?? '').trim().split(' ').map(Number);
    return status === 0 && (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]));
  });
}

/** The folder of uv: '' if it is on the PATH. Installed beside the target and renamed, so that an interrupted installation leaves none. */
function ensureUv(python) {
  if (run('uv', ['--version']).status === 0) return '';
  const target = path.join(CACHE, `uv-${UV_VERSION}`);
  if (!existsSync(target)) {
    const part = `${target}.part`;
    rmSync(part, { recursive: true, force: true });
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--target', part];
    const { status, stderr } = run(python, [...args, `uv==${UV_VERSION}`]);
    if (status !== 0) throw new Error(`uv ${UV_VERSION} cannot be installed: ${lastLine(stderr)}`);
    renameSync(part, target);
  }
  return path.join(target, 'bin');
}

/** A virtual environment with exactly what the locks name. */
function ensureEnvironment(python, uv) {
  const { stdout: version } = run(python, ['-VV']);
  const hash = createHash('sha256').update(version ?? '');
  for (const lock of LOCKS) hash.update(readFileSync(path.join(ROOT, lock)));
  const target = path.join(CACHE, `venv-${hash.digest('hex').slice(0, 16)}`);
  const finished = path.join(target, 'finished');
  if (existsSync(finished)) return target;
  console.error('python: installing what the tests of the programs need');
  rmSync(target, { recursive: true, force: true });
  const env = { ...process.env, UV_PYTHON_DOWNLOADS: 'never', UV_NO_PROGRESS: '1', UV_NO_CONFIG: '1' };
  const command = uv === '' ? 'uv' : path.join(uv, 'uv');
  const where = run(python, ['-c', 'import sys; print(sys.executable)']).stdout.trim();
  const steps = [
    ['venv', '--quiet', '--python', where, target],
    ['pip', 'install', '--quiet', '--python', target, '--require-hashes', ...LOCKS.flatMap((lock) => ['--requirements', lock])],
  ];
  for (const step of steps) {
    const { status, stderr } = run(command, step, { env });
    if (status !== 0) throw new Error(lastLine(stderr));
  }
  writeFileSync(finished, ''); // last, so that an interrupted installation is not taken for a whole one
  return target;
}

/** Every file of Python that is ours. */
function sources(folder) {
  return readdirSync(path.join(ROOT, folder), { recursive: true }).map(String).filter((file) => file.endsWith('.py')).map((file) => `${folder}/${file}`);
}

/** How many tests there are, as far as their text tells. */
function countTests() {
  const texts = sources(`${TESTS}/programs`).map((file) => readFileSync(path.join(ROOT, file), 'utf8'));
  return texts.reduce((sum, text) => sum + (text.match(/^def test_/gm)?.length ?? 0), 0);
}

function check(environment, uv, pytestArguments) {
  const tool = (name) => path.join(environment, BIN, name);
  const folders = readdirSync(path.join(ROOT, PROGRAMS), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => `${PROGRAMS}/${entry.name}`);
  const env = {
    ...process.env,
    PATH: [path.join(environment, BIN), ...(uv === '' ? [] : [uv]), process.env.PATH].join(path.delimiter),
    MYPYPATH: [PROGRAMS, ...folders, TESTS].join(path.delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const files = [...sources(PROGRAMS), ...sources(TESTS)];
  const steps = [
    ['ruff', ['check', '--quiet', '--cache-dir', path.join(CACHE, 'ruff'), '--config', SETTINGS, ...files]],
    ['mypy', ['--config-file', SETTINGS, '--cache-dir', path.join(CACHE, 'mypy'), ...files]],
    ['pytest', ['-c', SETTINGS, ...pytestArguments, ...(pytestArguments.some((argument) => argument.startsWith(TESTS)) ? [] : [`${TESTS}/programs`])]],
  ];
  const statuses = steps.map(([name, args]) => run(tool(name), args, { env, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1);
  return statuses.find((status) => status !== 0) ?? 0;
}

function main() {
  mkdirSync(CACHE, { recursive: true });
  const python = findPython();
  if (python === undefined) {
    console.log(`skipped: ${countTests()} tests of the programs in Python (no Python ${OLDEST.join('.')} or newer here; set PYTHON)`);
    return 0;
  }
  let uv;
  let environment;
  try {
    uv = ensureUv(python);
    environment = ensureEnvironment(python, uv);
  } catch (error) {
    console.log(`skipped: ${countTests()} tests of the programs in Python (${error.message})`);
    return process.env.CI ? 1 : 0;
  }
  return check(environment, uv, process.argv.slice(2));
}

process.exitCode = main();
