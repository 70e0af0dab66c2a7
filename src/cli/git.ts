/** What is asked of git: revisions, and a working tree of one of them. */
import { spawnSync } from 'node:child_process';
import { CliError, EXIT } from './errors';

/** A repository, as it is seen from a folder in it. */
export class Git {
  /** `undefined` where the folder is in no repository, or where there is no git. */
  public static at(directory: string): Git | undefined {
    const { status, stdout } = run(['rev-parse', '--show-toplevel', '--show-prefix'], directory);
    const [root, prefix = ''] = stdout.split('\n');
    return status === 0 && root ? new Git(root, prefix.replace(/\/$/, '')) : undefined;
  }

  private constructor(
    public readonly root: string,
    /** The folder, from the root. */
    public readonly prefix: string,
  ) {}

  /** The commit of a revision; `undefined` if there is none. */
  public commit(revision: string): string | undefined {
    const { status, stdout } = run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], this.root);
    return status === 0 ? stdout.trim() : undefined;
  }

  /** The last commit that both have, as in `git diff a...b`. */
  public mergeBase(one: string, other: string): string {
    const { status, stdout } = run(['merge-base', one, other], this.root);
    if (status === 0) return stdout.trim();
    throw new CliError(`${one} and ${other} have no commit in common; in CI, fetch more of the history (fetch-depth: 0), or compare them with ..`);
  }

  /** A working tree of a commit at a path that is not there yet. No hook of the repository runs. */
  public addTree(commit: string, path: string): void {
    const { status, stderr } = run(['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--detach', '--quiet', path, commit], this.root);
    if (status !== 0) throw new CliError(`git has no working tree for ${commit}: ${stderr.trim()}`, EXIT.usage);
  }

  public removeTree(path: string): void {
    run(['worktree', 'remove', '--force', path], this.root);
  }
}

function run(args: readonly string[], cwd: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync('git', args, { cwd, encoding: 'utf8' });
}
