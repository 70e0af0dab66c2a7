/** The rows of a status as text. Pure. */
import { columns, wrapped } from '../../state/columns';
import type { Colours } from '../terminal';
import type { Row, State } from './row';

export interface Canvas {
  readonly colours: Colours;
  /** Columns of the terminal. */
  readonly width: number;
}

const MARKS: Readonly<Record<State, string>> = { ready: '●', working: '◐', waiting: '·', suspended: '‖', stalled: '✗', unseen: '?' };
const MARGIN = '    ';
/** Of one message; `substratus status kind/name` has all of it. */
const MOST_LINES = 6;
const UNSEEN = 'no status yet: is the reconciler running, and is its namespace a workspace? See substratus doctor';

/** By namespace, a line for each resource, and below it what there is to say. */
export function statusText(rows: readonly Row[], canvas: Canvas): string {
  const namespaces = [...new Set(rows.map(({ namespace }) => namespace))];
  const heads = columns(rows.map((row) => headOf(row, canvas)));
  const lines = rows.map((row, index) => [`  ${heads[index]}`, ...notesOf(row, canvas)].join('\n'));
  return namespaces
    .map((namespace) => [`${namespace}:`, ...lines.filter((_, index) => rows[index]?.namespace === namespace)].join('\n'))
    .join('\n\n');
}

/** All that is known of one. */
export function detailsText(row: Row, { colours, width }: Canvas): string {
  const { kind, namespace, name, message, waitsFor, neededBy, url, outdated } = row;
  const facts: [string, string | undefined][] = [
    ['state', `${paintOf(row.state, colours)(`${MARKS[row.state]} ${row.reason || 'unknown'}`)}, ${row.isReady ? 'Ready' : 'not Ready'}`],
    ['age', age(row.ageSeconds)],
    ['message', row.state === 'unseen' ? UNSEEN : message],
    ['outdated', outdated],
    ['url', url],
    ['waits for', waitsFor.join(', ') || undefined],
    ['needed by', neededBy.join(', ') || undefined],
  ];
  const label = Math.max(...facts.map(([word]) => word.length)) + 2;
  const lines = facts.flatMap(([word, text]) => (text === undefined || text === '' ? [] : linesOf(text, width - label)
    .map((line, index) => `${colours.dim((index === 0 ? word : '').padEnd(label))}${line}`)));
  return [colours.bold(`${kind} ${namespace}/${name}`), ...lines].join('\n');
}

/** As kubectl writes ages: `7s`, `12m`, `3h`, `9d`. */
export function age(seconds: number): string {
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

function headOf({ kind, name, state, isReady, reason, ageSeconds }: Row, { colours }: Canvas): string[] {
  const paint = isReady ? colours.green : paintOf(state, colours);
  const mark = MARKS[isReady && state === 'working' ? 'ready' : state]; // a server that rolls is Ready all the while
  return [`${paint(mark)} ${kind}`, colours.bold(name), paintOf(state, colours)(reason || '-'), colours.dim(age(ageSeconds))];
}

/** What a Ready resource says is left out, unless something of it still goes on. */
function notesOf(row: Row, { colours, width }: Canvas): string[] {
  const { state, message, outdated, waitsFor } = row;
  const notes = [
    ...state === 'unseen' ? [UNSEEN] : [],
    ...state === 'ready' || state === 'unseen' || isWaiting(row) ? [] : [message],
    ...isWaiting(row) ? [`waits for ${waitsFor.join(', ')}`] : [],
    ...outdated !== undefined && !message.includes(outdated) ? [`outdated: ${outdated}`] : [],
  ];
  const paint = state === 'stalled' ? colours.red : colours.dim;
  return notes.flatMap((note) => {
    const all = linesOf(note, width - MARGIN.length);
    const more = `… ${all.length - MOST_LINES} more lines: substratus status ${row.kind.toLowerCase()}/${row.name}`;
    return (all.length > MOST_LINES ? [...all.slice(0, MOST_LINES), more] : all).map((line) => `${MARGIN}${paint(line)}`);
  });
}

function isWaiting({ state, waitsFor }: Row): boolean {
  return state === 'waiting' && waitsFor.length > 0;
}

/** The author's own lines, such as those of a stack trace, and none longer than `width` that can be broken. */
function linesOf(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapped(line, width));
}

export function paintOf(state: State, { green, yellow, red, dim, cyan }: Colours): (text: string) => string {
  return { ready: green, working: yellow, waiting: dim, suspended: cyan, stalled: red, unseen: yellow }[state];
}

/** Lines for a reader who cannot see a picture: what has another state or reason than before. Messages change too often for that. */
export function changes(before: readonly Row[], after: readonly Row[]): string[] {
  const key = ({ namespace, kind, name }: Row): string => `${kind} ${namespace}/${name}`;
  const situation = (row: Row): string => JSON.stringify([key(row), row.state, row.isReady, row.reason]);
  const [known, there] = [new Set(before.map(situation)), new Set(after.map(key))];
  return [
    ...after.filter((row) => row.reason !== '' && !known.has(situation(row)))
      .map((row) => `${key(row)}  ${row.isReady ? 'Ready' : 'not Ready'}  ${row.reason}  ${row.message.replace(/\s+/g, ' ')}`),
    ...before.filter((row) => !there.has(key(row))).map((row) => `${key(row)}  deleted`),
  ];
}
