import type { PodSpec } from 'kubernetes-types/core/v1';
import type { GitSpec } from '../../src/api/build';
import { childrenOf, CLOUDS, dataset, defined, envOf, jobOf, model, nameOf, notebook, platformOf, server, the, userContainer } from './fixtures';

const GIT = { url: 'https://example.com/models.git', path: 'opt', tag: 'v1' };
const BUILT = model({ build: { git: GIT } });

function podOf(git: GitSpec = GIT, options = {}) {
  return defined(jobOf('build', model({ build: { git } }), options).spec?.template.spec);
}

function contextOf(git: GitSpec): string | undefined {
  return envOf(the(podOf(git).containers, 'builder')).CONTEXT;
}

function imageOf(git: GitSpec): string | undefined {
  return userContainer(model({ build: { git } })).image;
}

test('a build is a gate before the rest, for every kind', () => {
  const build = { git: GIT };
  const steps = [model({ build }), dataset({ build }), server({ build }), notebook({ build })].map((resource) =>
    [...new Set(childrenOf(resource).map(({ step }) => step))].join(' '));
  expect(steps).toEqual(['prepare build check run publish', 'prepare build check run publish', 'build serve', 'build serve']);
});

test('what is built is what runs, also beside an image', () => {
  const image = envOf(the(podOf().containers, 'builder')).IMAGE;
  expect(userContainer(BUILT).image).toBe(image);
  expect(userContainer(model({ image: 'old', build: { git: GIT } })).image).toBe(image);
});

test('the image lies in the repository of the workspace, tagged by a hash of url, path and ref', () => {
  expect(imageOf(GIT)).toMatch(/^registry\.example\.com\/acme\/team-a:[0-9a-z]{26}$/);
  const tags = [GIT, { ...GIT, url: 'https://example.com/other.git' }, { ...GIT, path: 'x' }, { ...GIT, tag: 'v2' }, { url: GIT.url }].map(imageOf);
  expect(new Set(tags).size).toBe(5);
});

test('whoever builds the same gets the same image', () => {
  const other = dataset({ build: { git: { ...GIT } } });
  expect(userContainer(other).image).toBe(imageOf(GIT));
});

test.each<[GitSpec, string]>([
  [{ url: 'https://example.com/r' }, 'https://example.com/r.git'],
  [{ url: 'https://example.com/r/' }, 'https://example.com/r.git'],
  [{ url: 'https://example.com/r.git/' }, 'https://example.com/r.git'],
  [{ url: 'https://example.com/r.git', tag: 'v1' }, 'https://example.com/r.git#v1'],
  [{ url: 'https://example.com/r.git', branch: 'main', path: 'a/b' }, 'https://example.com/r.git#main:a/b'],
  [{ url: 'https://example.com/r.git', path: 'a' }, 'https://example.com/r.git#:a'],
  [{ url: 'https://example.com/r.git', tag: 'v1', branch: 'main' }, 'https://example.com/r.git#v1'],
  [{ url: 'git@example.com:r.git', branch: 'main' }, 'git@example.com:r.git#main'],
])('BuildKit fetches %j from %s', (git, context) => {
  expect(contextOf(git)).toBe(context);
});

test('an image that exists is not built again', () => {
  const { initContainers = [], containers } = podOf(GIT, { platform: platformOf('local') });
  expect(the(initContainers, 'exists').command?.join(' ')).toContain('regctl manifest head "$IMAGE"');
  expect(the(containers, 'builder').command?.join(' ')).toContain('if [ -e "$DOCKER_CONFIG/exists" ]');
});

const pushingTo = (cloud: string, url: string, secret?: string) => (
  podOf(GIT, { platform: platformOf(cloud, { registry: { url, secret } }) })
);
const stepsOf = ({ initContainers = [] }: PodSpec) => initContainers.map(({ name }) => name);

test.each([
  ['gcp', 'us-docker.pkg.dev/acme/ml'], ['gcp', 'gcr.io/acme'], ['gcp', 'eu.gcr.io/acme'],
  ['aws', '123456789012.dkr.ecr.us-east-1.amazonaws.com/ml'], ['aws', '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/ml'],
  ['aws', '123456789012.dkr-ecr.us-east-1.on.aws/ml'], ['azure', 'acme.azurecr.io/ml'],
])('on %s it logs in to %s with the identity of the image builder', (cloud, url) => {
  const pod = pushingTo(cloud, url);
  expect(pod.serviceAccountName).toBe('image-builder');
  expect(stepsOf(pod)).toEqual(['login', 'exists']);
});

test.each(CLOUDS.flatMap((cloud) => [
  'ghcr.io/acme', 'registry.example.com/acme', 'us-docker.pkg.dev.evil.example/acme', 'evil.example/us-docker.pkg.dev', 'notgcr.io/a', 'pkg.dev/a',
  '123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.example/ml', 'x.dkr.ecr.us-east-1.amazonaws.com/ml', 'acme.azurecr.io.evil.example/ml', 'localhost:5000',
].map((url) => [cloud, url] as const)))('A7: on %s no token of the cloud goes to %s', (cloud, url) => {
  expect(stepsOf(pushingTo(cloud, url))).toEqual(['exists']);
});

