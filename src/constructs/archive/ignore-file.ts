/**
 * What a `.dockerignore` leaves out, as Docker reads it: patterns are from the root of the folder, `**` is any number of folders, what is
 * left out takes all below it along, and the last pattern that matches decides.
 *
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files
 */

interface Pattern {
  readonly matches: RegExp;
  readonly includes: boolean;
  /** What every path that matches begins with. */
  readonly start: string;
}

/** What is left out of a folder. */
export interface Ignores {
  /** Whether a path, such as `src/train.py`, is left out. */
  readonly isIgnored: (path: string) => boolean;
  /** Whether something below a folder that is left out may be taken in again. */
  readonly mayTakeIn: (folder: string) => boolean;
}

/** Left out in any case unless a pattern with `!` takes it in: what tools write there by themselves, so that no run changes the archive. */
export const ALWAYS_IGNORED: readonly string[] = [
  '.git', '**/__pycache__', '**/*.pyc', '**/.ipynb_checkpoints', '**/.pytest_cache', '**/.mypy_cache', '**/.ruff_cache', '**/.venv',
  '**/.DS_Store',
];

export function ignoresOf(lines: readonly string[]): Ignores {
  const patterns = lines.flatMap(patternOf);
  const starts = patterns.filter(({ includes }) => includes).map(({ start }) => start);
  return {
    isIgnored: (path) => {
      const parts = path.split('/');
      const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
      return patterns.reduce((isIgnored, { matches, includes }) => (
        isIgnored === includes && paths.some((each) => matches.test(each)) ? !includes : isIgnored
      ), false);
    },
    mayTakeIn: (folder) => starts.some((start) => start.startsWith(`${folder}/`) || `${folder}/`.startsWith(start)),
  };
}

function patternOf(line: string): Pattern[] {
  const text = line.trim();
  if (text === '' || line.startsWith('#')) return [];
  const includes = text.startsWith('!');
  const path = normalized(includes ? text.slice(1).trim() : text);
  const [start = ''] = path.split(/[*?[\\]/);
  return path === '' ? [] : [{ matches: new RegExp(`^${expressionOf(path)}$`), includes, start }];
}

function normalized(path: string): string {
  return path.split('/').filter((part) => part !== '' && part !== '.').join('/');
}

function expressionOf(path: string): string {
  return path.replace(/\*\*\/|\*\*|\*|\?|\[[^\]]+\]|\\.|[^*?[\\]+|[\\[]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1 && part.startsWith('[')) return part.replaceAll('\\', '\\\\');
    return (part.length > 1 && part.startsWith('\\') ? part.slice(1) : part).replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
}
