/** Rules for every pod, as a user says them: A9, A10, B8, B13, cases 04, 05 and 15. */
import { App, Size } from 'cdk8s';
import type { Container, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { Access, Cluster, Gpu, Model, Platform, Preview, Workspace } from '../../../src';
import type { PodDefaults, ResourcesOptions, WorkspaceOptions } from '../../../src';
import { gcp, messageOf, model, server, untyped, workspace } from '../fixtures';
import { cluster, CLOUDS, emptyStack } from '../infrastructure/clouds';

interface Pod {
  readonly step: string;
  readonly template: PodTemplateSpec;
}

function podsOf(team: Workspace): Pod[] {
  return Preview.of(team.node.root as App).children.flatMap(({ step, manifest }) => {
    const { template } = (manifest as { spec?: { template?: PodTemplateSpec } }).spec ?? {};
    return template ? [{ step, template }] : [];
  });
}

function containersOf({ template: { spec } }: Pod): Container[] {
  return [...spec?.initContainers ?? [], ...spec?.containers ?? []];
}

const REGISTRY = 'registry.acme.example';

describe('case 04: every pod with an image of a private registry has its pull secret', () => {
  const lacking = (platform: Platform, own: string[] | undefined, options: WorkspaceOptions = {}) => {
    platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
    platform.addWorkspace('team-a', options);
    const team = new Workspace(new App(), 'team-a', { platform });
    const weights = new Model(team, 'qwen', { image: `${REGISTRY}/ml/loader:1`, imagePullSecrets: own });
    weights.serve('chat', {
      image: `${REGISTRY}/ml/vllm:1`, imagePullSecrets: own, access: Access.DOWNLOAD, resources: { gpu: Gpu.NVIDIA_L4 },
    });
    const pods = podsOf(team).filter((pod) => containersOf(pod).some(({ image }) => image?.startsWith(REGISTRY)));
    expect(pods.map(({ step }) => step)).toEqual(['check', 'run', 'publish', 'serve']);
    return pods.filter(({ template: { spec } }) => !spec?.imagePullSecrets?.some(({ name }) => name === 'regcred')).map(({ step }) => step);
  };
  const aws = (podDefaults?: PodDefaults) => Platform.aws({
    clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1', podDefaults, imageMirrors: { 'docker.io': `${REGISTRY}/mirror` },
  });

  test('said on the resource, for the platform, or for the workspace', () => {
    expect(lacking(aws(), ['regcred'])).toEqual([]);
    expect(lacking(aws({ imagePullSecrets: ['regcred'] }), undefined)).toEqual([]);
    expect(lacking(aws(), undefined, { podDefaults: { imagePullSecrets: ['regcred'] } })).toEqual([]);
  });
});

test('case 05: each container that talks to the store knows proxy and certificates', () => {
  const platform = Platform.local({
    clusterName: 'rack',
    podDefaults: { env: { HTTPS_PROXY: 'http://proxy.acme.example:3128', NO_PROXY: '.svc,10.0.0.0/8' }, caBundle: { configMapName: 'acme-ca' } },
    s3: { endpoint: 'https://s3.acme.example', bucketName: 'ml', credentialsSecret: 'minio' },
  });
  const team = workspace(platform);
  server(team);
  const containers = podsOf(team).flatMap(containersOf).filter(({ image }) => image?.includes('rclone'));
  expect(containers.map(({ name }) => name)).toEqual(expect.arrayContaining(['check', 'publish', 'download-model']));
  for (const { env = [] } of containers) expect(env.map(({ name }) => name)).toEqual(expect.arrayContaining(['HTTPS_PROXY', 'NO_PROXY', 'SSL_CERT_FILE']));
});

test('case 15: with limits of the resource and of the helpers, every container has them', () => {
  const platform = gcp();
  platform.addWorkspace('team-a', { podDefaults: { limits: { cpu: 2, memory: Size.gibibytes(2) } } });
  const team = new Workspace(new App(), 'team-a', { platform, createNamespace: false });
  model(team, 'opt', { resources: { cpu: 2, memory: Size.gibibytes(8), limits: { cpu: 4, memory: Size.gibibytes(12) } } });
  const limits = podsOf(team).flatMap(containersOf).map(({ name, resources }) => [name, resources?.limits]);
  expect(limits.filter(([name]) => name !== 'model').map(([, each]) => each)).toEqual(limits.slice(1).map(() => ({ cpu: '2', memory: '2Gi' })));
  expect(limits).toContainEqual(['model', { cpu: '4', memory: '12Gi' }]);
});

test.each<[ResourcesOptions, string]>([
  [{ cpu: 2, limits: { cpu: 1 } }, 'limits.cpu is 1 but cpu is 2; raise the limit, or ask for less'],
  [{ memory: Size.gibibytes(8), limits: { memory: Size.gibibytes(4) } }, 'limits.memory is 4Gi but memory is 8Gi; raise the limit, or ask for less'],
  [{ limits: { cpu: -1 } }, 'limits.cpu is -1; give a number of cores above 0, for example 2 or 0.5'],
  [{ limits: untyped({ memory: '4Gi' }) }, "limits.memory is '4Gi', which is not a Size; write for example Size.gibibytes(16)"],
  [{ limits: untyped({ disk: 1 }) }, 'limits has no prop disk; use one of cpu, memory'],
])('limits that cannot be are an error: %j', (resources, message) => {
  expect(messageOf(() => model(workspace(), 'opt', { resources }))).toBe(`[team-a/opt] ${message}`);
});

describe('B8: runtimeEnv', () => {
  test('is no part of the recipe, so that the name stays; it is written beside env', () => {
    const named = (props: object) => {
      const { modelName, node } = model(workspace(), 'opt', { env: { A: '1' }, ...props });
      return { modelName, spec: (node.findChild('Resource') as unknown as { toJson(): { spec: object } }).toJson().spec };
    };
    const [without, withIt] = [named({}), named({ runtimeEnv: { LOG_LEVEL: 'debug' } })];
    expect(withIt.modelName).toBe(without.modelName);
    expect(withIt.spec).toMatchObject({ env: { A: '1' }, runtimeEnv: { LOG_LEVEL: 'debug' } });
  });

  test.each([
    [{ env: { A: '1' }, runtimeEnv: { A: '2' } }, 'runtimeEnv A is in env too; leave it out of env if it changes no result, else out of runtimeEnv'],
    [{ params: { lr: 0.1 }, runtimeEnv: { PARAM_LR: '2' } }, 'runtimeEnv PARAM_LR is the variable of param lr; change the param instead'],
    [{ runtimeEnv: { HF_TOKEN: 'hf_0123456789abcdef0123' } }, 'runtimeEnv HF_TOKEN looks like a token or key in plain text; '
      + 'put it in a Secret and write ${{ secrets.<name>.<key> }}, or set allowPlainText: true'],
    [{ runtimeEnv: { '1A': 'x' } }, 'runtimeEnv 1A is not a name of an environment variable; use letters, digits and _, not first a digit'],
  ])('that would change a result, or cannot be, is an error: %j', (props, message) => {
    expect(messageOf(() => model(workspace(), 'opt', props))).toBe(`[team-a/opt] ${message}`);
  });
});

describe('what is said wrong is an error at once', () => {
  const said = (podDefaults: unknown) => messageOf(() => Platform.gcp({ clusterName: 'ml', bucketName: 'acme', podDefaults: untyped(podDefaults) }));

  test.each<[unknown, string]>([
    [[], 'podDefaults is []; give an object with any of labels, annotations, nodeSelector, tolerations, priorityClassName, imagePullSecrets, env, caBundle, limits'],
    [{ label: {} }, 'podDefaults has no prop label; did you mean labels?'],
    [{ labels: { role: 'x' } }, 'podDefaults.labels sets role, which is reserved; use a key of your own'],
    [{ labels: { team: 'a b' } }, 'podDefaults.labels has team=a b, which is not a label of Kubernetes; use letters, digits, -, _ and ., up to 63 characters each'],
    [{ nodeSelector: { '-x': 'a' } }, 'podDefaults.nodeSelector has -x=a, which is not a label of Kubernetes; use letters, digits, -, _ and ., up to 63 characters each'],
    [{ annotations: { 'substratus.ai/x': '1' } }, 'podDefaults.annotations sets substratus.ai/x, which is reserved; use a key of your own'],
    [{ tolerations: 'all' }, "podDefaults.tolerations is 'all'; give a list"],
    [{ tolerations: [{ key: 'a', operator: 'Exist' }] }, "podDefaults.tolerations.0.operator is 'Exist'; use Exists or Equal"],
    [{ nodeSelector: { 'substratus.ai/gpu': 'nvidia-l4' } },
      'podDefaults.nodeSelector has substratus.ai/gpu, a label of nodes with GPUs, where most pods cannot run; leave it out, and set resources.gpu of what needs one'],
    [{ nodeSelector: { 'cloud.google.com/gke-accelerator': 'nvidia-l4' } },
      'podDefaults.nodeSelector has cloud.google.com/gke-accelerator, a label of nodes with GPUs, where most pods cannot run; leave it out, and set resources.gpu of what needs one'],
    [{ priorityClassName: 1 }, 'podDefaults.priorityClassName is 1; give a string'],
    [{ imagePullSecrets: [{ name: 'regcred' }] }, 'podDefaults.imagePullSecrets.0 is {"name":"regcred"}; give a string'],
    [{ imagePullSecrets: ['Reg'] }, "podDefaults.imagePullSecrets has 'Reg', which is not a name of a Secret; give names alone"],
    [{ env: { 'A B': 'x' } }, 'podDefaults.env A B is not a name of an environment variable; use letters, digits and _, not first a digit'],
    [{ env: { A: '${{ secrets.x }}' } }, 'podDefaults.env A is not a secret expression; write ${{ secrets.<name>.<key> }}'],
    [{ env: { HF_LOGIN: 'hf_abcdefghijklmnopqrstuvwxyz' } },
      'podDefaults.env.HF_LOGIN looks like a token of Hugging Face, in plain text; put it in a Secret and write ${{ secrets.<name>.<key> }}'],
    [{ env: { HTTPS_PROXY: 'http://me:secret@proxy:3128' } },
      'podDefaults.env HTTPS_PROXY holds a password in plain text; put the URL in a Secret of each namespace and write ${{ secrets.<name>.<key> }}'],
    [{ env: { HTTPS_PROXY: 'http://a', https_proxy: 'http://b' } }, 'podDefaults.env has https_proxy and HTTPS_PROXY; give one, which is written in both cases'],
    [{ caBundle: 'acme-ca' }, "podDefaults.caBundle is 'acme-ca'; give an object with any of configMapName, key"],
    [{ caBundle: { configMapName: 'Acme' } }, "podDefaults.caBundle.configMapName is 'Acme'; give the name of a ConfigMap that each namespace has"],
    [{ caBundle: { configMapName: 'a', key: 'a/b' } }, "podDefaults.caBundle.key is 'a/b'; give a key of the ConfigMap, for example 'ca.crt'"],
    [{ limits: { cpu: 0 } }, 'podDefaults.limits.cpu is 0; give a number of cores above 0, for example 2 or 0.5'],
  ])('of a platform: %j', (podDefaults, message) => {
    expect(said(podDefaults)).toBe(`platform ml is invalid: ${message}`);
  });

  test('of a workspace, and of a cluster, where the construct is named', () => {
    const wrong = { imagePullSecrets: ['Reg'] };
    expect(messageOf(() => gcp().addWorkspace('team-a', { podDefaults: wrong }))).toMatch(/^platform ml cannot have workspace 'team-a': podDefaults\.imagePullSecrets has/);
    expect(messageOf(() => new Cluster(emptyStack(), 'ml', { cloud: CLOUDS.gcp, podDefaults: wrong }))).toMatch(/^\[cloud\/ml\] platform ml is invalid: podDefaults\.imagePullSecrets has/);
  });
});

describe('A10: images of add-ons', () => {
  test('can be said of a new cluster, with mirrors and rules, and are in what its platform says', () => {
    const props = {
      images: { 'cluster-autoscaler': `${REGISTRY}/autoscaler:1` },
      imageMirrors: { 'nvcr.io': `${REGISTRY}/nvcr` },
      podDefaults: { imagePullSecrets: ['regcred'] },
    };
    expect(cluster('aws', props).platform.toJson()).toMatchObject(props);
  });

  test.each<[object, string]>([
    [{ images: { 'nvidia-deviceplugin': 'x' } }, "images has 'nvidia-deviceplugin', which is not an image of ours; use nvidia-device-plugin"],
    [{ images: { rclone: 'https://x' } }, "images.rclone is 'https://x', which is not a reference to an image; write for example registry.example.com/rclone:1.0"],
    [{ imageMirrors: { 'dockr.io': 'x' } }, "imageMirrors has 'dockr.io', from which none of our images comes; use docker.io"],
    [{ imageMirrors: { 'docker.io': 'https://x' } },
      "imageMirrors.docker.io is 'https://x'; give host and path, without scheme, for example registry.example.com/dockerhub"],
    [{ imageMirrors: 'x' }, "imageMirrors is 'x'; give mirrors by registry, for example { 'docker.io': 'registry.example.com/dockerhub' }"],
  ])('that cannot be are an error: %j', (props, message) => {
    expect(messageOf(() => Platform.gcp(untyped({ clusterName: 'ml', bucketName: 'acme', ...props })))).toBe(message);
  });
});
