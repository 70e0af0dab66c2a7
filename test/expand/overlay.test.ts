import type { PodSpec, Resource } from '../../src/api/resource';
import {
  CLOUDS, dataset, defined, jobOf, model, nameOf, notebook, platformOf, server, userContainer, userPod, userTemplate, volumeNamed,
} from './fixtures';

const T4 = { gpu: { type: 'nvidia-t4', count: 1 }, capacity: 'on-demand' } as const;

function withPod(pod: PodSpec, rest = {}) {
  return model({ pod, resources: T4, model: { name: 'base' }, ...rest });
}

const PLAIN = withPod({});

test('an empty one changes nothing', () => {
  expect(userTemplate(PLAIN)).toEqual(userTemplate(model({ resources: T4, model: { name: 'base' } })));
});

test('labels and annotations are added', () => {
  const { metadata } = userTemplate(withPod({ labels: { team: 'a' }, annotations: { note: 'b' } }));
  expect(metadata?.labels).toEqual({ ...userTemplate(PLAIN).metadata?.labels, team: 'a' });
  expect(metadata?.annotations).toEqual({ ...userTemplate(PLAIN).metadata?.annotations, note: 'b' });
});

test('node selectors and tolerations add to those of the GPU', () => {
  const pod = userPod(withPod({ nodeSelector: { disk: 'fast' }, tolerations: [{ key: 'team', operator: 'Exists' }] }));
  expect(pod.nodeSelector).toEqual({ ...userPod(PLAIN).nodeSelector, disk: 'fast' });
  expect(pod.tolerations).toEqual([...userPod(PLAIN).tolerations ?? [], { key: 'team', operator: 'Exists' }]);
});

test('affinity holds beside that of the capacity', () => {
  const zone = { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['a'] };
  const required = { nodeSelectorTerms: [{ matchExpressions: [zone] }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required }, podAntiAffinity: {} };
  const terms = userPod(withPod({ affinity })).affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const neither = ['spot', 'flex-start'].map((kind) => ({ key: `cloud.google.com/gke-${kind}`, operator: 'NotIn', values: ['true'] }));
  expect(terms).toEqual([{ matchExpressions: expect.arrayContaining([...neither, zone]) as unknown }]);
  expect(userPod(withPod({ affinity })).affinity?.podAntiAffinity).toEqual({});
});

test('volumes and mounts are appended', () => {
  const resource = withPod({ volumes: [{ name: 'cache', emptyDir: {} }], volumeMounts: [{ name: 'cache', mountPath: '/cache' }] });
  expect(volumeNamed('cache', userPod(resource)).emptyDir).toEqual({});
  expect(userContainer(resource).volumeMounts).toEqual([...userContainer(PLAIN).volumeMounts ?? [], { name: 'cache', mountPath: '/cache' }]);
});

test('what the pod has not is set: priority, runtime, scheduler, spread', () => {
  const spread = [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }];
  const fields = { priorityClassName: 'high', runtimeClassName: 'gvisor', schedulerName: 'volcano', topologySpreadConstraints: spread };
  expect(userPod(withPod(fields))).toMatchObject(fields);
});

test('the security context is merged over ours', () => {
  expect(userPod(withPod({ securityContext: { runAsUser: 1000, fsGroup: 1000 } })).securityContext).toEqual({
    fsGroup: 1000, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' },
  });
});

test('it is for the pod of the image alone, not for the helpers', () => {
  const resource = withPod({ labels: { team: 'a' }, priorityClassName: 'high' });
  expect(nameOf(jobOf('check', resource))).toBe(nameOf(jobOf('check', PLAIN)));
  expect(nameOf(jobOf('publish', resource))).toBe(nameOf(jobOf('publish', PLAIN)));
});

test('what the expansion has already may be said again', () => {
  expect(userPod(withPod({ nodeSelector: { 'cloud.google.com/gke-accelerator': 'nvidia-tesla-t4' } }))).toEqual(userPod(PLAIN));
});

