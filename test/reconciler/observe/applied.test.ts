import { readApplied, writeApplied } from '../../../src/reconciler/observe/applied';
import type { Applied } from '../../../src/reconciler/observe/applied';

const INPUT = { kind: 'Model' as const, name: 'opt', namespace: 'team-a', recipeDigest: 'abc', url: 'gs://b/abc' };
const APPLIED: Applied = { intent: 'i', rest: 'r', template: 't', inputs: { model: INPUT } };

function read(text: string) {
  return readApplied({ 'substratus.ai/applied': text });
}

test('what is written is read', () => {
  expect(read(writeApplied(APPLIED))).toEqual(APPLIED);
});

test.each([
  ['nothing', undefined],
  ['no JSON', '{'],
  ['another value', '"x"'],
  ['a missing field', JSON.stringify({ intent: 'i' })],
  ['a field of another type', JSON.stringify({ ...APPLIED, template: 1 })],
  ['an input that is none', JSON.stringify({ ...APPLIED, inputs: { model: { name: 'opt' } } })],
])('of what someone has written into it nothing is believed: %s', (_, text) => {
  expect(text === undefined ? readApplied() : read(text)).toBeUndefined();
});