test.each([['123456789012.dkr.ecr.eu-west-3.amazonaws.com', 'eu-west-3'], ['123456789012.dkr-ecr.eu-west-3.on.aws', 'eu-west-3'],
  ['123456789012.dkr.ecr-fips.us-gov-east-1.amazonaws.com', 'us-gov-east-1']])('A7: the region of %s is %s', (host, region) => {
  expect(envOf(defined(pushingTo('aws', `${host}/ml`).initContainers?.[0]))).toMatchObject({ REGION: region, REGISTRY: host });
});

test('A7: a Secret takes the place of the cloud\'s token, and only the build mounts it', () => {
  const pod = pushingTo('gcp', 'us-docker.pkg.dev/acme/ml', 'push');
  expect(stepsOf(pod)).toEqual(['exists']);
  expect(pod.volumes).toContainEqual({ name: 'registry', secret: { secretName: 'push', items: [{ key: '.dockerconfigjson', path: 'config.json' }] } });
  expect(the(pod.containers, 'builder').volumeMounts)
    .toContainEqual({ name: 'registry', mountPath: '/docker/config.json', subPath: 'config.json', readOnly: true });
  const platform = platformOf('gcp', { registry: { url: 'ghcr.io/acme', secret: 'push' } });
  const others = childrenOf(BUILT, { platform }).filter(({ step }) => step !== 'build');
  expect(JSON.stringify(others)).not.toContain('secretName');
});

test('a registry on a laptop is pushed to over plain HTTP', () => {
  const platform = platformOf('local', { registry: { url: 'registry:5000', insecure: true } });
  expect(envOf(the(podOf(GIT, { platform }).containers, 'builder')).PUSH_OPTIONS).toBe(',registry.insecure=true');
  expect(envOf(the(podOf().containers, 'builder')).PUSH_OPTIONS).toBe('');
});

test('BuildKit runs without root', () => {
  expect(podOf().securityContext?.runAsUser).toBe(1000);
  expect(the(podOf().containers, 'builder').securityContext?.privileged).toBeUndefined();
});

test('AppArmor is out of its way: by the field since 1.30, by the annotation before', () => {
  const annotation = 'container.apparmor.security.beta.kubernetes.io/builder';
  const on = (kubernetesVersion?: string) => {
    const template = jobOf('build', BUILT, { platform: platformOf('gcp', { kubernetesVersion }) }).spec?.template;
    return [template?.spec?.containers[0]?.securityContext?.appArmorProfile?.type, template?.metadata?.annotations?.[annotation]];
  };
  expect([on(), on('1.29'), on('1.30')]).toEqual([['Unconfined', undefined], [undefined, 'unconfined'], ['Unconfined', undefined]]);
});

test('another ref is another build, and so is a retry', () => {
  const names = [
    nameOf(jobOf('build', BUILT)), nameOf(jobOf('build', model({ build: { git: { ...GIT, tag: 'v2' } } }))), nameOf(jobOf('build', BUILT, { tokens: { build: '1' } })),
  ];
  expect(new Set(names).size).toBe(3);
});

test('a workspace that does not allow builds is an error', () => {
  const message = 'build needs an unconfined pod, which workspace team-a does not allow; set builds: true on the workspace, or set image instead of build';
  expect(() => childrenOf(BUILT, { platform: platformOf('gcp', { workspaces: [{ namespace: 'team-a' }] }) })).toThrow(message);
  expect(() => childrenOf(BUILT, { platform: platformOf('gcp', { workspaces: undefined }) })).toThrow(message);
});

test('a platform without a registry is an error', () => {
  expect(() => childrenOf(BUILT, { platform: platformOf('gcp', { registry: undefined }) })).toThrow(
    'build needs an image registry but the platform has none; give it a registry',
  );
});

test('an upload is an error that says the way out', () => {
  expect(() => childrenOf(model({ build: { upload: { md5Checksum: 'x', requestID: '1' } } }))).toThrow(
    'build.upload is not supported yet; push the sources to git and use build.git, pack them into build.archive, or build the image elsewhere and set image',
  );
});

test('a build of nothing is an error, and so is a resource with nothing to run', () => {
  expect(() => childrenOf(model({ build: {} }))).toThrow('build names no source; set build.git.url or build.archive, or set image instead of build');
  expect(() => childrenOf(model({ image: undefined }))).toThrow('neither image, build nor runtime is set; set image to what to run, or runtime to a ready-made program');
});

test('a registry without TLS is asked and pushed to without', () => {
  const { initContainers = [], containers } = podOf(GIT, { platform: { ...platformOf('local'), registry: { url: 'registry.local:5000', insecure: true } } });
  expect(envOf(the(initContainers, 'exists')).INSECURE).toBe('true');
  expect(envOf(the(containers, 'builder')).PUSH_OPTIONS).toBe(',registry.insecure=true');
});
