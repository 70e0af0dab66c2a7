/** Runs the scripts of the steps as their image would: a real shell, a real rclone, and an environment. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { IMAGES } from '../../src/catalog/images';

const VERSION = IMAGES.rclone.split(':').at(-1) ?? '';
const INSTALLED = join(__dirname, '../../.cache/rclone', VERSION, 'bin/rclone');

const FOLDERS = mkdtempSync(join(tmpdir(), 'substratus-'));

/** The rclone to use; `undefined` where `scripts/ensure-rclone.mjs` could install none. */
export const RCLONE = [process.env.RCLONE, INSTALLED, whereIs('rclone')].find((path) => path && existsSync(path));

/** The shells to try, each with a PATH on which its tools are: this machine's, and busybox as in rclone's image. */
export function shells(): { readonly name: string; readonly path: string }[] {
  const busybox = whereIs('busybox');
  return [{ name: '/bin/sh', path: process.env.PATH ?? '' }, ...(busybox ? [{ name: 'busybox', path: appletsOf(busybox) }] : [])];
}

export interface Run {
  readonly status: number | null;
  readonly output: string;
  /** What it wrote to the termination log. */
  readonly log: string;
}

export interface Program {
  readonly script: string;
  /** PATH without rclone. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a program with nothing in its environment but what is given, and what every container has. */
export function runScript({ script, path, env }: Program): Run {
  const directory = temporaryFolder();
  const log = join(directory, 'termination-log');
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
    cwd: directory,
    encoding: 'utf8',
    timeout: 60_000,
    env: {
      HOME: '/nonexistent',
      PATH: `${dirname(RCLONE ?? '')}:${path}`,
      RCLONE_CONFIG: '',
      RCLONE_LOW_LEVEL_RETRIES: '1',
      RCLONE_RETRIES: '1',
      TERMINATION_LOG: log,
      TMPDIR: directory,
      ...env,
    },
  });
  return { status, output: stdout + stderr, log: existsSync(log) ? readFileSync(log, 'utf8') : '' };
}

/** A folder that is gone when the tests of the file have run. */
export function temporaryFolder(): string {
  return mkdtempSync(join(FOLDERS, 'x'));
}

afterAll(() => rmSync(FOLDERS, { recursive: true, force: true }));

/** Writes files below a folder, by their paths. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** `rclone serve s3` on a port of its own, until it is stopped. */
export async function serveS3(root: string, { key, secret }: { readonly key: string; readonly secret: string }) {
  const port = await freePort();
  const args = ['serve', 's3', '--addr', `127.0.0.1:${port}`, '--auth-key', `${key},${secret}`, root];
  const server = spawn(RCLONE ?? 'rclone', args, { stdio: 'ignore', env: { ...process.env, RCLONE_CONFIG: '' } });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100 && !await answers(endpoint); attempt++) await new Promise((resolve) => setTimeout(resolve, 50));
  return { endpoint, stop: () => server.kill() };
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(() => true, () => false);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A folder with every tool of busybox, so that no other is found. */
function appletsOf(busybox: string): string {
  const folder = temporaryFolder();
  const { stdout } = spawnSync(busybox, ['--list'], { encoding: 'utf8' });
  for (const applet of stdout.trim().split('\n')) symlinkSync(busybox, join(folder, applet));
  return folder;
}

function whereIs(program: string): string | undefined {
  return (process.env.PATH ?? '').split(':').map((folder) => join(folder, program)).find((path) => existsSync(path));
}
