import type { Job } from 'kubernetes-types/batch/v1';
import type { PodTemplate } from 'kubernetes-types/core/v1';
import { recipeDigest } from '../../src/api/digest';
import type { GpuPoolSpec } from '../../src/api/platform';
import type { ModelSpec, Resource } from '../../src/api/resource';
import { lentTooShort } from '../../src/expand';
import type { RetryTokens } from '../../src/expand';
import { definitionErrors } from '../schemas/definitions';
import { schemaErrors } from '../schemas/validate';
import { childrenOf, dataset, model, notebook, platformOf, server } from './fixtures';

const H100 = { gpu: { type: 'nvidia-h100', count: 8 } };
const POOL: GpuPoolSpec = { name: 'h100', gpu: 'nvidia-h100', gpusPerNode: 8, maxNodes: 4, capacity: 'queued' };
const QUEUED = platformOf('gcp', { gpuPools: [POOL] });
const CONSUMES = 'autoscaling.x-k8s.io/consume-provisioning-request';

interface ProvisioningRequest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly provisioningClassName: string; readonly parameters: object; readonly podSets: readonly object[] };
}

interface On {
  readonly platform?: typeof QUEUED;
  readonly tokens?: RetryTokens;
}

function ofKind<T>(kind: string, resource: Resource, { platform = QUEUED, tokens }: On = {}): T[] {
  const ofRun = childrenOf(resource, { platform, tokens }).filter(({ step }) => step === 'run');
  return ofRun.map(({ object }) => object).filter((object) => object.kind === kind) as unknown as T[];
}

function requestOf(resource: Resource, tokens?: RetryTokens): ProvisioningRequest {
  const [request] = ofKind<ProvisioningRequest>('ProvisioningRequest', resource, { tokens });
  if (!request) throw new Error('there is no request');
  return request;
}

function runOf(resource: Resource, tokens?: RetryTokens): Job {
  const [job] = ofKind<Job>('Job', resource, { tokens });
  if (!job) throw new Error('there is no Job');
  return job;
}

function queued(spec: ModelSpec = {}): Resource {
  return model({ resources: H100, ...spec });
}

test.each([['Model', queued()], ['Dataset', dataset({ resources: H100 })]])('a %s on a queued pool asks for its node before its Job is there, and its pod takes it', (_, resource) => {
  const kinds = childrenOf(resource, { platform: QUEUED }).filter(({ step }) => step === 'run').map(({ object }) => object.kind);
  expect(kinds).toEqual(['PersistentVolumeClaim', 'PodTemplate', 'ProvisioningRequest', 'Job']);
  const request = requestOf(resource);
  const { name } = request.metadata;
  expect(request.spec).toEqual({
    provisioningClassName: 'queued-provisioning.gke.io',
    parameters: { maxRunDurationSeconds: '604800' },
    podSets: [{ count: 1, podTemplateRef: { name } }],
  });
  expect(runOf(resource).spec?.template.metadata?.annotations).toMatchObject({
    [CONSUMES]: name, 'autoscaling.x-k8s.io/provisioning-class-name': 'queued-provisioning.gke.io',
  });
  expect(definitionErrors(request)).toEqual([]);
});

test('the template of the request is that of the pod, so that the nodes are those that it can be on', () => {
  const [template] = ofKind<PodTemplate>('PodTemplate', queued());
  const { template: ofJob } = runOf(queued()).spec ?? {};
  expect(template?.template?.spec).toEqual(ofJob?.spec);
  expect(template?.metadata?.labels).toMatchObject({ 'cloud.google.com/apply-warden-policies': 'true' });
  expect(template?.metadata?.name).toBe(requestOf(queued()).metadata.name);
  expect([...schemaErrors(runOf(queued()), '1.27'), ...schemaErrors(runOf(queued()), 'current')]).toEqual([]);
});

test('the pod is on nodes of flex-start, and tolerates the taint of those that are queued', () => {
  const { nodeSelector, tolerations } = runOf(queued()).spec?.template.spec ?? {};
  expect(nodeSelector).toEqual({ 'cloud.google.com/gke-accelerator': 'nvidia-h100-80gb', 'cloud.google.com/gke-flex-start': 'true' });
  expect(tolerations).toContainEqual({ key: 'cloud.google.com/gke-queued', operator: 'Equal', value: 'true', effect: 'NoSchedule' });
});

