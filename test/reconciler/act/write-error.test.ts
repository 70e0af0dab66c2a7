/** What a resource is told of a write that was refused. */
import { refusalOf } from '../../../src/reconciler/act/write-error';
import { ApiError } from '../../../src/reconciler/kube/api-error';

const WHAT = 'Job.batch "opt-model-run" is invalid: spec.template: ';

function invalid(why: string): ApiError {
  return new ApiError({ code: 422, reason: 'Invalid', message: WHAT + why, details: { causes: [{ field: 'spec.template', message: why }] } });
}

test('what is wrong is told as the API server has it', () => {
  expect(refusalOf(invalid('Required value'))?.verdict).toMatchObject({
    reason: 'Rejected', stalled: true, message: `the API server refuses what would run: ${WHAT}Required value`,
  });
});

test('of a value that is shown whole, what it is and what is wrong with it', () => {
  const { message } = refusalOf(invalid(`Invalid value: core.PodTemplateSpec{${'x$&y'.repeat(5000)}}: field is immutable`))?.verdict ?? {};
  expect(message).toMatch(/^the API server refuses what would run: Job\.batch "opt-model-run" is invalid: spec\.template: Invalid value: core\.PodTemplateSpec\{x\$&y/);
  expect(message).toMatch(/ … .*\}: field is immutable$/);
  expect(message?.length).toBeLessThan(400);
});

test.each([
  ['Forbidden', 'jobs.batch "a" is forbidden: User "system:serviceaccount:substratus:reconciler" cannot patch resource "jobs"', /^the reconciler may not do this: .*; apply the Reconciler of this version again$/],
  ['Rejected', 'pods "a" is forbidden: violates PodSecurity "restricted:latest"', /^the API server refuses what would run: pods "a" is forbidden: violates PodSecurity/],
])('whether rights or a policy forbid it: %s, %s', (reason, message, expected) => {
  const { verdict } = refusalOf(new ApiError({ code: 403, reason: 'Forbidden', message })) ?? {};
  expect(verdict).toMatchObject({ reason, message: expect.stringMatching(expected) });
});

test('a field that the schema does not know, which server-side apply answers with an error of its own', () => {
  const message = 'failed to create typed patch object (a/b; apps/v1, Kind=Deployment): .spec.template.spec.affinity.nodeAffinitee: field not declared in schema';
  expect(refusalOf(new ApiError({ code: 500, message }))?.verdict).toMatchObject({ reason: 'Rejected', stalled: true });
  expect(refusalOf(new ApiError({ code: 500, message: 'etcdserver: request timed out' }))).toBeUndefined();
});

test('an error that trying again may help against is none', () => {
  expect(refusalOf(new ApiError({ code: 409, reason: 'Conflict' }))).toBeUndefined();
  expect(refusalOf(new Error('no answer'))).toBeUndefined();
});
