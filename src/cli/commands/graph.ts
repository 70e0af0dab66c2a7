/** `substratus graph`: a picture of what was synthesized. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { toDot } from '../../graph/dot';
import { graphOf } from '../../graph/graph';
import { toMermaid } from '../../graph/mermaid';
import type { Graph } from '../../graph/model';
import { toHtml } from '../../graph/page/page';
import { summaryOf } from '../../graph/words';
import type { CommandModule, Context } from '../command';
import { CliError, EXIT } from '../errors';
import { pricesFor } from '../prices';
import { readState } from '../read-state';

const FORMATS = ['html', 'mermaid', 'dot', 'json'] as const;

type Format = (typeof FORMATS)[number];

interface Options {
  readonly format?: Format;
  /** The same, as every command that reads has it. */
  readonly output?: Format;
  readonly out?: string;
  readonly title?: string;
  readonly prices?: string;
}

const STDOUT = '-';

function define(command: Command): Command {
  return command
    .description('A picture of what was synthesized, from the clouds to what runs in each cluster: one page for a browser, with all resources in it.\n'
      + 'By default it reads what the app in this folder has written, and writes graph.html.')
    .argument('[path...]', 'folders and files to read, such as dist and cdktf.out')
    .addOption(new Option('--format <format>', 'html is one page that needs no network').choices([...FORMATS]).default(undefined, 'html'))
    .addOption(new Option('-o, --output <format>').choices([...FORMATS]).hideHelp())
    .option('--out <file>', 'where to write it; - is stdout (default: graph.html, and stdout for the other formats)')
    .option('--prices <file>', 'prices that win over those of the table: a file with its columns')
    .option('--title <text>', 'the title of the page (default: the name of this folder)');
}

const command: CommandModule<Options, [paths: readonly string[]]> = {
  define,
  run: async ({ args: [paths], options, context }) => {
    const { cwd, terminal } = context;
    const format = options.format ?? options.output ?? 'html';
    const state = readState(paths, { directory: cwd });
    const graph = graphOf(state, { prices: pricesFor(state, options.prices, cwd) });
    const text = textOf(graph, format, options.title ?? path.basename(path.resolve(cwd)));
    const { out = format === 'html' ? 'graph.html' : STDOUT } = options;
    if (out === STDOUT) terminal.write(text);
    else write(out, text, context);
    if (out !== STDOUT) terminal.note(`${out}: ${summaryOf(graph)}`);
  },
};

export default command;

function textOf(graph: Graph, format: Format, title: string): string {
  switch (format) {
    case 'html': return toHtml(graph, { title });
    case 'mermaid': return toMermaid(graph);
    case 'dot': return toDot(graph);
    case 'json': return `${JSON.stringify(graph, undefined, 2)}\n`;
  }
}

function write(out: string, text: string, { cwd }: Context): void {
  try {
    fs.writeFileSync(path.resolve(cwd, out), text);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new CliError(`${out} cannot be written (${REASONS[code] ?? message}); name another file with --out`, EXIT.usage);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist', EISDIR: 'it is a folder', EACCES: 'no rights', EROFS: 'the file system is read-only', ENOSPC: 'the disk is full',
};
