/** Images with Python: Debian by debootstrap, and packages of PyPI as layers of their own. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { IMAGES } from '../../../src/catalog/images';
import { layerFile, scratch } from './image';
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
 * they pull in is not, unless they are a whole lock. Compiled, for who is not root cannot keep what Python compiles.
 */
export function packagesLayer(requirements: readonly string[]): Layer {
  return {
    recipe: () => `pip, compiled ${PYTHON} ${requirements.join(' ')}`,
    fill: async (root) => {
      const target = path.join(root, 'usr/local/lib', `python${PYTHON}`, 'dist-packages');
      const platforms = ['manylinux_2_28', 'manylinux_2_17', 'manylinux2014', 'manylinux1'].map((tag) => `--platform=${tag}_${machine()}`);
      execFileSync('python3', [
        '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--root-user-action=ignore', '--only-binary=:all:', '--no-compile',
        `--python-version=${PYTHON}`, ...platforms, '--target', target, ...requirements,
      ], { stdio: ['ignore', 'ignore', 'pipe'] });
      moveOut(target, root);
      await compile(root, path.relative(root, target));
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

/** By the Python of the image, and by the content of the sources: a layer does not keep their times. */
async function compile(root: string, packages: string): Promise<void> {
  const system = scratch();
  try {
    execFileSync('tar', ['--extract', `--file=${await layerFile(debian)}`, `--directory=${system}`]);
    fs.mkdirSync(path.join(system, path.dirname(packages)), { recursive: true });
    execFileSync('cp', ['--archive', path.join(root, packages), path.join(system, path.dirname(packages))]);
    /* Templates among the packages are not Python: it says so, and compiles all others. */
    spawnSync('chroot', [system, `/usr/bin/python${PYTHON}`, '-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash', `/${packages}`]);
    execFileSync('cp', ['--archive', path.join(system, packages), path.join(root, path.dirname(packages))]);
  } finally {
    fs.rmSync(system, { recursive: true, force: true });
  }
}

function machine(): string {
  return process.arch === 'x64' ? 'x86_64' : 'aarch64';
}

const USERS = 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\njovyan:x:1000:100::/home/jovyan:/bin/bash\n';

/** The user of the images of Jupyter's project. */
const jovyan: Layer = {
  recipe: () => `users ${USERS}`,
  fill: (root) => {
    fs.mkdirSync(path.join(root, 'etc'));
    fs.writeFileSync(path.join(root, 'etc/passwd'), USERS);
    fs.mkdirSync(path.join(root, 'home/jovyan'), { recursive: true });
    fs.chownSync(path.join(root, 'home/jovyan'), 1000, 100);
  },
};

/** The workbench, but without PyTorch. Its user may install packages, which Debian would forbid. */
export const workbenchImage: Image = {
  name: IMAGES.jupyter,
  base: pythonImage,
  layers: [packagesLayer(['jupyterlab==4.6.6', 'ipykernel==7.4.0', 'pandas==3.1.1', 'pyarrow==26.0.1', 'pip==26.3']), jovyan],
  user: '1000',
  env: { HOME: '/home/jovyan', PIP_BREAK_SYSTEM_PACKAGES: '1' },
  workingDirectory: '/home/jovyan',
};

const LOADER_LOCK = path.join(__dirname, '../../../src/runtimes/programs/load/requirements-hub.txt');

/** What our loader runs in, with its libraries: then no index of packages has to be there. */
export const loaderImage: Image = { name: 'docker.io/acme/loader:1', base: pythonImage, layers: [packagesLayer(pinned(LOADER_LOCK))] };

/** `name==version` of all that a lock names. */
function pinned(lock: string): readonly string[] {
  return fs.readFileSync(lock, 'utf8').match(/^[\w.-]+==[^\s;\\]+/gm) ?? [];
}

/** What the tests with Python need. */
export const PYTHON_IMAGES: readonly Image[] = [workbenchImage, loaderImage];