test.each([
  [{ timeout: '2h' }, 3 * 7200 + 3600],
  [{ timeout: '2h', retries: 0 }, 7200 + 3600],
  [{ timeout: '160h', retries: 0 }, 160 * 3600 + 3600],
  [{ timeout: '100h' }, 604_800],
])('nodes are asked for as long as all attempts may take, and a week at most: %j', (spec, seconds) => {
  expect(requestOf(queued(spec)).spec.parameters).toEqual({ maxRunDurationSeconds: String(seconds) });
});

test('what a run asks for, and its retry, are another request; what changes neither is the same one', () => {
  const names = [queued(), queued({ resources: { ...H100, memory: '200Gi' } }), queued({ timeout: '2h' })].map((resource) => requestOf(resource).metadata.name);
  const retried = requestOf(queued(), { run: 'again' }).metadata.name;
  expect(new Set([...names, retried]).size).toBe(4);
  expect(runOf(queued(), { run: 'again' }).spec?.template.metadata?.annotations?.[CONSUMES]).toBe(retried);
  expect(requestOf(queued(), { publish: 'again' }).metadata.name).toBe(names[0]);
});

test('one that is suspended asks for no node, and its Job is the same', () => {
  expect(ofKind('ProvisioningRequest', queued({ suspend: true }))).toEqual([]);
  expect(runOf(queued({ suspend: true })).metadata?.name).toBe(runOf(queued()).metadata?.name);
});

test('the artifact is the same, however its nodes come', () => {
  expect(recipeDigest(model({ resources: { ...H100, capacity: 'queued' } }) as never)).toBe(recipeDigest(model() as never));
});

test('where the platform has other nodes too, only what asks for queued ones is on them', () => {
  const both = { platform: platformOf('gcp', { gpuPools: [POOL, { ...POOL, name: 'spot', capacity: 'spot' }] }) };
  expect(ofKind('ProvisioningRequest', queued(), both)).toEqual([]);
  expect(ofKind('ProvisioningRequest', queued({ resources: { ...H100, capacity: 'spot-first' } }), both)).toEqual([]);
  expect(ofKind('ProvisioningRequest', queued({ resources: { ...H100, capacity: 'queued' } }), both)).toHaveLength(1);
});

test.each([
  ['Server', server({ resources: H100 })],
  ['Notebook', notebook({ resources: H100 })],
  ['Server', server({ resources: { ...H100, capacity: 'queued' } })],
])('a %s cannot be on queued nodes', (kind, resource) => {
  expect(() => childrenOf(resource, { platform: QUEUED })).toThrow(
    `a ${kind} cannot run on queued nodes (pool h100 with nvidia-h100): they are lent for one run, which ends, and for 7 days at most; `
    + 'add a pool of another capacity, for example flex-start, or use another gpu');
});

test('a capacity that no pool has is an error that says what to add', () => {
  expect(() => childrenOf(model({ resources: { gpu: { type: 'nvidia-l4', count: 1 }, capacity: 'queued' } }), { platform: QUEUED })).toThrow(
    'capacity is queued but platform ml has no queued pool with nvidia-l4; add one (PoolCapacity.queued(), or addGpuPool with queued: true), or leave capacity out');
  expect(() => childrenOf(queued({ resources: { ...H100, capacity: 'spot' } }), { platform: QUEUED })).toThrow(
    'capacity is spot but pool h100 with nvidia-h100 is queued; add a pool of that capacity, or leave capacity out');
});

test('a run that may take longer than its nodes are lent for is told', () => {
  expect(lentTooShort(queued({ timeout: '240h' }), QUEUED)).toBe(
    'timeout is 240h, but queued nodes are lent for 168h (7 days) at most: a run that takes longer is stopped then, and goes on from '
    + 'what it has left in /content/artifacts on other nodes; use another capacity, or write checkpoints');
  expect(lentTooShort(queued({ timeout: '240h' }), platformOf('gcp', { gpuPools: [{ ...POOL, capacity: 'flex-start' }] }))).toContain('but flex-start nodes are lent');
  for (const [resource, platform] of [
    [queued({ timeout: '168h' }), QUEUED], [queued(), QUEUED], [model({ timeout: '240h' }), QUEUED], [server(), QUEUED],
    [queued({ timeout: '240h' }), platformOf('gcp', { gpuPools: [{ ...POOL, capacity: 'spot' }] })],
  ] as const) expect(lentTooShort(resource, platform)).toBeUndefined();
});
