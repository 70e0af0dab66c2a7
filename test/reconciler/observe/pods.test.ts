import { describeEnding, observePod } from '../../../src/reconciler/observe/pods';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function pod({ annotations = {}, memory, imageID = '' }: { annotations?: Record<string, string>; memory?: string; imageID?: string } = {}) {
  const terminated = { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-01-01T00:00:00Z' };
  return observePod({
    metadata: { name: 'p', namespace: 'team-a', uid: 'u', resourceVersion: '1', annotations },
    spec: { containers: [{ name: 'model', resources: { limits: { memory } } }] },
    status: { phase: 'Failed', containerStatuses: [{ name: 'model', imageID, state: { terminated } }] },
  } as never);
}

function words(options: Parameters<typeof pod>[0]): string {
  const { ending } = pod(options);
  if (!ending) throw new Error('it has not ended');
  return describeEnding(ending);
}

test('R8: out of memory says which limit it was, and which field to set', () => {
  expect(words({})).toBe('container model was out of memory; raise resources.memory');
  expect(words({ memory: '2Gi' })).toBe('container model was out of memory at its limit of 2Gi; raise resources.limits.memory');
  const annotations = { 'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container model; cpu, memory limit for container model' };
  expect(words({ memory: '1Gi', annotations }))
    .toBe('container model was out of memory at its limit of 1Gi, which a LimitRange of the namespace sets; set resources.limits.memory');
  const request = { 'kubernetes.io/limit-ranger': 'LimitRanger plugin set: memory request for container model; memory limit for container other' };
  expect(words({ memory: '1Gi', annotations: request })).toContain('raise resources.limits.memory');
});

test('R12: an image that was loaded has no digest that a registry knows', () => {
  expect(pod({ imageID: `docker.io/acme/trainer@${DIGEST}` }).imageDigest).toBe(DIGEST);
  expect(pod({ imageID: DIGEST }).imageDigest).toBeUndefined();
});

test('the program is told from a sidecar that a webhook added, whose status comes first by name', () => {
  const observed = observePod({
    metadata: {
      name: 'p', namespace: 'team-a', uid: 'u', resourceVersion: '1', annotations: { 'kubectl.kubernetes.io/default-container': 'model' },
    },
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'istio-proxy', imageID: `docker.io/istio/proxy@sha256:${'b'.repeat(64)}`, state: {} },
        { name: 'model', imageID: `docker.io/acme/trainer@${DIGEST}`, state: {} },
      ],
    },
  } as never);
  expect(observed.imageDigest).toBe(DIGEST);
});
