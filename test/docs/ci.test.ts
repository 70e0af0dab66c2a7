/** The workflow files of docs/ci: they parse, and call the command line as it is. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { substratus } from '../cli/run';

const CI = path.resolve(__dirname, '../../docs/ci');
const read = (file: string): string => fs.readFileSync(path.join(CI, file), 'utf8');

interface Job {
  readonly steps?: readonly { readonly run?: string; readonly env?: Readonly<Record<string, string>> }[];
  readonly script?: readonly string[];
}

/** The lines that a shell runs. */
function commandsOf({ steps = [], script = [] }: Job): string[] {
  return [...script, ...steps.flatMap(({ run = [] }) => run)].flatMap((text) => text.split('\n')).map((line) => line.trim());
}

const github = parse(read('github-actions.yaml')) as { readonly on: string; readonly permissions: object; readonly jobs: { readonly effects: Job } };
const gitlab = parse(read('gitlab-ci.yaml')) as { readonly effects: Job };

test.each([['GitHub', github.jobs.effects], ['GitLab', gitlab.effects]])('the job of %s calls substratus diff with options that it has', async (_, job) => {
  const calls = commandsOf(job).filter((line) => line.includes('substratus '));
  expect(calls).toHaveLength(1);
  const [, options = ''] = /^npx substratus diff "[^"]+HEAD" (.*) > effects\.md$/.exec(calls[0] ?? '') ?? [];
  expect(options).toBe('--output markdown');
  const { stdout } = await substratus(['diff', '--help']);
  expect(stdout).toMatch(/--output <format>[^-]*"text",\s+"markdown",\s+"json"/);
});

test('on GitHub nothing of a pull request is pasted into a shell, and the app runs without the token', () => {
  const { steps = [] } = github.jobs.effects;
  expect(steps.filter(({ run = '' }) => run.includes('${{'))).toEqual([]);
  expect(steps.filter(({ env = {} }) => 'GH_TOKEN' in env).map(({ run }) => run)).toEqual([expect.stringContaining('gh pr comment')]);
  expect(github.permissions).toEqual({ 'contents': 'read', 'pull-requests': 'write' });
});
