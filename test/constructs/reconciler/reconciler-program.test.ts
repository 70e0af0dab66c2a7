/** The program, started as the container starts it: packed, from a folder that nobody writes to. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { bundle } from '../../../scripts/bundle';
import { IMAGES } from '../../../src/catalog/images';
import { PROGRAM_DIRECTORY, PROGRAM_KEY, readProgram } from '../../../src/constructs/reconciler/reconciler-program';
import { temporary } from '../fixtures';
import { containerOf, environmentOf, reconciler } from './reconciler-fixtures';

/** Another Node, such as that of the image. */
const NODE = process.env.NODE_BINARY ?? process.execPath;

const ROOT = join(__dirname, '../../..');
const [, ...ARGUMENTS] = containerOf(reconciler()).command ?? [];

interface Started {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command of the container with a program in the place of the mounted one. */
function start(program: string): Started {
  const mounted = join(temporary(), 'program');
  mkdirSync(mounted);
  writeFileSync(join(mounted, PROGRAM_KEY), brotliCompressSync(program));
  chmodSync(mounted, 0o555);
  const args = ARGUMENTS.map((argument) => argument.replaceAll(PROGRAM_DIRECTORY, mounted));
  const env = { ...process.env, NODE_OPTIONS: environmentOf(reconciler()).NODE_OPTIONS };
  const { status, stdout, stderr } = spawnSync(NODE, args, { env, encoding: 'utf8' });
  expect(readdirSync(mounted)).toEqual([PROGRAM_KEY]);
  return { status, stdout, stderr: stderr.replaceAll(mounted, PROGRAM_DIRECTORY) };
}

test('it runs as a module, with Node\'s own modules and nothing to say on stderr', () => {
  const program = "const { basename } = require('node:path'); exports.a = 1; console.log(basename(__filename), basename(__dirname), typeof module.exports.a);";
  expect(start(program)).toEqual({ status: 0, stdout: 'reconciler.js program number\n', stderr: '' });
});

test('it runs within the limits of its memory', () => {
  const { stdout } = start("console.log(require('node:v8').getHeapStatistics().heap_size_limit / 2 ** 20 < 130)");
  expect(stdout).toBe('true\n');
});

test('its exit code is the container\'s, and a trace names the line of the program', () => {
  expect(start('process.exitCode = 3;').status).toBe(3);
  const { status, stderr } = start("'use strict';\n\nthrow new Error('lost');");
  expect(status).toBe(1);
  expect(stderr).toContain('Error: lost');
  expect(stderr).toContain('/program/reconciler.js:3:7');
});

test('it may go on after the first turn, as a server does', () => {
  expect(start("setTimeout(() => console.log('later'), 5);").stdout).toBe('later\n');
});

test('what the construct ships is the bundle', () => {
  expect(readProgram().packed).toBe(bundle().packed.toString('base64'));
});

describe('the Dockerfile of an own image', () => {
  const dockerfile = readFileSync(join(ROOT, 'assets/Dockerfile'), 'utf8');
  const instruction = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(dockerfile)?.[1] ?? '';

  test('builds on the image that runs the program otherwise', () => {
    expect(instruction('ARG')).toBe(`NODE=${IMAGES.node}`);
    expect(instruction('FROM')).toBe('${NODE}'); // eslint-disable-line no-template-curly-in-string
  });

  test('copies what lies beside it in the package, and starts that as the user of the pods', () => {
    const [, source = '', target] = instruction('COPY').split(' ');
    expect(readdirSync(join(ROOT, 'assets'))).toContain(source);
    expect(JSON.parse(instruction('ENTRYPOINT'))).toEqual(['node', target]);
    expect(instruction('USER')).toBe('65532:65532');
  });
});
