import * as fs from 'node:fs';
import * as path from 'node:path';
import { costChangeOf } from '../../diff/cost';
import { clustersInCommon, diffOf, stacksInCommon } from '../../diff/diff';
import { markdownOf } from '../../diff/markdown';
import { textOf } from '../../diff/text';
import type { TextStyle } from '../../diff/text';
import type { State } from '../../state/state';
import type { CommandModule, Context } from '../command';
import { CliError, EXIT } from '../errors';
import { Git } from '../git';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';
import { readState } from '../read-state';
import { stateAt, workingState } from '../synthesize';
import type { Terminal } from '../terminal';

type Options = OutputOptions<'text' | 'markdown' | 'json'> & { readonly exitCode?: boolean; readonly cost: boolean };

/** One side of the comparison: how it is called, and how it is read. */
interface Side {
  readonly title: string;
  readonly isFolder: boolean;
  read(): Promise<State>;
}

const command: CommandModule<Options, [from?: string, to?: string]> = {
  define: (definition) => outputOption(definition, ['text', 'markdown', 'json'])
    .description(DESCRIPTION)
    .argument('[from]', 'a folder, a file or a git revision; also a..b, or a...b from their last common commit (default: HEAD)')
    .argument('[to]', 'the same (default: the app in the current folder as it is now)')
    .option('--exit-code', 'exit with 1 if there is an effect')
    .option('--no-cost', 'without what it costs before and after'),
  async run({ args: [from, to], options, context }) {
    const [before, after] = sidesOf(from, to, context);
    const states = [await before.read(), await after.read()] as const;
    const { terminal } = context;
    if (before.isFolder && after.isFolder && !clustersInCommon(...states)) {
      const problem = noClusterInCommon([before, after], states);
      if (!stacksInCommon(...states)) throw new CliError(`${problem}; compare what is synthesized for the same one`);
      terminal.warn(`${problem}: all that runs starts in the one, and is deleted from the other`);
    }
    const cost = options.cost ? costChangeOf(...states) : undefined;
    const diff = { ...diffOf(...states), ...(cost && { cost }) };
    if (options.output === 'json') terminal.printJson(diff);
    else terminal.print(options.output === 'markdown' ? markdownOf(diff).trimEnd() : textOf(diff, styleOf(terminal)));
    return options.exitCode && diff.effects.length > 0 ? EXIT.no : EXIT.ok;
  },
};

const DESCRIPTION = 'What a change does: what trains again, rolls, restarts, moves, is deleted, replaced or destroyed. '
  + 'It compares what was synthesized in two folders, or synthesizes git revisions by the app\'s own command in a temporary working tree.';

export default command;

function sidesOf(from: string | undefined, to: string | undefined, context: Context): readonly [Side, Side] {
  const range = to === undefined && from !== undefined && !isThere(from, context) ? /^(.*?)(\.{2,3})(.*)$/.exec(from) : null;
  if (!range) return [sideOf(from ?? 'HEAD', context), to === undefined ? defaultSide(from, context) : sideOf(to, context)];
  const [, one = '', dots, other = ''] = range;
  const [before, after] = [one || 'HEAD', other || 'HEAD'];
  const git = gitAt(before, context);
  const start = dots === '...' ? git.mergeBase(commitOf(before, git), commitOf(after, git)) : before;
  return [sideOf(start, context), sideOf(after, context)];
}

/** Beside a folder, what the app has written; beside a revision, what it would write now. */
function defaultSide(from: string | undefined, context: Context): Side {
  if (from !== undefined && isThere(from, context)) {
    return folderSide('what was synthesized here', [], context);
  }
  return { title: 'the working copy', isFolder: false, read: () => workingState(context) };
}

function folderSide(title: string, paths: readonly string[], { cwd }: Context): Side {
  return { title, isFolder: true, read: () => Promise.resolve(readState(paths, { directory: cwd })) };
}

function sideOf(name: string, context: Context): Side {
  if (isThere(name, context)) return folderSide(name, [name], context);
  const git = gitAt(name, context);
  const commit = commitOf(name, git);
  const title = name.startsWith(commit.slice(0, 7)) ? `revision ${commit.slice(0, 12)}` : `revision ${name} (${commit.slice(0, 12)})`;
  return { title, isFolder: false, read: () => stateAt(commit, git, { title, context }) };
}

function isThere(name: string, { cwd }: Context): boolean {
  return fs.existsSync(path.resolve(cwd, name));
}

function gitAt(name: string, { cwd }: Context): Git {
  const git = Git.at(cwd);
  if (git) return git;
  throw new CliError(`${name} is neither a file nor a folder, and ${cwd} is not in a git repository; name two folders with manifests, such as the dist of two versions`, EXIT.notFound);
}

function commitOf(name: string, git: Git): string {
  const commit = git.commit(name);
  if (commit !== undefined) return commit;
  throw new CliError(`${name} is neither a file, a folder nor a git revision; in CI, fetch it first (fetch-depth: 0)`, EXIT.notFound);
}

function noClusterInCommon(sides: readonly [Side, Side], states: readonly [State, State]): string {
  const [before, after] = states.map(({ clusters }) => clusters
    .map(({ name, platform }) => (platform ? `${name} (${platform.cloud})` : name)).join(', '));
  return `${sides[0].title} is for cluster ${before} and ${sides[1].title} for cluster ${after}, which are different clusters`;
}

function styleOf({ colours, width, isInteractive }: Terminal): TextStyle {
  const { bold, green, yellow, red, dim } = colours;
  return { width: isInteractive ? width : 120, title: bold, good: green, change: yellow, bad: red, aside: dim };
}
