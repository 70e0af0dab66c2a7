import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ServerSpec } from '../../src/api/resource';
import { ExpandError, gatesOf, serviceName } from '../../src/expand';
import { childOf, childrenOf, defined, mountPaths, nameOf, platformOf, server, userContainer, userPod, volumeNamed } from './fixtures';

function deployment(spec: ServerSpec = {}): NonNullable<Deployment['spec']> {
  return defined(childOf('Deployment', server(spec)).spec);
}

function containerOn(kubernetesVersion: string | undefined) {
  return userContainer(server(), { platform: platformOf('gcp', { kubernetesVersion }) });
}

test('names, labels and ports are those of the original Substratus', () => {
  const service = childOf('Service', server());
  expect([nameOf(childOf('Deployment', server())), nameOf(service), serviceName(server())]).toEqual(Array(3).fill('chat-server'));
  expect(deployment().selector.matchLabels).toEqual({ server: 'chat', role: 'run' });
  expect(service.spec?.selector).toEqual({ server: 'chat', role: 'run' });
  expect(service.spec?.ports).toEqual([{ name: 'http', port: 8080, targetPort: 'http-serve', protocol: 'TCP' }]);
  expect(userContainer(server())).toMatchObject({ name: 'serve', ports: [{ name: 'http-serve', containerPort: 8080 }] });
});

test('another port is that of the container and of the Service', () => {
  expect(userContainer(server({ port: 8000 })).ports?.[0]?.containerPort).toBe(8000);
  expect(childOf('Service', server({ port: 8000 })).spec?.ports?.[0]?.port).toBe(8000);
});

test('it reads its model, and has no place for artifacts', () => {
  expect(mountPaths(userContainer(server()))).toEqual(['/content/model', '/content/params.json', '/dev/shm']);
});

describe('an adapter', () => {
  const BASE = { base: { name: 'base' } };

  test.each(['gcp', 'aws', 'azure', 'local'])('is mounted beside its base on %s', (cloud) => {
    const container = userContainer(server(BASE), { platform: platformOf(cloud) });
    expect(mountPaths(container)).toEqual(expect.arrayContaining(['/content/model', '/content/base']));
    const [model, base] = ['/content/model', '/content/base'].map((path) => container.volumeMounts?.find(({ mountPath }) => mountPath === path));
    expect([model?.readOnly, base?.readOnly]).toEqual([true, true]);
    expect([model?.name, model?.subPath]).not.toEqual([base?.name, base?.subPath]);
  });

  test('is downloaded beside its base', () => {
    expect(userPod(server({ ...BASE, access: 'download' })).initContainers?.map(({ name }) => name)).toEqual(['download-model', 'download-base']);
  });

  test('answers under the name of the Server by vLLM, and its base beside it', () => {
    const { args } = userContainer(server({ ...BASE, image: undefined, runtime: { name: 'vllm' }, params: { maxLoraRank: 40 } }));
    expect(args?.slice(0, 3)).toEqual(['/content/base', '--served-model-name', 'chat:base']);
    expect(args?.join(' ')).toContain('--enable-lora --lora-modules chat=/content/model --max-lora-rank 64');
  });

  test('is an error for other engines', () => {
    expect(() => childrenOf(server({ ...BASE, image: undefined, runtime: { name: 'llama-cpp' } })))
      .toThrow('base is set, but llama-cpp serves no adapters; leave base out, or use vllm');
  });
});

