import { copyName, isInside, planOf } from '../../../src/cli/sync/plan';

interface Before {
  readonly base?: string;
  readonly seen?: boolean;
  readonly kept?: string;
}

type Hash = string | undefined;

/** What becomes of a file, by what each side has, and both had. */
function action(local: Hash, remote: Hash, { base, seen = true, kept }: Before = {}): string | undefined {
  const only = (value: Hash): Map<string, string> => new Map(value === undefined ? [] : [['a', value]]);
  const [found] = planOf({ local: only(local), remote: only(remote), base: only(base), seen: new Set(seen ? ['a'] : []), kept: only(kept) });
  return found?.kind;
}

test.each<[string, string | undefined, string | undefined]>([
  ['the same on both sides', action('1', '1'), undefined],
  ['new here', action('1', undefined), 'push'],
  ['new there', action(undefined, '1'), 'pull'],
  ['changed here', action('2', '1', { base: '1' }), 'push'],
  ['changed there', action('1', '2', { base: '1' }), 'pull'],
  ['changed on both sides', action('2', '3', { base: '1' }), 'conflict'],
  ['different, and nobody knows since when', action('1', '2'), 'conflict'],
  ['deleted here', action(undefined, '1', { base: '1' }), 'remove'],
  ['deleted here, changed there', action(undefined, '2', { base: '1' }), 'pull'],
  ['not here, but that is from before', action(undefined, '1', { base: '1', seen: false }), 'pull'],
  ['deleted there', action('1', undefined, { base: '1' }), 'keep'],
  ['deleted there, changed here', action('2', undefined, { base: '1' }), 'push'],
  ['deleted there a while ago', action('1', undefined, { kept: '1' }), undefined],
  ['deleted there a while ago, changed here since', action('2', undefined, { kept: '1' }), 'push'],
  ['deleted on both sides', action(undefined, undefined, { base: '1' }), undefined],
])('%s', (_, found, expected) => {
  expect(found).toBe(expected);
});

test('what is deleted here is only removed as it was seen', () => {
  const sides = { local: new Map(), remote: new Map([['a', '1']]), base: new Map([['a', '1']]), seen: new Set(['a']), kept: new Map() };
  expect(planOf(sides)).toEqual([{ kind: 'remove', path: 'a', expected: '1' }]);
});

test.each([
  ['plot.ipynb', 'plot.notebook-12345678.ipynb'],
  ['a/b.tar.gz', 'a/b.tar.notebook-12345678.gz'],
  ['Makefile', 'Makefile.notebook-12345678'],
  ['.env', '.env.notebook-12345678'],
  ['a.b/c', 'a.b/c.notebook-12345678'],
])('the copy of %s is %s', (path, copy) => {
  expect(copyName(path, '1234567890')).toBe(copy);
});

test.each([
  '../a', 'a/../b', '/a', '', 'a//b', './a', 'a\0', 'a\\b',
  '.git/config', '.GIT/hooks/pre-commit', 'a/.git', '.git./config', '.git /config', '.g\u200cit/config', '.git::$INDEX_ALLOCATION/config', 'git~1/config',
  'node_modules/a/index.js', '.venv/bin/python',
])('%p is not in the folder, or in one that is left out', (path) => {
  expect(isInside(path)).toBe(false);
});

test.each(['.gitignore', '.github/workflows/a.yaml', 'a.git', 'git', '.cached', 'a b', '.git-blame-ignore-revs'])('%p is', (path) => {
  expect(isInside(path)).toBe(true);
});