test.each<[PodSpec, string]>([
  [{ labels: { 'substratus.ai/recipe': 'x' } }, 'pod.labels sets substratus.ai/recipe, which is reserved; use a key of your own'],
  [{ labels: { 'azure.workload.identity/use': 'false' } }, 'pod.labels sets azure.workload.identity/use, which is reserved; use a key of your own'],
  [{ labels: { 'app.kubernetes.io/managed-by': 'me' } }, 'pod.labels sets app.kubernetes.io/managed-by, which is reserved; use a key of your own'],
  [{ annotations: { 'substratus.ai/image-digest': 'x' } }, 'pod.annotations sets substratus.ai/image-digest, which is reserved; use a key of your own'],
  [{ labels: { model: 'other' } }, 'pod.labels sets model, which is reserved; use a key of your own'],
  [{ labels: { role: 'build' } }, 'pod.labels sets role, which is reserved; use a key of your own'],
  [{ annotations: { 'gke-gcsfuse/volumes': 'false' } }, 'pod.annotations sets gke-gcsfuse/volumes to false but the expansion needs true; leave it out'],
  [{ annotations: { 'container.apparmor.security.beta.kubernetes.io/model': 'unconfined' } },
    'pod.annotations sets container.apparmor.security.beta.kubernetes.io/model, but pod security decides on AppArmor; leave it out'],
  [{ nodeSelector: { 'cloud.google.com/gke-accelerator': 'nvidia-l4' } },
    'pod.nodeSelector sets cloud.google.com/gke-accelerator to nvidia-l4 but the expansion needs nvidia-tesla-t4; leave it out'],
  [{ volumes: [{ name: 'params', emptyDir: {} }] }, 'pod.volumes has a volume params, a name that the expansion uses; give it another'],
  [{ volumes: [{ name: 'bucket', persistentVolumeClaim: { claimName: 'artifacts' } }] },
    'pod.volumes has a volume bucket on the artifacts of a workspace; refer to a model or dataset to read one'],
  [{ volumes: [{ name: 'host', hostPath: { path: '/' } }] },
    'pod.volumes has a hostPath volume host, which pod security forbids; use a PersistentVolumeClaim or an emptyDir'],
  [{ volumeMounts: [{ name: 'x', mountPath: '/content/model' }] },
    'pod.volumeMounts mounts /content/model, which hides or lies in /content/model; mount it elsewhere'],
  [{ volumeMounts: [{ name: 'x', mountPath: '/content' }] },
    'pod.volumeMounts mounts /content, which hides or lies in /content/params.json; mount it elsewhere'],
  [{ volumeMounts: [{ name: 'x', mountPath: '/content/artifacts/cache/' }] },
    'pod.volumeMounts mounts /content/artifacts/cache/, which hides or lies in /content/artifacts; mount it elsewhere'],
  [{ volumeMounts: [{ name: 'x', mountPath: '/' }] },
    'pod.volumeMounts mounts /, which hides or lies in /content/params.json; mount it elsewhere'],
  [{ securityContext: { sysctls: [{ name: 'a', value: 'b' }] } }, 'pod.securityContext.sysctls is not allowed by pod security baseline; leave it out'],
  [{ securityContext: { seLinuxOptions: {} } }, 'pod.securityContext.seLinuxOptions is not allowed by pod security baseline; leave it out'],
  [{ securityContext: { windowsOptions: {} } }, 'pod.securityContext.windowsOptions is not allowed by pod security baseline; leave it out'],
  [{ securityContext: { seccompProfile: { type: 'Unconfined' } } },
    'pod.securityContext.seccompProfile is Unconfined, which pod security baseline forbids; use RuntimeDefault'],
  [{ volumes: [{ name: 'x', emptyDir: {} }, { name: 'x', emptyDir: {} }] }, 'pod.volumes has two volumes x; give one of them another name'],
  [{ labels: { server: 'chat' } }, 'pod.labels sets server, which is reserved; use a key of your own'],
  [{ volumes: [{ name: 'x', emptyDir: {} }], volumeMounts: [{ name: 'x', mountPath: '/content/./artifacts//' }] },
    'pod.volumeMounts mounts /content/./artifacts//, which hides or lies in /content/artifacts; mount it elsewhere'],
  [{ volumes: [{ name: 'x', emptyDir: {} }], volumeMounts: [{ name: 'x', mountPath: '/a' }, { name: 'x', mountPath: '/a/' }] },
    'pod.volumeMounts mounts /a/ twice; mount one of them elsewhere'],
  [{ volumes: [{ name: 'x', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
    'pod.volumes has a serviceAccountToken volume x, which pod security forbids; use a PersistentVolumeClaim or an emptyDir'],
  [{ volumeMounts: [{ name: 'x', mountPath: '/x' }] }, 'pod.volumeMounts mounts volume x, which pod.volumes does not have; add it'],
  [{ securityContext: { appArmorProfile: { type: 'Unconfined' } } },
    'pod.securityContext.appArmorProfile is Unconfined, which pod security baseline forbids; use RuntimeDefault'],
])('%j is an error', (pod, message) => {
  expect(() => userPod(withPod(pod))).toThrow(message);
});

test.each<[PodSpec, string]>([
  [{ securityContext: { runAsUser: 0 } }, 'pod.securityContext runs as root, which podSecurity restricted forbids; set runAsUser to another user'],
  [{ securityContext: { runAsNonRoot: false } }, 'pod.securityContext runs as root, which podSecurity restricted forbids; set runAsUser to another user'],
  [{ volumes: [{ name: 'home', nfs: { server: 's', path: '/' } }] },
    'pod.volumes has a nfs volume home, which pod security forbids; use a PersistentVolumeClaim or an emptyDir'],
])('restricted, %j is an error; under baseline it is not', (pod, message) => {
  expect(() => userPod(withPod(pod, { podSecurity: 'restricted' }))).toThrow(message);
  expect(() => userPod(withPod(pod))).not.toThrow();
});

test('a sibling of a path of ours is not in its way', () => {
  const pod = { volumes: [{ name: 'x', emptyDir: {} }], volumeMounts: [{ name: 'x', mountPath: '/content/models' }] };
  expect(() => userPod(server({ pod }))).not.toThrow();
});

test('case 09: a mount of one\'s own at /dev/shm takes the place of ours, with and without a GPU', () => {
  const volumes = [{ name: 'dshm', emptyDir: { medium: 'Memory', sizeLimit: '16Gi' } }];
  const pod = { volumes, volumeMounts: [{ name: 'dshm', mountPath: '/dev/shm/' }] };
  for (const resource of [withPod(pod), model({ pod })]) {
    expect(userContainer(resource).volumeMounts?.filter(({ mountPath }) => mountPath.startsWith('/dev/shm'))).toEqual(pod.volumeMounts);
    expect(userPod(resource).volumes?.map(({ name }) => name)).not.toContain('shm');
  }
});

test('case 09: a size and a mount of one\'s own at /dev/shm are one too many', () => {
  const pod = { volumes: [{ name: 'dshm', emptyDir: {} }], volumeMounts: [{ name: 'dshm', mountPath: '/dev/shm' }] };
  expect(() => userPod(model({ pod, resources: { sharedMemory: 4 } }))).toThrow(
    'resources.sharedMemory is 4Gi and pod.volumeMounts mounts /dev/shm too; leave one of them out');
});

const STAYS = { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false', 'karpenter.sh/do-not-disrupt': 'true' };

test.each(CLOUDS)('A8a, case 10: on %s no autoscaler moves a run, a publish or a notebook; a server and a check may be moved', (cloud) => {
  const options = { platform: platformOf(cloud) };
  const publish = (resource: Resource) => defined(jobOf('publish', resource, options).spec).template;
  const running = [model(), dataset(), notebook()].map((resource) => userTemplate(resource, options));
  const still = [...running, publish(model()), publish(dataset())];
  for (const { metadata } of still) expect(metadata?.annotations).toMatchObject(STAYS);
  for (const { metadata } of [userTemplate(server(), options), defined(jobOf('check', model(), options).spec).template]) {
    expect(Object.keys(metadata?.annotations ?? {}).filter((key) => key in STAYS)).toEqual([]);
  }
});

test('case 10: the author may let an autoscaler move it, without conflict', () => {
  const annotations = { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true', 'karpenter.sh/do-not-disrupt': 'false' };
  expect(userTemplate(withPod({ annotations })).metadata?.annotations).toMatchObject(annotations);
});
