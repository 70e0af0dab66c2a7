/** What is the same for every command: help, versions, and how wrong calls end. */
import * as fs from 'node:fs';
import type { Context } from '../../src/cli/command';
import { COMMANDS } from '../../src/cli/commands';
import { EXIT } from '../../src/cli/errors';
import { programFor } from '../../src/cli/program';
import { Terminal } from '../../src/cli/terminal';
import { substratus } from './run';

const UNREACHABLE = { PATH: '/nowhere' };

test('the version is told alone', async () => {
  expect(await substratus(['--version'])).toEqual({ exitCode: EXIT.ok, stdout: '1.2.3\n', stderr: '' });
});

test('the help lists the commands below headings', async () => {
  const { stdout, exitCode } = await substratus(['--help']);
  expect(exitCode).toBe(EXIT.ok);
  expect(stdout).toContain('In the cluster:\n  status ');
});

test('the help of a command has its arguments and options', async () => {
  const { stdout, exitCode } = await substratus(['help', 'status']);
  expect(exitCode).toBe(EXIT.ok);
  expect(stdout).toContain('Usage: substratus status [options]');
  expect(stdout).toContain('-n, --namespace <name>');
});

test.each([
  ['no command', [], 'error: a command is missing; substratus --help lists them\n'],
  ['a misspelt command', ['statsu'], "error: unknown command 'statsu'; did you mean status?\n"],
  ['an unknown command', ['explode'], "error: unknown command 'explode'; see substratus --help\n"],
  ['a misspelt option', ['status', '--namespaec', 'x'], "error: unknown option '--namespaec'; did you mean --namespace?\n"],
  ['an option without its value', ['status', '-n'], "error: option '-n, --namespace <name>' argument missing; see substratus status --help\n"],
  ['an unknown format', ['status', '-o', 'xml'], "error: option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are text, json; see substratus status --help\n"],
])('fails for %s', async (_, args, stderr) => {
  expect(await substratus(args)).toEqual({ exitCode: EXIT.usage, stdout: '', stderr });
});

test('fails without kubectl', async () => {
  expect(await substratus(['status'], { env: UNREACHABLE })).toEqual({
    exitCode: EXIT.cluster, stdout: '', stderr: 'error: kubectl is not in the PATH; install it, https://kubernetes.io/docs/tasks/tools/#kubectl\n',
  });
});

const PAGE = fs.readFileSync('docs/command-line.md', 'utf8');

test('every command has its help on the page of the command line', () => {
  for (const { name } of COMMANDS) expect(PAGE).toContain(`: \`${name}\`\n\n<!-- help: ${name} -->\n`);
});

test('every exit code is on the page of the command line', () => {
  const codes = [...PAGE.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});

test('every command that reads has --output json', () => {
  const all = programFor({ terminal: new Terminal({ stdout: process.stdout, stderr: process.stderr, env: {} }), version: '' } as Context);
  const without = all.commands.filter(({ options }) => !options.some(({ long, argChoices }) => (
    (long === '--output' && argChoices?.includes('json')) || long === '--json' || (long === '--format' && argChoices?.includes('json')))));
  expect(without.map((command) => command.name())).toEqual(['open', 'sync', 'completion']);
});

test('a defect is told from what a user did, with a stack trace if it is asked for', async () => {
  const cwd = { toString: () => { throw new Error('boom'); } } as unknown as string;
  const { exitCode, stderr } = await substratus(['images'], { cwd, env: { SUBSTRATUS_DEBUG: '1' } });
  expect(exitCode).toBe(EXIT.defect);
  expect(stderr).toMatch(/^\w*Error: [\s\S]*\n {4}at [\s\S]*error: .*\nthis is a defect of substratus; set SUBSTRATUS_DEBUG=1 to see where it is, and report it\n$/);
});

describe('colours', () => {
  const paint = (stream: { isTTY?: boolean }, env: Record<string, string>): string => {
    const terminal = new Terminal({ stdout: { ...stream, write: () => true }, stderr: { write: () => true }, env });
    return terminal.colours.red('x');
  };

  test('are there in a terminal, and not in a file', () => {
    expect([paint({ isTTY: true }, {}), paint({}, {})]).toEqual(['\u001b[31mx\u001b[39m', 'x']);
  });

  test('go away with NO_COLOR and TERM=dumb, and come with FORCE_COLOR', () => {
    expect([paint({ isTTY: true }, { NO_COLOR: '1' }), paint({ isTTY: true }, { TERM: 'dumb' }), paint({}, { FORCE_COLOR: '1' })])
      .toEqual(['x', 'x', '\u001b[31mx\u001b[39m']);
  });
});
