/** What the original Substratus got wrong, and this must not: the cheapest proof of each. More of most is in the tests of each file. */
import { customResourceDefinitions } from '../../src/api/crds';
import type { PlatformSpec } from '../../src/api/platform';
import { IMAGES } from '../../src/catalog/images';
import { isAdoptable } from '../../src/reconciler/act/adoption';
import { StatusWriter } from '../../src/reconciler/act/status-writer';
import type { StatusWriterContext } from '../../src/reconciler/act/status-writer';
import { tokenOf } from '../../src/reconciler/act/token-key';
import { SYSTEM_CLOCK } from '../../src/reconciler/clock';
import type { ApplyOptions, Client } from '../../src/reconciler/kube/client';
import type { LiveObject } from '../../src/reconciler/kube/types';
import { newCaches } from '../../src/reconciler/observe/caches';
import {
  childOf, CLOUDS, dataset, jobOf, model, notebook, platformOf, server, userContainer, userPod, userTemplate,
} from '../expand/fixtures';
import { World } from './world';

const PLATFORM = platformOf('gcp', { gpuPools: [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 8 }] });
const ENDED = { phase: 'Failed' as const, exitCode: 3, message: 'no such file' };

function world(platform: PlatformSpec = PLATFORM): World {
  return new World(platform);
}

/** A Server whose pods answer. */
function serving(cluster: World) {
  cluster.publish(cluster.add(model()));
  const chat = cluster.add(server());
  cluster.settle();
  cluster.rollOut(chat);
  return chat;
}

test('weakness 1: an edit of a finished Model is refused, and where an old cluster lets it through it is never ignored', () => {
  const [definition] = customResourceDefinitions();
  const { versions: [{ schema }] } = (definition as unknown as { spec: { versions: [{ schema: unknown }] } }).spec;
  expect(JSON.stringify(schema)).toContain('image decides the content of a Model and cannot change');
  const cluster = world();
  const opt = cluster.add(model());
  cluster.publish(opt);
  const { spec } = cluster.get(opt);
  expect(spec).toEqual(opt.spec);
  cluster.change(opt, { spec: { params: { steps: 2 } } });
  cluster.settle();
  expect(cluster.ready(opt)).toMatchObject({ status: 'False', reason: 'Checking' });
});

test('weakness 2: another spec is another Job and another folder; what is published is not computed again', () => {
  const names = [1, 2].map((steps) => jobOf('run', model({ params: { steps } })).metadata?.name);
  expect(new Set(names).size).toBe(2);
  const cluster = world();
  const opt = cluster.add(model());
  cluster.settle();
  cluster.end(opt, 'check', { message: '{"published":true,"contentDigest":"sha256:cc","bytes":1,"files":1}' });
  cluster.settle();
  expect(cluster.roles(opt)).not.toContain('Job run');
});

test('weakness 3: the Job of someone else, or of a former resource of the same name, is not taken for ours', () => {
  const job = jobOf('run', model());
  const live = { ...job, metadata: { ...job.metadata, uid: 'u', resourceVersion: '1' } } as LiveObject;
  const ownerReferences = [{ apiVersion: 'substratus.ai/v1', kind: 'Model', name: 'opt', uid: 'former', controller: true }];
  expect(isAdoptable(live, job)).toBe(true);
  expect(isAdoptable({ ...live, metadata: { ...live.metadata, ownerReferences } }, job)).toBe(false);
});

test('weakness 4: a failure ends in Stalled, with the last words, what to do, and the generation that it is about', () => {
  const cluster = world();
  const opt = cluster.add(model({ retries: 0 }));
  cluster.settle();
  cluster.end(opt, 'check', { message: '{"published":false}' });
  cluster.settle();
  cluster.end(opt, 'run', ENDED);
  cluster.settle();
  expect(cluster.ready(opt)).toMatchObject({ status: 'False', reason: 'RunFailed', observedGeneration: 1, message: expect.stringMatching(/exited with 3: no such file; .*substratus\.ai\/retry/) });
  expect(cluster.condition(opt, 'Stalled')).toMatchObject({ status: 'True' });
});

test.each([
  ['a build of nothing', model({ build: {} }), 'InvalidSpec'],
  ['a build from two sources', model({ build: { git: { url: 'https://example.com/a' }, upload: { md5Checksum: 'a'.repeat(32), requestID: '1' } } }), 'InvalidSpec'],
  ['a Server without a model', server({ model: undefined }), 'InvalidSpec'],
  ['a GPU that there is not', notebook({ resources: { gpu: { type: 'nvidia-l5', count: 1 } } }), 'InvalidSpec'],
  ['a name that is too long', model({}, 'x'.repeat(254)), 'InvalidSpec'],
  ['a model of itself', model({ model: { name: 'opt' } }), 'DependencyCycle'],
])('weakness 5: %s is told in the status, and nothing falls over', (_, resource, reason) => {
  const cluster = world();
  cluster.add(resource);
  cluster.settle();
  expect(cluster.ready(resource)).toMatchObject({ status: 'False', reason });
  expect(cluster.condition(resource, 'Stalled')).toBeDefined();
});

test('weakness 6: the environment is in order however it is written, and other params restart a Server', () => {
  const [one, other] = [{ B: '1', A: '2' }, { A: '2', B: '1' }].map((env) => JSON.stringify(userTemplate(server({ env }))));
  expect(one).toBe(other);
  const [before, after] = [1, 2].map((temperature) => JSON.stringify(userTemplate(server({ params: { temperature } }))));
  expect(before).not.toBe(after);
});

