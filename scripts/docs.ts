/**
 * Fills the blocks of README.md and docs/ with code that compiles, and with the YAML that running it makes.
 *
 *   npx tsx --tsconfig scripts/tsconfig.json scripts/docs.ts            writes them
 *   npx tsx --tsconfig scripts/tsconfig.json scripts/docs.ts --check    fails where one is stale
 *
 * A block follows a comment that says what it shows. A sample is a module that exports its `app`.
 *
 *   <!-- sample: docs/samples/model.ts#name -->               the code between `// #region name` and `// #endregion`
 *   <!-- resources: docs/samples/model.ts Model -->           the custom resources, here of one kind
 *   <!-- objects: docs/samples/workspace.ts Namespace -->     other objects that are declared
 *   <!-- children: docs/samples/model.ts Job:run/opt -->      what will run, here of one kind, step and beginning of the name
 *   <!-- summary: docs/samples/readme.ts -->                  what will run, a line for each resource
 *   <!-- cost: docs/samples/cost.ts -->                       what it costs
 *   <!-- table: docs/samples/gpu-defaults.ts -->              the rows that it exports as `table`
 *   <!-- help: status -->                                     how to use that command of the command line
 *   <!-- output: docs/samples/diff.ts -->                     the text that it exports as `output`
 *   <!-- file: docs/ci/gitlab-ci.yaml -->                     a file of YAML
 *
 * Dotted paths after these cut the objects: to a part (`spec.template`), or by a part (`-metadata.labels`). `a.{b,c}` is two paths.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Cost, Preview } from 'cdk-substratus';
import { ApiObject, Yaml } from 'cdk8s';
import type { App } from 'cdk8s';
import { runCli } from '../src/cli/program';
import { Terminal } from '../src/cli/terminal';

const ROOT = path.resolve(__dirname, '..');
const BLOCK = /^<!-- (sample|resources|objects|children|summary|cost|table|help|file|output): (\S+)([^>]*) -->\n(?:\n?(?:```\w*\n[\s\S]*?\n```|(?:\|.*\|\n?)+)\n?)?/gm;

interface Sample {
  readonly app: App;
  readonly output?: string;
  readonly table?: readonly (readonly string[])[];
}

interface Found {
  readonly object: Json;
  readonly step?: string;
  readonly comment?: string;
}

type Json = Record<string, unknown>;

/** README.md and every page below docs/. */
function pages(): string[] {
  const docs = fs.readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', ...docs.filter((file) => file.endsWith('.md')).map((file) => path.join('docs', file)).sort()];
}

async function filled(text: string): Promise<string> {
  const blocks = await Promise.all([...text.matchAll(BLOCK)].map(async ([all, kind = '', source = '', rest = '']) => {
    const [marker = ''] = all.split('-->');
    return `${marker}-->\n\n${await block(kind, source, rest.split(/\s+/).filter(Boolean))}\n${kind === 'table' ? '\n' : ''}`;
  }));
  return text.replace(BLOCK, () => blocks.shift() ?? '');
}

async function block(kind: string, source: string, words: readonly string[]): Promise<string> {
  if (kind === 'sample') return fence('ts', regions(source));
  if (kind === 'help') return fence('text', await helpOf(source));
  if (kind === 'file') return fence('yaml', fs.readFileSync(path.join(ROOT, source), 'utf8').trimEnd());
  const { app, table, output } = await import(path.join(ROOT, source)) as Sample;
  if (kind === 'output') return fence('text', (output ?? '').trimEnd());
  if (kind === 'summary') return fence('text', Preview.of(app).summary().trimEnd());
  if (kind === 'cost') return fence('text', Cost.of(app).toTable().trimEnd());
  if (kind === 'table') return (table ?? []).map((row) => `| ${row.join(' | ')} |`).join('\n');
  const [filter = '', ...paths] = /^[A-Z]/.test(words[0] ?? '') ? words : ['', ...words];
  const found = objectsOf(kind, app).filter((each) => matches(each, filter));
  if (found.length === 0) throw new Error(`nothing in ${source} is ${kind} ${words.join(' ')}`);
  return fence('yaml', found.map(({ object, comment }) => `${comment ?? ''}${Yaml.stringify(cut(object, paths))}`).join('---\n').trimEnd());
}

