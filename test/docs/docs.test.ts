import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { app as readme } from '../../docs/samples/readme';
import * as library from '../../src';

const ROOT = path.resolve(__dirname, '../..');
/** A sheet of paper, and a terminal. */
const PAGE = { lines: 40, columns: 100 };
const MARKER = /<!-- (sample|resources|objects|children|summary|table|file|output): [^>]+ -->\n\n$/;

interface Page {
  readonly file: string;
  readonly text: string;
}

const pages: readonly Page[] = [
  'README.md',
  ...fs.readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md')).map((file) => path.join('docs', file)),
].map((file) => ({ file, text: fs.readFileSync(path.join(ROOT, file), 'utf8') }));

/** Links to files, with the page that they are on. Those of other sites are left out. */
function relativeLinks(): { readonly file: string; readonly link: string }[] {
  return pages.flatMap(({ file, text }) => [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => ({ file, link }))
    .filter(({ link }) => !/^[a-z]+:/.test(link)));
}

/** The anchors of a page, as GitHub makes them of its headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replace(/ /g, '-'));
}

function resolves({ file, link }: { readonly file: string; readonly link: string }): boolean {
  const [target = '', anchor] = link.split('#');
  const found = path.join(ROOT, target ? path.join(path.dirname(file), target) : file);
  if (!fs.existsSync(found)) return false;
  return anchor === undefined || anchors(fs.readFileSync(found, 'utf8')).includes(anchor);
}

test('no block is stale: npm run docs:update writes nothing', () => {
  const tsx = path.join(ROOT, 'node_modules/tsx/dist/cli.mjs');
  const args = [tsx, '--tsconfig', 'scripts/tsconfig.json', 'scripts/docs.ts', '--check'];
  expect(() => execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })).not.toThrow();
}, 240_000);

test.each(pages)('in $file every block of TypeScript or YAML comes from a sample', ({ text }) => {
  const unmarked = [...text.matchAll(/^```(ts|typescript|js|yaml|yml)\n.*$/gm)]
    .filter(({ index }) => !MARKER.test(text.slice(0, index)))
    .map(([block]) => block);
  expect(unmarked).toEqual([]);
});

test('every link to a file or a heading of it resolves', () => {
  expect(relativeLinks().filter((link) => !resolves(link))).toEqual([]);
});

test('every public class is mentioned', () => {
  const text = pages.map((page) => page.text).join('\n');
  const missing = Object.keys(library).filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
  expect(missing).toEqual([]);
});

test('every sample is shown or used by one that is', () => {
  const text = pages.map((page) => page.text).join('\n');
  const samples = fs.readdirSync(path.join(ROOT, 'docs/samples')).filter((file) => file.endsWith('.ts'));
  const sources = samples.map((file) => fs.readFileSync(path.join(ROOT, 'docs/samples', file), 'utf8')).join('\n');
  const isUsed = (file: string) => text.includes(`docs/samples/${file}`) || sources.includes(`from './${path.basename(file, '.ts')}'`);
  expect(samples.filter((file) => !isUsed(file))).toEqual([]);
});

test('the program of the README is eight lines from import to chat, and its preview fits on a page', () => {
  const source = fs.readFileSync(path.join(ROOT, 'docs/samples/readme.ts'), 'utf8');
  const [, program = ''] = /\/\/ #region\n([\s\S]*?)\/\/ #endregion/.exec(source) ?? [];
  const lines = program.split('\n').filter((line) => line.trim());
  expect(lines).toHaveLength(8);
  expect([lines[0], lines[7]]).toEqual([expect.stringMatching(/^import /), expect.stringContaining(".serve('chat')")]);
  const page = library.Preview.of(readme).summary().trimEnd().split('\n');
  expect(page.length).toBeLessThanOrEqual(PAGE.lines);
  expect(Math.max(...page.map((line) => line.length))).toBeLessThanOrEqual(PAGE.columns);
  expect(page.map((line) => /^ {2}(\S+ \S+)/.exec(line)?.[1]).filter(Boolean)).toEqual(
    [expect.stringMatching(/^Model qwen-/), expect.stringMatching(/^Model qwen-gguf-/), 'Server chat'],
  );
});
