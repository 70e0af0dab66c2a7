/** What is the same for every command: help, versions, and how wrong calls end. */
import { EXIT } from '../../src/cli/errors';
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