test('weakness 7: another repository, path or ref is another image and another build', () => {
  const git = { url: 'https://example.com/a', path: 'x', branch: 'main' };
  const builds = [git, { ...git, url: 'https://example.com/b' }, { ...git, path: 'y' }, { ...git, branch: 'next' }].map((each) => model({ build: { git: each } }));
  expect(new Set(builds.map((resource) => jobOf('build', resource).metadata?.name)).size).toBe(4);
  expect(new Set(builds.map((resource) => userContainer(resource).image)).size).toBe(4);
});

test('weakness 8: a status is applied by a manager of its own, to the very version that it is about', async () => {
  const cluster = world();
  const opt = cluster.add(model());
  const sent: unknown[] = [];
  const client = {
    apply: async (_: unknown, body: LiveObject, options: ApplyOptions) => {
      sent.push([body.metadata, options]);
      return { ...opt, ...body };
    },
  } as unknown as Client;
  const writer = new StatusWriter({ client, caches: newCaches(), clock: SYSTEM_CLOCK, events: { record: () => undefined } as unknown as StatusWriterContext['events'] });
  const { metadata: { uid, resourceVersion } } = cluster.get(opt);
  await writer.tell(cluster.get(opt), cluster.decide(opt).verdict);
  expect(sent).toEqual([[{ name: 'opt', namespace: 'team-a', uid, resourceVersion }, { force: true, subresource: 'status', fieldManager: 'substratus-status' }]]);
});

test('weakness 9: a notebook is a Deployment with a disk, and a Server can do without a second GPU, or with an autoscaler', () => {
  const { spec } = childOf('Deployment', notebook());
  expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  expect(userPod(notebook()).volumes).toContainEqual({ name: 'storage', persistentVolumeClaim: { claimName: 'lab-notebook' } });
  expect(childOf('Deployment', server({ surge: false })).spec?.strategy?.rollingUpdate).toEqual({ maxSurge: 0, maxUnavailable: 1 });
  expect(childOf('Deployment', server({ scaling: 'external' })).spec).not.toHaveProperty('replicas');
  expect(userContainer(server({ readinessPath: '/health' }))).toMatchObject({ startupProbe: expect.anything(), readinessProbe: { httpGet: { path: '/health' } } });
});

test('weakness 10: a ConfigMap that is deleted comes back, and an artifact goes only where deletionPolicy says so', () => {
  const cluster = world();
  const chat = serving(cluster);
  cluster.remove(cluster.child(chat, 'ConfigMap'));
  cluster.settle();
  expect(cluster.roles(chat)).toContain('ConfigMap params');
  const finalizers = (['Retain', 'Delete'] as const).map((deletionPolicy) => {
    const opt = cluster.add(model({ deletionPolicy }, deletionPolicy.toLowerCase()));
    cluster.settle();
    return cluster.get(opt).metadata.finalizers ?? [];
  });
  expect(finalizers).toEqual([[], ['substratus.ai/artifact']]);
});

test.each(CLOUDS)('weakness 11: on %s user code has no identity that may write, and each step the least', (cloud) => {
  const options = { platform: platformOf(cloud) };
  const account = (step: 'check' | 'run' | 'publish') => jobOf(step, model(), options).spec?.template.spec?.serviceAccountName;
  expect([account('check'), account('run'), account('publish')]).toEqual(['artifact-reader', 'artifact-reader', 'artifact-writer']);
  expect([server(), notebook()].map((resource) => userPod(resource, options).serviceAccountName)).toEqual(['artifact-reader', 'artifact-reader']);
});

test('weakness 12: each notebook has a token of its own, from a Secret', () => {
  const key = Buffer.alloc(32, 7);
  expect(tokenOf('uid-1', key)).not.toBe(tokenOf('uid-2', key));
  expect(tokenOf('uid-1', key).length).toBeGreaterThanOrEqual(43);
  const [token] = userContainer(notebook()).env?.filter(({ name }) => name === 'NOTEBOOK_TOKEN') ?? [];
  expect(token).toEqual({ name: 'NOTEBOOK_TOKEN', valueFrom: { secretKeyRef: { name: 'lab-notebook-token', key: 'token' } } });
});

test('weakness 13: no status has a signed URL in it; an upload is answered in words', () => {
  const cluster = world();
  const opt = cluster.add(model({ build: { upload: { md5Checksum: 'a'.repeat(32), requestID: '1' } } }));
  cluster.settle();
  expect(cluster.get(opt).status).not.toHaveProperty('buildUpload');
  expect(cluster.ready(opt)).toMatchObject({ reason: 'InvalidSpec', message: expect.stringMatching(/build\.upload .*; /) });
});

test('weakness 14: tools are of a version, and nothing is built as root', () => {
  for (const image of Object.values(IMAGES)) expect(image).toMatch(/:([a-z0-9]+-)*(v?\d+\.\d+\.\d+|RELEASE\.\d{4}|b\d{4,}$|\d{4}-\d\d-\d\d$|[0-9a-f]{8}$)/);
  const pod = jobOf('build', dataset({ build: { git: { url: 'https://example.com/a' } } })).spec?.template.spec;
  expect(pod?.securityContext?.runAsUser).toBe(1000);
  expect(JSON.stringify(pod)).not.toContain('"privileged":true');
});

test('weakness 15: CPU and memory grow with the GPUs, defaults do not depend on what else is set, and fractions are allowed', () => {
  const requests = (resources?: Parameters<typeof model>[0]) => userContainer(model(resources)).resources?.requests ?? {};
  const [one, four] = [1, 4].map((count) => Number(requests({ resources: { gpu: { type: 'nvidia-l4', count } } }).cpu));
  expect(four).toBeGreaterThan(one ?? Infinity);
  expect(requests({ resources: { cpu: 3 } })['ephemeral-storage']).toBe(requests()['ephemeral-storage']);
  expect(requests({ resources: { cpu: '500m' } }).cpu).toBe('500m');
});
