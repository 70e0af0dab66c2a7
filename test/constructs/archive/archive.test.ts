import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Build, Code } from '../../../src';
import type { DirectoryOptions } from '../../../src';
import { temporary } from '../fixtures';
import { folder } from './folders';

const FILES = { 'train.py': 'print(1)\n', 'lib/util.py': 'X = 1\n', 'lib/deep/er.py': '', 'run.sh': { run: '#!/bin/sh\n' }, 'link.py': { link: 'lib/util.py' } };

/** What is unpacked: modes, paths and where links lead, as tar lists them. */
function listing(code: Code): string[] {
  const archive = path.join(temporary(), 'a.tar.gz');
  fs.writeFileSync(archive, Buffer.from(packed(code), 'base64'));
  return execFileSync('tar', ['-tvzf', archive, '--utc', '--full-time'], { encoding: 'utf8' }).trim().split('\n');
}

function packed({ _archive: archive }: Code | Build): string {
  return (archive?.configMap() as { binaryData?: Record<string, string> }).binaryData?.['archive.tar.gz'] ?? '';
}

function names(directory: string, options?: DirectoryOptions): string[] {
  return listing(Code.directory(directory, options)).map((line) => line.replace(/^.*\d\d:\d\d:\d\d /, ''));
}

test('files are sorted, of nobody and of no time, and keep who may run them', () => {
  expect(listing(Code.directory(folder(FILES)))).toEqual([
    '-rw-r--r-- 0/0               0 1970-01-01 00:00:00 lib/deep/er.py',
    '-rw-r--r-- 0/0               6 1970-01-01 00:00:00 lib/util.py',
    'lrwxrwxrwx 0/0               0 1970-01-01 00:00:00 link.py -> lib/util.py',
    '-rwxr-xr-x 0/0              10 1970-01-01 00:00:00 run.sh',
    '-rw-r--r-- 0/0               9 1970-01-01 00:00:00 train.py',
  ]);
});

test('the same files have the same digest, wherever they are, whenever they were written, and whoever may read them', () => {
  const first = folder(FILES);
  const second = folder(Object.fromEntries(Object.entries(FILES).reverse()));
  fs.mkdirSync(path.join(second, 'empty'));
  fs.utimesSync(path.join(second, 'train.py'), 1, 1);
  fs.chmodSync(path.join(second, 'train.py'), 0o600);
  fs.chmodSync(path.join(second, 'run.sh'), 0o700);
  fs.chmodSync(path.join(second, 'lib'), 0o700);
  expect(packed(Code.directory(second))).toBe(packed(Code.directory(first)));
  expect(Code.directory(`${first}/`).digest).toBe('sha256:340789bbc4c1b8536ed6d97ab163d10fd94138f9925a667f524f00a840b28271');
});

test.each<[string, Record<string, string | { run: string }>]>([
  ['another text', { ...FILES, 'train.py': 'print(2)\n' } as never],
  ['another name', { ...FILES, 'train2.py': 'print(1)\n' } as never],
  ['another mode', { ...FILES, 'train.py': { run: 'print(1)\n' } } as never],
])('%s is another digest', (_, files) => {
  expect(Code.directory(folder(files)).digest).not.toBe(Code.directory(folder(FILES)).digest);
});

test('a long path is unpacked again', () => {
  const long = `${'a'.repeat(90)}/${'b'.repeat(60)}/${'c'.repeat(90)}.py`;
  expect(names(folder({ [long]: 'x' }))).toEqual([long]);
});

test('what tools leave behind is not packed, nor the ignore file', () => {
  const files = { '.git/config': '', 'a.py': '', '__pycache__/a.pyc': '', 'lib/__pycache__/b.pyc': '', '.venv/bin/x': '', 'x/.DS_Store': '', '.dockerignore': '' };
  expect(names(folder(files))).toEqual(['a.py']);
});

test.each<[string, string[], string[]]>([
  ['a name at the top, and all below it', ['data'], ['a.md', 'lib/data/x', 'lib/b.md']],
  ['a pattern at the top only', ['*.md'], ['data/x', 'lib/b.md', 'lib/data/x']],
  ['a pattern at any depth', ['**/*.md'], ['data/x', 'lib/data/x']],
  ['with a slash first or last', ['/data/'], ['a.md', 'lib/b.md', 'lib/data/x']],
  ['an exception, in what is left out', ['*', '!lib/data'], ['lib/data/x']],
  ['the last pattern decides', ['!a.md', '*.md'], ['data/x', 'lib/b.md', 'lib/data/x']],
  ['comments and blanks are none', ['# data', '', '  lib  '], ['a.md', 'data/x']],
  ['one character, and some', ['?.md', '[a-d]*'], ['lib/b.md', 'lib/data/x']],
])('.dockerignore as Docker reads it: %s', (_, lines, left) => {
  const files = { 'a.md': '', 'data/x': '', 'lib/data/x': '', 'lib/b.md': '', 'z/z': '' };
  const directory = folder({ ...files, '.dockerignore': lines.join('\n') });
  const expected = lines.includes('*') ? left : [...left, 'z/z'];
  expect(names(directory).sort()).toEqual(expected.sort());
});

test('exclude is added to what .dockerignore says', () => {
  expect(names(folder({ 'a.py': '', 'b.py': '', 'c.py': '', '.dockerignore': 'a.py' }), { exclude: ['b.py'] })).toEqual(['c.py']);
});

test('a build has its Dockerfile and ignore file in any case, as with Docker', () => {
  const directory = folder({ 'Dockerfile': 'FROM scratch\n', 'a.py': '', 'b.py': '', '.dockerignore': '*\n!a.py\n' });
  const archive = path.join(temporary(), 'a.tar.gz');
  fs.writeFileSync(archive, Buffer.from(packed(Build.directory(directory)), 'base64'));
  expect(execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })).toBe('.dockerignore\nDockerfile\na.py\n');
});

test('the ConfigMap is immutable, and named by its hash', () => {
  const code = Code.directory(folder({ 'a.py': 'x' }));
  const { metadata, immutable } = code._archive.configMap() as { metadata: { name: string; labels: object }; immutable?: boolean };
  expect(metadata).toEqual({
    name: `code-${code.digest.slice(7, 23)}`, labels: { 'app.kubernetes.io/managed-by': 'substratus', 'role': 'archive' },
  });
  expect(immutable).toBe(true);
});

test('1000 KiB are taken where the manifests are applied by the server', () => {
  const directory = folder({ 'noise.txt': noise(600 * 1024) });
  const { length } = Buffer.from(packed(Code.directory(directory, { serverSideApply: true })), 'base64');
  expect(length).toBeGreaterThan(400 * 1024);
  expect(length).toBeLessThan(1000 * 1024);
});

/** Text that packs badly. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}
