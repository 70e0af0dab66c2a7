/** The structure of `src`: what eslint cannot say, since `import/no-cycle` leaves out imports of types. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { preProcessFile } from 'typescript';

const ROOT = path.resolve(__dirname, '..');
/** Facts, one row a line, however long. */
const TABLES = [/^src\/catalog\//, /^src\/clouds\/[^/]+\/machines\.ts$/];
const MOST_LINES = 300;

const FILES = (fs.readdirSync(path.join(ROOT, 'src'), { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts')).map((file) => path.posix.join('src', file.split(path.sep).join('/'))).sort();

function importsOf(file: string): string[] {
  return preProcessFile(fs.readFileSync(path.join(ROOT, file), 'utf8')).importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => path.posix.join(path.posix.dirname(file), fileName))
    .map((target) => [`${target}.ts`, `${target}/index.ts`].find((candidate) => FILES.includes(candidate)) ?? target);
}

/** A way from a node back to itself; `undefined` if there is none. */
function cycleOf(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const found = visit(next, [...way, node]);
      if (found) return found;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const found = visit(node, []);
    if (found) return found;
  }
  return undefined;
}

test('a cycle is found', () => {
  expect(cycleOf(new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toEqual(['b', 'c', 'b']);
});

test('no file of src imports itself through others, types included', () => {
  const graph = new Map(FILES.map((file) => [file, importsOf(file)]));
  expect([...graph.values()].flat().length).toBeGreaterThan(FILES.length);
  expect(cycleOf(graph)).toBeUndefined();
});

test('the rooms of the constructs import downwards only', () => {
  const roomOf = (file: string): string | undefined => /^src\/constructs\/([^/]+)\//.exec(file)?.[1];
  const graph = new Map<string, string[]>();
  for (const file of FILES) {
    const room = roomOf(file);
    if (!room) continue;
    const others = importsOf(file).map(roomOf).filter((other): other is string => other !== undefined && other !== room);
    graph.set(room, [...new Set([...graph.get(room) ?? [], ...others])]);
  }
  expect([...graph.keys()].sort()).toEqual(['archive', 'checks', 'cost', 'infrastructure', 'kinds', 'objects', 'platform', 'preview', 'reconciler', 'serving']);
  expect(cycleOf(graph)).toBeUndefined();
});

test('no file of src is longer than 300 lines, tables excepted', () => {
  const lengthOf = (file: string): number => fs.readFileSync(path.join(ROOT, file), 'utf8').split('\n').length - 1;
  expect(FILES.filter((file) => !TABLES.some((table) => table.test(file)) && lengthOf(file) > MOST_LINES)).toEqual([]);
});

/** What a native reader stumbles over. */
const IDIOMS = /\bis no (?!longer|more|other|less)[a-z]+ (of|for)\b|\banew\b|\bnone if\b|\bwhoever\b|\bsomebody\b|\bthe ancestor\b|with the way out/i;

test('comments and messages of src are plain English', () => {
  const odd = FILES.filter((file) => !/(programs\/texts|price-text)\.ts$/.test(file)).flatMap((file) => fs.readFileSync(path.join(ROOT, file), 'utf8').split('\n')
    .flatMap((line, index) => (IDIOMS.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])));
  expect(odd).toEqual([]);
});
