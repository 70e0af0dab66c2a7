import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../../src/api/platform';
import type { ModelSpec } from '../../src/api/resource';
import { artifactOf, deletionJob } from '../../src/expand';
import { CLOUDS, defined, dataset, jobOf, model, platformOf, S3_COMPATIBLE, server, the, userContainer, userPod } from './fixtures';

const LOCAL = platformOf('local');

function publishPod(spec: ModelSpec = {}, platform = platformOf('gcp')): PodSpec {
  return defined(jobOf('publish', model(spec), { platform }).spec?.template.spec);
}

function containersOf({ initContainers = [], containers }: PodSpec): { readonly verify: Container; readonly publish: Container } {
  return { verify: the(initContainers, 'verify'), publish: the(containers, 'publish') };
}

function mountedIn({ volumeMounts = [] }: Container): string[] {
  return volumeMounts.map(({ name }) => name).sort();
}

test('an image may run as root by default, as the original Substratus\'s do, in a pod with the default seccomp profile', () => {
  expect(userContainer(model()).securityContext).toBeUndefined();
  expect(userPod(model()).securityContext).toEqual({ fsGroup: 3003, seccompProfile: { type: 'RuntimeDefault' } });
});

test('restricted, it may not', () => {
  expect(userPod(server({ podSecurity: 'restricted' })).securityContext?.runAsNonRoot).toBe(true);
  expect(userContainer(server({ podSecurity: 'restricted' })).securityContext).toEqual({
    allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] },
  });
});

test('volumes belong to the group of the original Substratus, so that an image of any user can write to them', () => {
  expect([model(), dataset(), server()].map((resource) => userPod(resource).securityContext?.fsGroup)).toEqual([3003, 3003, 3003]);
});

test('a helper runs as nobody, on a file system that it cannot change', () => {
  const check = jobOf('check', model()).spec?.template.spec?.containers[0]?.securityContext;
  expect(check).toMatchObject({ runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
});

describe('A1: the credential and the staged files', () => {
  test.each([...CLOUDS.map((cloud) => [cloud, platformOf(cloud)] as const), ['s3', S3_COMPATIBLE] as const])(
    'on %s, what looks at the files has no credential: neither in its environment nor mounted', (_, platform) => {
      const { verify } = containersOf(publishPod({}, platform));
      expect(mountedIn(verify)).toEqual(['artifacts', 'tmp']);
      expect(verify.env?.map(({ name }) => name)).toEqual(['RCLONE_CONFIG', 'SOURCE']);
    });

  test('the webhooks that give containers a token leave that one out', () => {
    const annotations = (cloud: string) => jobOf('publish', model(), { platform: platformOf(cloud) }).spec?.template.metadata?.annotations;
    expect(annotations('azure')).toMatchObject({ 'azure.workload.identity/skip-containers': 'verify' });
    expect(annotations('aws')).toMatchObject({ 'eks.amazonaws.com/skip-containers': 'verify' });
  });

  test.each([platformOf('gcp'), platformOf('aws'), platformOf('azure'), S3_COMPATIBLE])('what holds the credential is never root', (platform) => {
    expect(containersOf(publishPod({}, platform)).publish.securityContext).toMatchObject({
      runAsUser: 65532, runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] },
    });
  });

  test('what holds the credential cannot change the files', () => {
    const { publish } = containersOf(publishPod());
    expect(publish.volumeMounts).toContainEqual({ name: 'artifacts', mountPath: '/content/artifacts', readOnly: true });
  });

  test('no other pod of the workspace mounts the staging volume of a run, and changes it meanwhile', () => {
    const claimName = 'opt-model-staging-0123abcd';
    expect(() => userPod(server({ pod: { volumes: [{ name: 'mine', persistentVolumeClaim: { claimName } }] } })))
      .toThrow('pod.volumes has a volume mine on the staging volume of a run');
  });
});

test('what looks at the files is root with the two capabilities that it takes to open them', () => {
  expect(containersOf(publishPod()).verify.securityContext).toEqual({
    runAsUser: 0, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE', 'FOWNER'] },
  });
});

test('R4: restricted, it is the user of the program, or nobody where that is not known', () => {
  const userOf = (pod: ModelSpec['pod']) => containersOf(publishPod({ podSecurity: 'restricted', pod })).verify.securityContext;
  expect(userOf({ securityContext: { runAsUser: 1000 } })).toMatchObject({ runAsUser: 1000, runAsNonRoot: true, capabilities: { drop: ['ALL'] } });
  expect(userOf(undefined)).toMatchObject({ runAsUser: 65532, runAsNonRoot: true });
});

test('R3: a directory of the node belongs to root, who writes it and deletes from it', () => {
  const deletion = (spec: ModelSpec, platform = LOCAL) => (
    deletionJob(model(spec), platform, artifactOf(model(spec), platform, {})).spec?.template.spec?.containers[0]?.securityContext
  );
  const root = { runAsUser: 0, capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE'] } };
  expect(containersOf(publishPod({}, LOCAL)).publish.securityContext).toMatchObject(root);
  expect(deletion({})).toMatchObject(root);
  expect(deletion({ podSecurity: 'restricted' })).toMatchObject({ runAsUser: 65532 });
  expect(deletion({}, platformOf('gcp'))).toMatchObject({ runAsUser: 65532 });
});

test('R6: what copies asks for little on a laptop, and for half a CPU elsewhere', () => {
  const cpu = (platform: PlatformSpec) => containersOf(publishPod({}, platform)).publish.resources?.requests?.cpu;
  expect([cpu(LOCAL), cpu(platformOf('gcp'))]).toEqual(['100m', '500m']);
});
