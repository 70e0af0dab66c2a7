/** The text of a status. */
import { createColors } from 'picocolors';
import type { Stored } from '../../src/cli/cluster/stored';
import { rowsOf } from '../../src/cli/status/row';
import { age, changes, detailsText, statusText } from '../../src/cli/status/view';

const NOW = Date.parse('2026-01-01T02:00:00Z');
const CANVAS = { colours: createColors(false), width: 80 };

interface Given {
  readonly conditions?: readonly (readonly [type: string, status: string, reason: string, message: string])[];
  readonly spec?: object;
  readonly namespace?: string;
}

function stored(kind: string, name: string, { conditions = [], spec = {}, namespace = 'team' }: Given = {}): Stored {
  return {
    apiVersion: 'substratus.ai/v1', kind, metadata: { name, namespace, creationTimestamp: '2026-01-01T00:00:00Z' }, spec,
    status: { conditions: conditions.map(([type, status, reason, message]) => ({ type, status, reason, message, lastTransitionTime: '' })) },
  } as unknown as Stored;
}

const STACK_TRACE = Array.from({ length: 20 }, (_, line) => `  File "train.py", line ${line}, in a function with a name that is long enough to be broken`).join('\n');

test('what waits names what it waits for, also in another namespace, after it', () => {
  const base = stored('Model', 'base', { namespace: 'shared', conditions: [['Ready', 'True', 'Published', 'there']] });
  const tuned = stored('Model', 'tuned', {
    spec: { model: { name: 'base', namespace: 'shared' }, dataset: { name: 'chats' } }, conditions: [['Ready', 'False', 'DatasetNotFound', 'Dataset chats: not there']],
  });
  const chat = stored('Server', 'chat', { spec: { model: { name: 'tuned' } }, conditions: [['Ready', 'False', 'ModelNotReady', 'no']] });
  const rows = rowsOf([chat, tuned, base], NOW);
  expect(rows.map(({ name, waitsFor, neededBy }) => ({ name, waitsFor, neededBy }))).toEqual([
    { name: 'base', waitsFor: [], neededBy: ['Model team/tuned'] },
    { name: 'tuned', waitsFor: ['Dataset chats'], neededBy: ['Server chat'] },
    { name: 'chat', waitsFor: ['Model tuned'], neededBy: [] },
  ]);
});

test('a long message is broken, and cut after some lines, which says how to see all of it', () => {
  const [row] = rowsOf([stored('Model', 'x', { conditions: [['Ready', 'False', 'RunFailed', STACK_TRACE], ['Stalled', 'True', 'RunFailed', STACK_TRACE]] })], NOW);
  const lines = statusText(row ? [row] : [], CANVAS).split('\n');
  expect(lines).toHaveLength(9);
  expect(lines.at(-1)).toBe('    … 34 more lines: substratus status model/x');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(detailsText(row as never, CANVAS).split('\n').length).toBeGreaterThan(40);
});

test('a server that rolls is Ready all the while', () => {
  const rows = rowsOf([stored('Server', 'chat', { conditions: [['Ready', 'True', 'RollingOut', 'rolling out'], ['Reconciling', 'True', 'RollingOut', 'rolling out']] })], NOW);
  expect(statusText(rows, CANVAS)).toBe('team:\n  ● Server  chat  RollingOut  2h\n    rolling out');
});

test('what is outdated says so beside a status that is well', () => {
  const rows = rowsOf([stored('Notebook', 'lab', { conditions: [['Ready', 'True', 'Open', 'open'], ['Outdated', 'True', 'NewRevision', 'another model']] })], NOW);
  expect(statusText(rows, CANVAS)).toBe('team:\n  ● Notebook  lab  Open  2h\n    outdated: another model');
});

test('what nobody has looked at yet points to the doctor', () => {
  expect(statusText(rowsOf([stored('Model', 'x')], NOW), CANVAS)).toContain('no status yet: is the reconciler running');
});

test('changes are of state and reason, not of messages', () => {
  const at = (reason: string, message: string) => rowsOf([stored('Model', 'x', { conditions: [['Ready', 'False', reason, message]] })], NOW);
  expect(changes(at('Running', 'step 1'), at('Running', 'step 2'))).toEqual([]);
  expect(changes(at('Running', 'step 1'), at('Publishing', 'on\nits way'))).toEqual(['Model team/x  not Ready  Publishing  on its way']);
  expect(changes(at('Running', ''), [])).toEqual(['Model team/x  deleted']);
});

test.each([[7, '7s'], [119, '119s'], [120, '2m'], [7200, '2h'], [200_000, '2d']])('%d seconds are %s', (seconds, text) => {
  expect(age(seconds)).toBe(text);
});
