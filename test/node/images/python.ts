/** Images with Python: Debian by debootstrap, and packages of PyPI as layers of their own. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { IMAGES } from '../../../src/catalog/images';
import type { Image, Layer } from './image';
import { isOnPath, withWheel } from './light';

const SUITE = 'trixie';
/** That of the suite. */
export const PYTHON = '3.13';
const MIRROR = 'http://deb.debian.org/debian';
const FETCH_MS = 20_000;
/** Python, certificates, and the libraries of the system that wheels are linked to. */
const PACKAGES = ['ca-certificates', 'libgomp1', 'libnuma1', 'libstdc++6', 'procps', 'python3', 'python3-venv'];
/** That of the image in which our own programs run. */
const UV = /:([0-9.]+)/.exec(IMAGES.uv)?.[1] ?? '';

/** Of Debian, nothing that a program needs. */
const NOT_NEEDED = ['var/cache/apt', 'var/lib/apt/lists', 'var/log', 'usr/share/doc', 'usr/share/man', 'usr/share/locale'];

/** Why no image with Python can be made, or undefined. */
export function cannotMakePython(): string | undefined {
  return isOnPath('debootstrap') ? undefined : 'debootstrap is missing';
}

/** Why Debian cannot be fetched, or undefined. */
export async function cannotFetchPython(): Promise<string | undefined> {
  const url = `${MIRROR}/dists/${SUITE}/Release`;
  const isThere = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(FETCH_MS) }).then(({ ok }) => ok, () => false);
  return isThere ? undefined : `${url} is not reached`;
}

export const debian: Layer = {
  recipe: () => `debootstrap ${SUITE} ${PACKAGES.join(' ')}`,
  fill: (root) => {
    execFileSync('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, SUITE, root, MIRROR], { stdio: ['ignore', 'ignore', 'pipe'] });
    for (const directory of NOT_NEEDED) {
      for (const entry of fs.readdirSync(path.join(root, directory))) fs.rmSync(path.join(root, directory, entry), { recursive: true });
    }
    for (const name of ['python', 'python3', `python${PYTHON}`]) fs.symlinkSync(`/usr/bin/python${PYTHON}`, path.join(root, 'usr/local/bin', name));
  },
};

const uv: Layer = {
  recipe: () => `uv ${UV}`,
  fill: (root) => {
    fs.mkdirSync(path.join(root, 'usr/local/bin'), { recursive: true });
    withUv((directory) => {
      for (const program of ['uv', 'uvx']) {
        fs.copyFileSync(path.join(directory, program), path.join(root, 'usr/local/bin', program));
        fs.chmodSync(path.join(root, 'usr/local/bin', program), 0o755);
      }
    });
  },
};

/** The folder of uv's programs, for as long as `use` lasts. */
export function withUv(use: (directory: string) => void): void {
  withWheel(`uv==${UV}`, (directory) => use(path.join(directory, 'bin')));
}

/** What `python:3.13-slim` has. */
export const pythonImage: Image = { name: `docker.io/library/python:${PYTHON}-slim`, layers: [debian], command: ['python3'] };

/** The same with uv, as its makers publish it. */
export const uvImage: Image = {
  name: IMAGES.uv, base: pythonImage, layers: [uv], env: { UV_TOOL_BIN_DIR: '/usr/local/bin' },
};

/**
 * Packages of PyPI with all that they need, where every Python of the image finds them, and their programs. `requirements` are pinned; what
 * they pull in is not, unless they are a whole lock.
 */
export function packagesLayer(requirements: readonly string[]): Layer {
  return {
    recipe: () => `pip ${PYTHON} ${requirements.join(' ')}`,
    fill: (root) => {
      const target = path.join(root, 'usr/local/lib', `python${PYTHON}`, 'dist-packages');
      const platforms = ['manylinux_2_28', 'manylinux_2_17', 'manylinux2014', 'manylinux1'].map((tag) => `--platform=${tag}_${machine()}`);
      execFileSync('python3', [
        '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--root-user-action=ignore', '--only-binary=:all:',
        `--python-version=${PYTHON}`, ...platforms, '--target', target, ...requirements,
      ], { stdio: ['ignore', 'ignore', 'pipe'] });
      moveOut(target, root);
    },
  };
}

/** Programs and data lie beside the packages; Python looks for them below `/usr/local`. */
function moveOut(target: string, root: string): void {
  for (const name of ['bin', 'etc', 'share']) {
    if (fs.existsSync(path.join(target, name))) fs.renameSync(path.join(target, name), path.join(root, 'usr/local', name));
  }
  const programs = path.join(root, 'usr/local/bin');
  if (!fs.existsSync(programs)) return;
  for (const name of fs.readdirSync(programs)) {
    const file = path.join(programs, name);
    const text = fs.readFileSync(file, 'latin1');
    if (text.startsWith('#!')) fs.writeFileSync(file, text.replace(/^#!.*python.*/, '#!/usr/bin/python3'), 'latin1');
  }
}

function machine(): string {
  return process.arch === 'x64' ? 'x86_64' : 'aarch64';
}

/** Jupyter in an image of a user's, as root. */
export const jupyterImage: Image = {
  name: 'docker.io/acme/jupyter:1', base: pythonImage, layers: [packagesLayer(['jupyterlab==4.6.6', 'ipykernel==7.4.0'])], workingDirectory: '/content',
};

/** What the tests with Python need. */
export const PYTHON_IMAGES: readonly Image[] = [jupyterImage];