/** As in a terminal of 100 columns. */
async function helpOf(command: string): Promise<string> {
  let text = '';
  const stream = { isTTY: true, columns: 100, write: (piece: string): void => { text += piece; } };
  const terminal = new Terminal({ stdout: stream, stderr: stream, env: { NO_COLOR: '1' } });
  const { signal } = new AbortController();
  const args = command === 'substratus' ? ['--help'] : [command, '--help'];
  const exitCode = await runCli(args, { terminal, cwd: ROOT, env: {}, stdin: process.stdin, signal, now: Date.now, version: '' });
  if (exitCode !== 0) throw new Error(`substratus ${args.join(' ')}: ${text}`);
  return text.trimEnd();
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** The parts of a file between its markers, or all of it where it has none. */
function regions(source: string): string {
  const [file = '', name = ''] = source.split('#');
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
  const parts = [...text.matchAll(/^\/\/ #region ?(.*)\n([\s\S]*?)^\/\/ #endregion/gm)].filter(([, region]) => region === name);
  return (parts.length > 0 ? parts.map(([, , part = '']) => part.trim()).join('\n\n') : text.trim());
}

function objectsOf(kind: string, app: App): Found[] {
  if (kind === 'children') {
    return Preview.of(app).children.map(({ manifest, step, resource }) => ({
      object: manifest as Json, step, comment: `# ${resource} · ${step}\n`,
    }));
  }
  return app.node.findAll()
    .filter((construct): construct is ApiObject => ApiObject.isApiObject(construct))
    .filter(({ apiGroup }) => (apiGroup === 'substratus.ai') === (kind === 'resources'))
    .map((object) => ({ object: object.toJson() as Json }));
}

/** Whether an object is what `Kind:step/beginning-of-its-name` asks for. */
function matches({ object, step }: Found, filter: string): boolean {
  const [, kind, wantedStep, name = ''] = /^(\w*)(?::(\w+))?(?:\/(.*))?$/.exec(filter) ?? [];
  const { metadata } = object as { metadata?: { name?: string } };
  return (!kind || object.kind === kind) && (!wantedStep || step === wantedStep) && (metadata?.name ?? '').startsWith(name);
}

/** `a.{b,c}` as `a.b` and `a.c`. */
function expanded(word: string): string[] {
  const [, head = '', choices = ''] = /^(.*)\{(.*)\}$/.exec(word) ?? [];
  return choices ? choices.split(',').map((choice) => head + choice) : [word];
}

function cut(object: Json, words: readonly string[]): unknown {
  const paths = words.flatMap(expanded);
  const kept = paths.filter((each) => !each.startsWith('-'));
  const dropped = paths.filter((each) => each.startsWith('-')).map((each) => each.slice(1));
  return select(object, '', (at) => !dropped.includes(at)
    && (kept.length === 0 || kept.some((each) => `${each}.`.startsWith(`${at}.`) || at.startsWith(`${each}.`))));
}

/** The members whose path is wanted; items of a list have the path of the list. */
function select(value: unknown, at: string, isWanted: (path: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => select(item, at, isWanted));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, member]) => {
    const below = at ? `${at}.${key}` : key;
    return isWanted(below) ? [[key, select(member, below, isWanted)]] : [];
  }));
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'docs-'));
  process.chdir(scratch); // samples write what a user's program would
  const stale: string[] = [];
  for (const page of pages()) {
    const file = path.join(ROOT, page);
    const text = fs.readFileSync(file, 'utf8');
    const wanted = await filled(text);
    if (wanted === text) continue;
    stale.push(page);
    if (!isCheck) fs.writeFileSync(file, wanted);
  }
  process.chdir(ROOT);
  fs.rmSync(scratch, { recursive: true });
  if (!isCheck || stale.length === 0) return;
  console.error(`stale: ${stale.join(', ')}; run \`npm run docs:update\``);
  process.exitCode = 1;
}

void main();
