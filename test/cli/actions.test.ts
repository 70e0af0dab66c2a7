/** What `retry`, `suspend` and `resume` do to a resource, or why they do nothing. */
import { resumeOf, retryOf, suspendOf } from '../../src/cli/cluster/actions';
import type { Stored } from '../../src/cli/cluster/stored';

const NOW = Date.parse('2026-11-27T12:00:00.500Z');

interface Said {
  readonly reason: string;
  readonly types?: readonly string[];
  readonly isReady?: boolean;
}

function stored(kind: string, { reason, types = [], isReady = false }: Said, rest: object = {}): Stored {
  const condition = (type: string, status = 'True') => ({ type, status, reason, message: 'why', lastTransitionTime: '' });
  return {
    apiVersion: 'substratus.ai/v1', kind, metadata: { namespace: 'team', name: 'x', uid: 'u' }, spec: {},
    status: { conditions: [condition('Ready', isReady ? 'True' : 'False'), ...types.map((type) => condition(type))] },
    ...rest,
  } as unknown as Stored;
}

test.each(['RunFailed', 'BuildFailed', 'CheckFailed', 'PublishFailed', 'TooManyDisruptions', 'DeletionFailed'])('%s is retried', (reason) => {
  expect(retryOf(stored('Model', { reason, types: ['Stalled'] }), NOW)).toEqual({
    patch: { annotations: { 'substratus.ai/retry': '2026-11-27T12:00:00.500Z' } },
    words: `Model team/x: the step that failed is repeated (it was ${reason})`,
  });
});

test('what is at work is retried with --force only', () => {
  const running = stored('Model', { reason: 'Running', types: ['Reconciling'] });
  expect(() => retryOf(running, NOW)).toThrow('Model team/x is at work (Running), and a retry stops the attempt that runs; add --force if that is meant');
  expect(retryOf(running, NOW, { force: true }).words).toBe('Model team/x: the attempt that runs is stopped, and another begins');
});

test('what is Outdated takes the change now, with --force, for something ends by it', () => {
  const lab = stored('Notebook', { reason: 'Open', types: ['Outdated'], isReady: true });
  expect(() => retryOf(lab, NOW)).toThrow('Notebook team/x is Outdated, and to take the change now ends its kernels; add --force if that is meant');
  expect(retryOf(lab, NOW, { force: true }).patch).toEqual({ annotations: { 'substratus.ai/restart': '2026-11-27T12:00:00.500Z' } });
  expect(() => retryOf(stored('Server', { reason: 'Serving', types: ['Outdated'], isReady: true }), NOW, { force: true })).toThrow('Server team/x is Outdated: why');
});

test('what did not fail, or is suspended, is not retried', () => {
  expect(() => retryOf(stored('Model', { reason: 'Unschedulable', types: ['Stalled'] }), NOW))
    .toThrow('Model team/x: no step of it has failed, so that nothing can be repeated; it is Unschedulable: why');
  expect(() => retryOf(stored('Model', { reason: 'Suspended' }, { spec: { suspend: true } }), NOW))
    .toThrow('Model team/x is suspended, so that nothing of it can be repeated; resume it first: substratus resume model/x');
});

test('suspending twice changes nothing', () => {
  expect(suspendOf(stored('Server', { reason: 'Serving' })).patch).toEqual({ spec: { suspend: true } });
  expect(suspendOf(stored('Server', { reason: 'Suspended' }, { spec: { suspend: true } }))).toEqual({ words: 'Server team/x is suspended already' });
});

test('resuming takes the field away', () => {
  expect(resumeOf(stored('Server', { reason: 'Suspended' }, { spec: { suspend: true } }), NOW).patch).toEqual({ spec: { suspend: null } });
  expect(resumeOf(stored('Server', { reason: 'Serving' }), NOW)).toEqual({ words: 'Server team/x is not suspended' });
});

test('a notebook that was stopped because it was idle wakes, also where the clock of this machine is late', () => {
  const culled = (culledAt: string) => stored('Notebook', { reason: 'Culled' }, { status: { culledAt, conditions: [] } });
  expect(resumeOf(culled('2026-11-27T11:00:00Z'), NOW).patch).toEqual({ annotations: { 'substratus.ai/resume': '2026-11-27T12:00:00Z' } });
  expect(resumeOf(culled('2026-11-27T13:00:00Z'), NOW).patch).toEqual({ annotations: { 'substratus.ai/resume': '2026-11-27T13:00:01Z' } });
});