describe('adapters beside the model', () => {
  const TWO = { adapters: [{ name: 'support', model: { name: 'support-1' } }, { name: 'sql', model: { name: 'sql-1' } }] };
  const VLLM = { ...TWO, image: undefined, runtime: { name: 'vllm' } };

  test.each(['gcp', 'aws', 'azure', 'local'])('are mounted read-only, each at a place of its own, on %s', (cloud) => {
    const { volumeMounts = [] } = userContainer(server(TWO), { platform: platformOf(cloud) });
    const mounts = ['/content/model', '/content/adapters/sql', '/content/adapters/support'].map((path) => volumeMounts.find(({ mountPath }) => mountPath === path));
    expect(mounts.map((mount) => mount?.readOnly)).toEqual([true, true, true]);
    expect(new Set(mounts.map((mount) => `${mount?.name} ${mount?.subPath}`)).size).toBe(3);
  });

  test('are downloaded after the model', () => {
    expect(userPod(server({ ...TWO, access: 'download' })).initContainers?.map(({ name }) => name))
      .toEqual(['download-model', 'download-adapter-sql', 'download-adapter-support']);
  });

  test('answer by vLLM under the names of the Server and their own, with room for all', () => {
    const { args = [] } = userContainer(server({ ...VLLM, params: { maxLoraRank: 40 } }));
    expect(args.slice(0, 3)).toEqual(['/content/model', '--served-model-name', 'chat']);
    expect(args.slice(args.indexOf('--enable-lora'), args.indexOf('--shutdown-timeout'))).toEqual([
      '--enable-lora', '--lora-modules',
      '{"name":"chat:sql","path":"/content/adapters/sql","base_model_name":"chat"}',
      '{"name":"chat:support","path":"/content/adapters/support","base_model_name":"chat"}',
      '--max-lora-rank', '64', '--max-loras', '2', '--max-cpu-loras', '2', '--safetensors-load-strategy', 'prefetch',
    ]);
  });

  test('answer beside an adapter that is the model, as adapters of its base', () => {
    const { args = [] } = userContainer(server({ ...VLLM, base: { name: 'base' }, adapters: TWO.adapters.slice(1) }));
    expect(args.slice(args.indexOf('--lora-modules') + 1, args.indexOf('--max-lora-rank')))
      .toEqual(['chat=/content/model', '{"name":"chat:sql","path":"/content/adapters/sql","base_model_name":"chat:base"}']);
    expect(args.join(' ')).toContain('--max-loras 2 --max-cpu-loras 2');
  });

  test('are computed with eight at once at most, and all wait in memory', () => {
    const adapters = Array.from({ length: 12 }, (_, index) => ({ name: `a${index}`, model: { name: `a${index}` } }));
    expect(userContainer(server({ ...VLLM, adapters })).args?.join(' ')).toContain('--max-loras 8 --max-cpu-loras 12');
  });

  test('mean the same in any order', () => {
    expect(childrenOf(server({ ...VLLM, adapters: [...TWO.adapters].reverse() }))).toEqual(childrenOf(server(VLLM)));
  });

  test('change nothing where there are none', () => {
    expect(childrenOf(server({ ...VLLM, adapters: [] }))).toEqual(childrenOf(server({ ...VLLM, adapters: undefined })));
  });

  test('are what a Server waits for', () => {
    expect(gatesOf(server({ adapters: [{ name: 'sql', model: { name: 'sql-1', namespace: 'shared' } }] })).slice(1))
      .toEqual([{ field: 'adapters.sql', kind: 'Model', namespace: 'shared', name: 'sql-1' }]);
  });

  test.each<[string, ServerSpec, string]>([
    ['of llama.cpp', { ...VLLM, runtime: { name: 'llama-cpp' } },
      'adapters is set, but llama-cpp takes the number of an adapter with each request, and not its name; use vllm, or serve each merged into its model by a Server of its own'],
    ['of another engine', { ...VLLM, runtime: { name: 'embeddings' } },
      'adapters is set, but embeddings serves none; use vllm, or serve each merged into its model by a Server of its own'],
    ['of one name', { adapters: [{ name: 'sql', model: { name: 'a' } }, { name: 'sql', model: { name: 'b' } }] }, 'adapters has two named sql; give one of them another name'],
    ['with the name of the base', { adapters: [{ name: 'base', model: { name: 'a' } }] },
      'adapters[0].name is base, which is the name of the model that an adapter was trained from; give it another name'],
    ['with a name that is none', { adapters: [{ name: '../x', model: { name: 'a' } }] },
      'adapters[0].name is ../x, which is not 1 to 40 lower-case letters, digits and - inside; give it another name'],
    ['of which there are too many', { adapters: Array.from({ length: 33 }, (_, index) => ({ name: `a${index}`, model: { name: 'a' } })) },
      'adapters has 33 entries, and 32 are allowed; serve the others by another Server of the same model'],
    ['of a rank that vLLM does not have', { ...VLLM, params: { maxLoraRank: 1024 } }, 'param maxLoraRank of vllm is 1024; give a whole number from 1 to 512'],
  ])('are an error %s', (_, spec, message) => {
    expect(() => childrenOf(server(spec))).toThrow(new ExpandError(message));
  });
});

