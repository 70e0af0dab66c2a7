/** A21: who is to blame for what cannot be expanded. */
import { ExpandError } from '../../../src/expand';
import { decide } from '../../../src/reconciler/decide/decide';
import type { View } from '../../../src/reconciler/decide/view';
import { model, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

function decided(error: Error, suspend = false) {
  const cluster = new World(platformOf('gcp'));
  cluster.publish(cluster.add(model()));
  const chat = cluster.add(server());
  cluster.settle();
  cluster.rollOut(chat);
  if (suspend) cluster.change(chat, { spec: { suspend } });
  const view: View = { ...cluster.view(cluster.get(chat)), expand: () => { throw error; } };
  return decide(view);
}

test('A21: what a spec asks for in vain is told as such', () => {
  const { verdict, failure } = decided(new ExpandError('gpu nvidia-x9 is not in the catalog'));
  expect(verdict).toMatchObject({ reason: 'InvalidSpec', message: 'gpu nvidia-x9 is not in the catalog', stalled: true });
  expect(failure).toBeUndefined();
});

test('A21: a mistake of the program is not blamed on the spec, and what runs goes on', () => {
  const mistake = new TypeError("Cannot read properties of undefined (reading 'gpu')");
  const { desired, obsolete, inTheWay, verdict, failure } = decided(mistake);
  expect(failure).toBe(mistake);
  expect([desired, obsolete, inTheWay]).toEqual([[], [], []]);
  expect(verdict).toMatchObject({ ready: true, reason: 'ReconcilerError', message: expect.stringMatching(/not the fault of its spec: Cannot read .*; it tries again by itself/) });
  expect(verdict.stalled).toBeUndefined();
});

test('A21: and can be suspended all the same', () => {
  const { inTheWay } = decided(new TypeError('x'), true);
  expect(inTheWay?.map(({ kind }) => kind)).toEqual(['Deployment']);
});

test.each([
  ['InvalidSpec', new ExpandError('artifact gs://other/x does not lie under gs://acme')],
  ['ReconcilerError', new TypeError('x')],
])('what was published stays in the status, so that it is deleted in the end: %s', (reason, error) => {
  const cluster = new World(platformOf('gcp'));
  const opt = cluster.add(model({ deletionPolicy: 'Delete' }));
  cluster.publish(opt);
  cluster.change(opt, { deletionTimestamp: '2026-02-01T00:00:00Z' });
  const { status } = cluster.get(opt);
  const view: View = { ...cluster.view(cluster.get(opt)), users: () => { throw error; } };
  const { verdict } = decide(view);
  expect(verdict).toMatchObject({ reason, artifact: status?.artifact, fields: { artifacts: status?.artifacts } });
  expect(status?.artifact?.url).toBeDefined();
});
