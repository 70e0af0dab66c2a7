/** The scripts of `substratus completion` in the shells that they are for; those that are not installed here are skipped. */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { EXIT } from '../../src/cli/errors';
import { substratus } from './run';

const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

async function script(shell: string): Promise<string> {
  const { stdout, exitCode } = await substratus(['completion', shell]);
  expect(exitCode).toBe(EXIT.ok);
  const file = path.join(fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'completion-')), shell);
  fs.writeFileSync(file, stdout);
  return file;
}

(isThere('bash') ? describe : describe.skip)('bash', () => {
  async function complete(...words: string[]): Promise<string[]> {
    const file = await script('bash');
    const program = `source ${file}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _substratus; echo "\${COMPREPLY[*]}"`;
    return execFileSync('bash', ['-c', program], { encoding: 'utf8' }).trim().split(' ').filter((word) => word !== '');
  }

  test.each([
    ['commands', ['substratus', 'su'], ['suspend']],
    ['options', ['substratus', 'status', '--w'], ['--watch']],
    ['the values of an option', ['substratus', 'status', '-o', ''], ['text', 'json']],
    ['kinds', ['substratus', 'logs', 'mo'], ['model/']],
    ['steps', ['substratus', 'logs', 'model/x', '--step', 'p'], ['publish']],
    ['shells', ['substratus', 'completion', ''], ['bash', 'zsh', 'fish']],
    ['commands to help with', ['substratus', 'help', 'doc'], ['doctor']],
    ['files', ['substratus', 'images', 'package.j'], ['package.json']],
  ])('completes %s', async (_, words, expected) => {
    expect(await complete(...words)).toEqual(expected);
  });
});

(isThere('zsh') ? describe : describe.skip)('zsh', () => {
  /** What is offered on Tab, in a terminal of zsh's own (zpty). */
  async function complete(line: string): Promise<string> {
    const file = await script('zsh');
    const program = `
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z "PS1=; autoload -U compinit; compinit -u -d ${file}.dump; zstyle ':completion:*' list-colors; LISTMAX=1000; source ${file}; echo READY"
      zpty -r z out '*READY*READY*'
      zpty -w -n z ${JSON.stringify(line)}$'\\t\\t'
      sleep 2
      zpty -r -t z out && print -r -- "$out"
      while zpty -r -t z out; do print -r -- "$out"; done
      zpty -d z`;
    return execFileSync('zsh', ['-f', '-c', program], { encoding: 'utf8', timeout: 60_000 });
  }

  test('completes commands and options', async () => {
    const suspended = await complete('substratus sus');
    expect(suspended).toContain('suspend');
    expect(await complete('substratus status --wat')).toContain('--watch');
  }, 120_000);
});

(isThere('fish') ? describe : describe.skip)('fish', () => {
  async function complete(line: string): Promise<string[]> {
    const file = await script('fish');
    const output = execFileSync('fish', ['--no-config', '-c', `source ${file}; complete -C ${JSON.stringify(line)}`], { encoding: 'utf8' });
    return output.split('\n').map((each) => each.split('\t')[0] ?? '').filter((word) => word !== '');
  }

  test.each([
    ['commands', 'substratus susp', ['suspend']],
    ['options', 'substratus status --wa', ['--watch']],
    ['the values of an option', 'substratus status --output ', ['json', 'text']],
    ['kinds', 'substratus logs mod', ['model/']],
    ['shells', 'substratus completion ', ['bash', 'fish', 'zsh']],
  ])('completes %s', async (_, line, expected) => {
    expect([...await complete(line)].sort()).toEqual(expected);
  });
});

test('fails for another shell', async () => {
  expect(await substratus(['completion', 'tcsh'])).toEqual({
    exitCode: EXIT.usage, stdout: '',
    stderr: "error: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish; see substratus completion --help\n",
  });
});
