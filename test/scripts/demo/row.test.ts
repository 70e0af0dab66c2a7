import { inOrder, rowOf, STEPS } from '../../../scripts/demo/row';
import type { Condition } from '../../../src/api/status';
import { row } from './fixtures';

const NOW = Date.parse('2025-01-01T00:01:00Z');
const metadata = { name: 'opt', uid: '1', creationTimestamp: '2025-01-01T00:00:00Z' };

function condition(type: string, status: Condition['status'], reason: string): Condition {
  return { type, status, reason, message: `is ${reason}`, lastTransitionTime: '2025-01-01T00:00:30Z' };
}

function rowWith(...conditions: Condition[]) {
  return rowOf({ kind: 'Model', metadata, status: { conditions } }, NOW);
}

test('a resource that nobody has looked at waits', () => {
  expect(rowOf({ kind: 'Model', metadata }, NOW)).toEqual({
    kind: 'Model', name: 'opt', state: 'waiting', isReady: false, reason: '', message: '', ageMs: 60_000, progress: 0,
  });
});

test.each([['Checking', 0], ['Running', 1], ['Publishing', 2]])('%s has %i of its steps behind it', (reason, progress) => {
  expect(rowWith(condition('Ready', 'False', reason))).toMatchObject({ state: 'working', reason, message: `is ${reason}`, progress });
});

test('a resource that waits for another has no step behind it', () => {
  expect(rowWith(condition('Ready', 'False', 'ModelNotReady'))).toMatchObject({ state: 'waiting', progress: 0 });
});

test('a resource that is Ready has all steps behind it', () => {
  expect(rowWith(condition('Ready', 'True', 'Published'))).toMatchObject({ state: 'ready', isReady: true, progress: STEPS });
});

test('a server that rolls is Ready, and at work', () => {
  expect(rowWith(condition('Ready', 'True', 'RollingOut'), condition('Reconciling', 'True', 'RollingOut'))).toMatchObject({
    state: 'working', isReady: true,
  });
});

test('a server whose next model is not there yet is Ready, and not done', () => {
  const serving = rowWith(condition('Ready', 'True', 'Serving'), condition('Reconciling', 'True', 'Serving'));
  expect(serving).toMatchObject({ state: 'waiting', isReady: true, progress: STEPS });
});

test('a resource that needs a person is stalled, also while the old revision of it serves', () => {
  expect(rowWith(condition('Ready', 'True', 'RolloutFailed'), condition('Stalled', 'True', 'RolloutFailed'))).toMatchObject({ state: 'stalled' });
});

test('rows are in the order in which they depend on each other, the older first', () => {
  const rows = [row({ kind: 'Notebook' }), row({ kind: 'Server' }), row({ name: 'new', ageMs: 1 }), row({ name: 'old', ageMs: 9 }), row({ kind: 'Dataset' })];
  expect(inOrder(rows).map(({ kind, name }) => (kind === 'Model' ? name : kind))).toEqual(['Dataset', 'old', 'new', 'Server', 'Notebook']);
});
