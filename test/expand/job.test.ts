import type { Job } from 'kubernetes-types/batch/v1';
import type { ModelSpec } from '../../src/api/resource';
import type { RetryTokens, Step } from '../../src/expand';
import { jobOf, model, nameOf, platformOf } from './fixtures';

const STEPS: Step[] = ['check', 'run', 'publish'];

function names(spec: ModelSpec = {}, options: { readonly tokens?: RetryTokens; readonly cloud?: string } = {}): string[] {
  const { tokens, cloud = 'gcp' } = options;
  return STEPS.map((step) => nameOf(jobOf(step, model(spec), { platform: platformOf(cloud), tokens })));
}

function specOf(step: Step, spec: ModelSpec = {}): NonNullable<Job['spec']> {
  return jobOf(step, model(spec)).spec ?? { template: {} };
}

/** Which of the Jobs of two expansions have other names. */
function changed(before: string[], after: string[]): Step[] {
  return STEPS.filter((_, index) => before[index] !== after[index]);
}

test('a Job is named by its resource, its step and a hash', () => {
  expect(names().map((name) => name.replace(/[0-9a-z]{8}$/, '#'))).toEqual(['opt-model-check-#', 'opt-model-run-#', 'opt-model-publish-#']);
});

test.each<[string, ModelSpec]>([
  ['image', { image: 'other' }],
  ['command', { command: ['x'] }],
  ['params', { params: { a: 1 } }],
  ['env', { env: { A: '1' } }],
])('another %s is another artifact, so that every Job is another', (_, spec) => {
  expect(changed(names(), names(spec))).toEqual(STEPS);
});

test.each<[string, ModelSpec]>([
  ['memory', { resources: { memory: 64 } }],
  ['retries', { retries: 5 }],
  ['timeout', { timeout: '1h' }],
  ['priority', { pod: { priorityClassName: 'high' } }],
])('another %s is another run, of the same artifact', (_, spec) => {
  expect(changed(names(), names(spec))).toEqual(['run']);
});

test('another pull secret is another Job of each step, for helpers pull with it too', () => {
  expect(changed(names(), names({ imagePullSecrets: [{ name: 'x' }] }))).toEqual(['check', 'run', 'publish']);
});

test.each<ModelSpec>([{ suspend: true }, { sharing: { namespaces: ['*'] } }, { deletionPolicy: 'Delete' }])('%j leaves every Job what it is', (spec) => {
  expect(names(spec)).toEqual(names());
});

test('a suspended Job is the same Job, which starts nothing', () => {
  expect(specOf('run', { suspend: true })).toMatchObject({ suspend: true });
  expect(specOf('run').suspend).toBeUndefined();
});

test.each(STEPS)('the token of a retried %s gives that Job another name, and leaves the others alone', (step) => {
  expect(changed(names(), names({}, { tokens: { [step]: '1' } }))).toEqual([step]);
  expect(changed(names({}, { tokens: { [step]: '1' } }), names({}, { tokens: { [step]: '2' } }))).toEqual([step]);
});

test('another store is other Jobs, and the pods of a run say whether they reach it', () => {
  expect(changed(names(), names({}, { cloud: 'aws' }))).toEqual(['check', 'run', 'publish']);
});

test.each(STEPS)('a disrupted %s is no failure, and has a ceiling of its own', (step) => {
  expect(specOf(step).podFailurePolicy?.rules[0]).toEqual({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] });
  expect(jobOf(step, model()).metadata?.annotations).toEqual({ 'substratus.ai/max-disruptions': '20' });
});

test('a run is tried three times, or as often as its author says', () => {
  expect([specOf('run'), specOf('run', { retries: 0 }), specOf('run', { retries: 7 })].map(({ backoffLimit }) => backoffLimit)).toEqual([2, 0, 7]);
});

test('a helper fails for the network\'s sake alone, however often a run may', () => {
  expect([specOf('check', { retries: 0 }), specOf('publish', { retries: 0 })].map(({ backoffLimit }) => backoffLimit)).toEqual([6, 6]);
});

test('the timeout is that of an attempt, on its pod: queueing for a GPU and other attempts do not count', () => {
  const { activeDeadlineSeconds, template } = specOf('run', { timeout: '12h' });
  expect([activeDeadlineSeconds, template.spec?.activeDeadlineSeconds]).toEqual([undefined, 43_200]);
  expect(specOf('publish', { timeout: '12h' }).template.spec?.activeDeadlineSeconds).toBeUndefined();
});

test.each(['0s', '12', 'soon'])('a timeout of %s is an error', (timeout) => {
  expect(() => specOf('run', { timeout })).toThrow(`timeout is ${timeout}, which is not a duration; write for example 90s, 30m or 12h`);
});

test.each(STEPS)('the pod of a %s is not restarted by the node', (step) => {
  expect(specOf(step).template.spec?.restartPolicy).toBe('Never');
});

test('the GPU is held by the run alone', () => {
  const gpu: ModelSpec = { resources: { gpu: { type: 'nvidia-l4', count: 4 } } };
  const requested = STEPS.map((step) => specOf(step, gpu).template.spec?.containers[0]?.resources?.requests?.['nvidia.com/gpu']);
  expect(requested).toEqual([undefined, '4', undefined]);
});

test('R5: a step of ours that cannot succeed fails at once; the exit codes of a program are its own', () => {
  const hopeless = { action: 'FailJob', onExitCodes: { operator: 'In', values: [65] } };
  const rules = (step: Step) => specOf(step).podFailurePolicy?.rules.map(({ action }) => action);
  expect([rules('check'), rules('run'), rules('publish')]).toEqual([['Ignore', 'FailJob'], ['Ignore'], ['Ignore', 'FailJob']]);
  expect(specOf('publish').podFailurePolicy?.rules).toContainEqual(hopeless);
});