test('a server without a model is an error', () => {
  expect(() => childrenOf(server({ model: undefined }))).toThrow('model is not set; a Server needs one to serve');
});

test('by default a new revision starts beside the old one, which serves until the new one answers', () => {
  expect(deployment().strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
});

test('without surge a new revision takes the GPU of the old one', () => {
  expect(deployment({ surge: false }).strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
});

test.each<[string, ServerSpec, number | undefined]>([
  ['one replica by default', {}, 1],
  ['as many as it says', { replicas: 3 }, 3],
  ['none if it says so', { replicas: 0 }, 0],
  ['none when suspended', { replicas: 3, suspend: true }, 0],
  ['what its autoscaler wants', { scaling: 'external' }, undefined],
  ['none when suspended, whatever its autoscaler wants', { scaling: 'external', suspend: true }, 0],
])('a server has %s', (_, spec, replicas) => {
  expect(deployment(spec).replicas).toBe(replicas);
});

test('suspension changes nothing but the number of replicas', () => {
  expect(deployment({ suspend: true }).template).toEqual(deployment().template);
});

test.each<ServerSpec>([
  {}, { replicas: 0 }, { replicas: 1 }, { replicas: 3 }, { replicas: 2, suspend: true }, { scaling: 'external' },
])('A14: of %j one replica may be disrupted, and one that does not answer protects nothing', (spec) => {
  expect(childOf('PodDisruptionBudget', server(spec)).spec).toEqual({
    maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: { server: 'chat', role: 'run' } },
  });
});

test.each<[string | undefined, number]>([[undefined, 1800], ['1h', 3600], ['45s', 45]])('with a startup timeout of %s it has %i seconds to answer', (startupTimeout, seconds) => {
  const { periodSeconds = 0, failureThreshold = 0 } = userContainer(server({ startupTimeout })).startupProbe ?? {};
  expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(seconds);
  expect(periodSeconds * failureThreshold).toBeLessThan(seconds + 10);
});

test('a rollout is given the time of the start, and that of a node to come up', () => {
  expect(deployment({ startupTimeout: '1h' }).progressDeadlineSeconds).toBe(3600 + 1800);
});

test('A17: it is soon taken out when it does not answer, and restarted only where there is a path for that', () => {
  expect(userContainer(server()).readinessProbe).toMatchObject({ periodSeconds: 5, failureThreshold: 3 });
  expect(userContainer(server()).livenessProbe).toBeUndefined();
  expect(userContainer(server({ livenessPath: '/live' })).livenessProbe).toEqual({
    httpGet: { path: '/live', port: 'http-serve' }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 10,
  });
});

function probesOf(spec: ServerSpec) {
  const { startupProbe, readinessProbe, livenessProbe } = userContainer(server(spec));
  return [startupProbe, readinessProbe, livenessProbe].filter((probe) => probe !== undefined);
}

test('start and readiness are asked for at the readiness path, which is / unless it says another', () => {
  const paths = (spec: ServerSpec) => probesOf(spec).map(({ httpGet }) => httpGet?.path);
  expect(paths({})).toEqual(['/', '/']);
  expect(paths({ readinessPath: '/health', livenessPath: '/live' })).toEqual(['/health', '/health', '/live']);
});

test('A17: every probe waits 5 seconds, or as long as it says; none waits one', () => {
  expect(probesOf({ livenessPath: '/live' }).map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([5, 5, 5]);
  expect(probesOf({ livenessPath: '/live', probeTimeout: '20s' }).map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([20, 20, 20]);
});

test('A17: a long timeout of the probes does not lengthen the start', () => {
  expect(probesOf({ probeTimeout: '1m', startupTimeout: '30m' })[0]).toMatchObject({ periodSeconds: 60, failureThreshold: 30 });
});

test('A17: nor does it lengthen the 100 seconds after which a replica is restarted', () => {
  const liveness = (probeTimeout?: string) => probesOf({ livenessPath: '/live', probeTimeout })[2];
  expect(liveness('20s')).toMatchObject({ periodSeconds: 20, failureThreshold: 5 });
  expect(liveness('2m')).toMatchObject({ periodSeconds: 120, failureThreshold: 1 });
});

test('A17: the probes ask the port of the Service, or another', () => {
  expect(probesOf({ livenessPath: '/live' }).map(({ httpGet }) => httpGet?.port)).toEqual(['http-serve', 'http-serve', 'http-serve']);
  expect(probesOf({ livenessPath: '/live', probePort: 9000 }).map(({ httpGet }) => httpGet?.port)).toEqual([9000, 9000, 9000]);
});

test('it drains for 15 seconds before it is told to end, and then has the rest of 75', () => {
  expect(userPod(server()).terminationGracePeriodSeconds).toBe(75);
  expect(containerOn('1.33').lifecycle?.preStop).toEqual({ sleep: { seconds: 15 } });
});

test.each<[string, number, number | undefined]>([['10m', 600, 15], ['30s', 30, 15], ['10s', 10, 5], ['1s', 1, undefined]])(
  'B9: with %s to end it has %i seconds, of which it still answers for %s', (terminationGracePeriod, seconds, preStop) => {
    const pod = userPod(server({ terminationGracePeriod }));
    expect(pod.terminationGracePeriodSeconds).toBe(seconds);
    expect(pod.containers[0]?.lifecycle?.preStop?.sleep?.seconds).toBe(preStop);
  });

test('A26: a platform that names no version is taken for the oldest that is supported', () => {
  expect(containerOn(undefined)).toEqual(containerOn('1.33'));
});

test.each(['1.27', '1.29'])('on Kubernetes %s, which cannot sleep by itself, the image does', (kubernetesVersion) => {
  expect(containerOn(kubernetesVersion).lifecycle?.preStop).toEqual({ exec: { command: ['sleep', '15'] } });
});

test('other params are another ConfigMap, which nobody can change, and another template, so that it restarts', () => {
  const [before, after] = [server({ params: { a: 1 } }), server({ params: { a: 2 } })];
  expect(childOf('ConfigMap', before).immutable).toBe(true);
  expect(nameOf(childOf('ConfigMap', before))).not.toBe(nameOf(childOf('ConfigMap', after)));
  expect(volumeNamed('params', userPod(after)).configMap?.name).toBe(nameOf(childOf('ConfigMap', after)));
});

test('another model is another template, so that it restarts', () => {
  const platform = platformOf('gcp');
  const of = (recipeDigest: string) => ({ model: { kind: 'Model', name: 'opt', namespace: 'team-a', recipeDigest, url: `gs://acme-artifacts/team-a/models/${recipeDigest}` } as const });
  expect(userPod(server(), { platform, inputs: of('a') })).not.toEqual(userPod(server(), { platform, inputs: of('b') }));
});

test.each<[number, string]>([[1, '2Gi'], [2, '8Gi'], [4, '16Gi'], [8, '32Gi']])('%i GPUs share %s of memory', (count, size) => {
  const pod = userPod(server({ resources: { gpu: { type: 'nvidia-l4', count } } }));
  expect(volumeNamed('shm', pod).emptyDir).toEqual({ medium: 'Memory', sizeLimit: size });
});

test('a server without a GPU runs on any node', () => {
  const pod = userPod(server());
  expect([pod.nodeSelector, pod.tolerations, pod.affinity]).toEqual([undefined, undefined, undefined]);
});

test('R2: without a GPU there is more shared memory than the 64 MiB of container runtimes', () => {
  expect(volumeNamed('shm', userPod(server())).emptyDir).toEqual({ medium: 'Memory', sizeLimit: '1Gi' });
});

test('a name that no Service can have is an error, in words that its author can act on', () => {
  expect(() => childrenOf(server({}, '7b'))).toThrow(
    'name 7b cannot be that of a Service; start with a letter, and use lower-case letters, digits and -');
});
