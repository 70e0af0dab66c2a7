/** Servers whose replicas span many nodes. */
import type { Container, Service } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { PlatformSpec } from '../../src/api/platform';
import type { ServerResource, ServerSpec } from '../../src/api/resource';
import { expandWorkspace } from '../../src/expand';
import type { KubeObject, LeaderWorkerSet } from '../../src/expand';
import { INSTALL_LWS } from '../../src/expand/lws';
import { definitionErrors } from '../schemas/definitions';
import { childrenOf, CLOUDS, defined, NAMESPACE, platformOf, server } from './fixtures';

const POOL = { name: 'h100', gpu: 'nvidia-h100', gpusPerNode: 8, maxNodes: 4 };
const PLATFORM = platformOf('gcp', { leaderWorkerSet: {}, gpuPools: [POOL] });
const GROUP = 'leaderworkerset.sigs.k8s.io/name';

function large(spec: ServerSpec = {}, name?: string): ServerResource {
  return server({ image: undefined, runtime: { name: 'vllm' }, nodes: 2, resources: { gpu: { type: 'nvidia-h100', count: 8 } }, ...spec }, name);
}

function objects(resource: ServerResource, platform = PLATFORM): KubeObject[] {
  return childrenOf(resource, { platform }).map(({ object }) => object);
}

function one<T extends KubeObject>(kind: string, resource = large(), platform = PLATFORM): T {
  return defined(objects(resource, platform).find((object) => object.kind === kind)) as T;
}

function groups(spec: ServerSpec = {}, platform?: PlatformSpec): LeaderWorkerSet['spec'] {
  return one<LeaderWorkerSet>('LeaderWorkerSet', large(spec), platform).spec;
}

function containers(spec: ServerSpec = {}, platform?: PlatformSpec): { readonly leader: Container; readonly worker: Container } {
  const { leaderTemplate, workerTemplate } = groups(spec, platform).leaderWorkerTemplate;
  const [leader, worker] = [leaderTemplate, workerTemplate].map((template) => defined(template.spec?.containers[0]));
  return { leader: defined(leader), worker: defined(worker) };
}

function problem(spec: ServerSpec, platform = PLATFORM): string {
  try {
    objects(large(spec), platform);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

function policies(platform: PlatformSpec): Readonly<Record<string, NetworkPolicy['spec']>> {
  const all = expandWorkspace(platform, NAMESPACE).filter(({ kind }) => kind === 'NetworkPolicy') as NetworkPolicy[];
  return Object.fromEntries(all.map(({ metadata, spec }) => [metadata?.name ?? '', spec]));
}

describe('a Server on many nodes', () => {
  test('is a LeaderWorkerSet in place of a Deployment, a group for each replica', () => {
    expect(objects(large()).map(({ kind }) => kind)).toEqual(['ConfigMap', 'NetworkPolicy', 'LeaderWorkerSet', 'Service', 'PodDisruptionBudget']);
    expect(groups({ replicas: 2, nodes: 3 })).toMatchObject({
      replicas: 2, leaderWorkerTemplate: { size: 3, restartPolicy: 'RecreateGroupOnPodRestart' }, startupPolicy: 'LeaderCreated',
    });
    expect(objects(large({ nodes: 1 })).map(({ kind }) => kind)).toContain('Deployment');
  });

  test.each(CLOUDS)('is valid to LeaderWorkerSet 0.9, with everything that a pod can have, on %s', (cloud) => {
    const platform = platformOf(cloud, { leaderWorkerSet: { exclusiveTopology: 'acme.example/rack' }, gpuPools: [{ ...POOL, fabricResources: { 'rdma/hca': '8' }, fabricLocksMemory: true }] });
    const pod: ServerSpec['pod'] = { ports: [{ name: 'grpc', containerPort: 9000 }], sidecars: [{ name: 'side', image: 'example/side:1' }], priorityClassName: 'high' };
    for (const spec of [{}, { surge: true, access: 'download', pod } as const, { suspend: true, env: { TOKEN: '${{ secrets.hub.token }}' } }]) {
      expect(definitionErrors(one('LeaderWorkerSet', large(spec), platform))).toEqual([]);
    }
  });

  test('divides the layers among the nodes, and each layer among the GPUs of a node, without Ray', () => {
    const { leader, worker } = containers({ nodes: 3 });
    expect(leader.args?.join(' ')).toContain('--tensor-parallel-size 8 --pipeline-parallel-size 3');
    expect(leader.args?.join(' ')).toContain('--distributed-executor-backend mp '
      + '--nnodes $(LWS_GROUP_SIZE) --node-rank $(LWS_WORKER_INDEX) --master-addr $(LWS_LEADER_ADDRESS)');
    expect(worker.args).toEqual([...leader.args ?? [], '--headless']);
    expect(containers({ params: { tensorParallel: 4 } }).leader.args?.join(' ')).toContain('--tensor-parallel-size 4 --pipeline-parallel-size 4');
    expect(one('Deployment', large({ nodes: 1 })) as unknown).not.toMatchObject({ spec: { template: { spec: { containers: [{ args: expect.arrayContaining(['--nnodes']) as unknown }] } } } });
  });

  test('its pods tell each other the addresses that they have, unless the author says otherwise', () => {
    const { leader, worker } = containers();
    const address = { name: 'VLLM_HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };
    expect(leader.env).toContainEqual(address);
    expect(worker.env).toContainEqual(address);
    expect(containers({ env: { VLLM_HOST_IP: '10.0.0.1' } }).leader.env).toContainEqual({ name: 'VLLM_HOST_IP', value: '10.0.0.1' });
  });

  test('its leader is asked whether it answers, and drains; its workers serve nothing, and end after it', () => {
    const { leader, worker } = containers();
    expect(leader).toMatchObject({ startupProbe: { httpGet: { path: '/health' } }, readinessProbe: {}, lifecycle: { preStop: {} }, ports: [{ name: 'http-serve' }] });
    for (const field of ['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle', 'ports']) expect(worker).not.toHaveProperty(field);
  });

  test('every pod of it has the model, the shared memory and the GPUs of a node', () => {
    const { leader, worker } = containers({ access: 'download' });
    expect(worker.volumeMounts).toEqual(leader.volumeMounts);
    expect(worker.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(expect.arrayContaining(['/dev/shm', '/content/model']));
    expect(worker.resources).toEqual(leader.resources);
    expect(worker.resources?.limits).toEqual({ 'nvidia.com/gpu': '8' });
    const { leaderTemplate, workerTemplate } = groups({ access: 'download' }).leaderWorkerTemplate;
    expect(workerTemplate.spec?.initContainers).toEqual(leaderTemplate.spec?.initContainers);
    expect(workerTemplate.spec?.initContainers).not.toEqual([]);
  });

  test('its Service leads to the leaders, which have the labels of the pods of a Deployment, so that none is lost where nodes changes', () => {
    const { leaderTemplate, workerTemplate } = groups().leaderWorkerTemplate;
    const { selector = {} } = one<Service>('Service').spec ?? {};
    expect(selector).toEqual((one<Service>('Service', large({ nodes: 1 })).spec ?? {}).selector);
    expect(leaderTemplate.metadata?.labels).toMatchObject(selector);
    expect(workerTemplate.metadata?.labels).toMatchObject({ server: 'chat', role: 'worker' });
  });

  test('its budget counts all pods: while a leader does not answer, no pod of another group is taken', () => {
    expect(one<PodDisruptionBudget>('PodDisruptionBudget').spec).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: { server: 'chat' }, matchExpressions: [{ key: 'role', operator: 'In', values: ['run', 'worker'] }] },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  test('rolls one group after another, without a spare one unless it is asked for', () => {
    expect(groups().rolloutStrategy.rollingUpdateConfiguration).toEqual({ maxSurge: 0, maxUnavailable: 1 });
    expect(groups({ surge: true }).rolloutStrategy.rollingUpdateConfiguration).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  });

  test('suspended it has no group; scaled by an autoscaler it leaves the number alone, and that aims at it', () => {
    expect(groups({ suspend: true }).replicas).toBe(0);
    expect(groups({ scaling: 'external' })).not.toHaveProperty('replicas');
    const target = { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet', name: 'chat-group' };
    expect(one('HorizontalPodAutoscaler', large({ autoscaling: { max: 2, cpu: 70 } }))).toMatchObject({ spec: { scaleTargetRef: target } });
    const elastic = large({ autoscaling: { min: 1, max: 2 } });
    expect(one('ScaledObject', elastic, { ...PLATFORM, keda: {} })).toMatchObject({ spec: { scaleTargetRef: target, minReplicaCount: 1 } });
    expect(one<LeaderWorkerSet>('LeaderWorkerSet', elastic, { ...PLATFORM, keda: {} }).spec).not.toHaveProperty('replicas');
  });

  test('its name leaves room for what LeaderWorkerSet adds to it, and is not that of the Service, which would be taken for its own', () => {
    expect(one('LeaderWorkerSet').metadata?.name).toBe('chat-group');
    const { name = '' } = one('LeaderWorkerSet', large({}, 'a-very-long-name-of-a-server-that-serves-many')).metadata ?? {};
    expect(name).toHaveLength(47);
    expect(name).toMatch(/^a-very-long-name.*-[0-9a-z]{8}-group$/);
  });

  test('is kept together where the platform says which nodes are close', () => {
    const platform = { ...PLATFORM, leaderWorkerSet: { exclusiveTopology: 'cloud.google.com/gke-nodepool' } };
    expect(one('LeaderWorkerSet', large(), platform).metadata?.annotations)
      .toEqual({ 'leaderworkerset.sigs.k8s.io/exclusive-topology': 'cloud.google.com/gke-nodepool' });
    expect(one('LeaderWorkerSet').metadata).not.toHaveProperty('annotations');
  });
});

describe('the network between nodes', () => {
  const withPools = (...pools: PlatformSpec['gpuPools'] & object): PlatformSpec => ({ ...PLATFORM, gpuPools: pools });

  test('is asked for where the pool has one, and IPC_LOCK where it takes that', () => {
    const { leader, worker } = containers({}, withPools({ ...POOL, fabricResources: { 'vpc.amazonaws.com/efa': '32' } }));
    for (const { resources, securityContext } of [leader, worker]) {
      expect(resources?.requests).toMatchObject({ 'nvidia.com/gpu': '8', 'vpc.amazonaws.com/efa': '32' });
      expect(resources?.limits).toEqual({ 'nvidia.com/gpu': '8', 'vpc.amazonaws.com/efa': '32' });
      expect(securityContext).toBeUndefined();
    }
    expect(containers({}, withPools({ ...POOL, fabricResources: { 'rdma/hca': '8' }, fabricLocksMemory: true })).worker.securityContext)
      .toEqual({ capabilities: { add: ['IPC_LOCK'] } });
  });

  test('is not asked for where nothing is said of it, where pools have others, or on one node', () => {
    const fabric = { ...POOL, fabricResources: { 'rdma/hca': '8' } };
    expect(containers().leader.resources?.limits).toEqual({ 'nvidia.com/gpu': '8' });
    expect(containers({}, withPools(fabric, { ...POOL, name: 'other' })).leader.resources?.limits).toEqual({ 'nvidia.com/gpu': '8' });
    expect(JSON.stringify(objects(large({ nodes: 1 }), withPools(fabric)))).not.toContain('rdma');
  });
});

describe('what the pods of a group say to each other runs code', () => {
  test('so they hear it from each other alone', () => {
    const pods = { matchLabels: { server: 'chat' }, matchExpressions: [{ key: GROUP, operator: 'Exists' }] };
    expect(one<NetworkPolicy>('NetworkPolicy').spec).toEqual({
      podSelector: pods, policyTypes: ['Ingress', 'Egress'], ingress: [{ from: [{ podSelector: pods }] }], egress: [{ to: [{ podSelector: pods }] }],
    });
  });

  test('and the workspace reaches the ports that serve, and those that the author adds, no others', () => {
    const { 'substratus-servers': servers, 'substratus-groups': groupsOf } = policies(PLATFORM);
    expect(servers?.podSelector.matchExpressions).toContainEqual({ key: GROUP, operator: 'DoesNotExist' });
    expect(groupsOf?.podSelector.matchExpressions).toContainEqual({ key: GROUP, operator: 'Exists' });
    expect(groupsOf?.ingress).toEqual([{ from: [{ podSelector: {} }], ports: ['http-serve', 'grpc', 'metrics'].map((port) => ({ port, protocol: 'TCP' })) }]);
    const ports = [{ name: 'grpc', containerPort: 9000 }, { name: 'admin', containerPort: 9001 }];
    expect(one<NetworkPolicy>('NetworkPolicy', large({ pod: { ports } })).spec?.ingress)
      .toContainEqual({ from: [{ podSelector: {} }], ports: [{ port: 9001, protocol: 'TCP' }] });
  });

  test('workers that download reach the store as their leader does', () => {
    const selectorOf = (platform: PlatformSpec) => JSON.stringify(policies(platform)['substratus-downloads']?.podSelector);
    expect(selectorOf(platformOf('local', { leaderWorkerSet: {}, artifacts: { url: 's3://a', endpoint: 'http://minio.minio:9000', credentialsSecret: 'store' } })))
      .toContain('"values":["run","worker"]');
    expect(selectorOf(PLATFORM)).toBe(selectorOf(platformOf('gcp')));
  });

  test('a workspace without NetworkPolicies has none of it, and one of a platform without LeaderWorkerSet is as it was', () => {
    const off = { ...PLATFORM, workspaces: [{ namespace: NAMESPACE, networkPolicies: false }] };
    expect(objects(large(), off).map(({ kind }) => kind)).not.toContain('NetworkPolicy');
    expect(policies(platformOf('gcp'))).not.toHaveProperty('substratus-groups');
    expect(JSON.stringify(policies(platformOf('gcp')))).not.toContain('leaderworkerset');
  });
});

describe('a Server cannot span nodes', () => {
  test.each<[string, ServerSpec, PlatformSpec | undefined, string]>([
    ['without LeaderWorkerSet', {}, platformOf('gcp', { gpuPools: [POOL] }),
      `nodes is 2, which needs LeaderWorkerSet, and platform ml does not have it; install it (${INSTALL_LWS}) and call addLeaderWorkerSet() of the platform, or leave nodes out`],
    ['from zero', { autoscaling: { min: 0, max: 2 } }, { ...PLATFORM, keda: {} },
      'autoscaling.min is 0 but nodes is 2: a request would wait until 2 nodes are there at once; give a min of 1, or leave nodes out'],
    ['of which no pool has so many', { nodes: 5 }, undefined, 'nodes is 5 but pool h100 has 4 at most (maxNodes); raise maxNodes, or ask for fewer'],
    ['with GPUs in turns', { resources: { gpu: { type: 'nvidia-h100', sharing: 'time-slicing-4' } } }, undefined,
      'gpu.sharing is time-slicing-4 but nodes is 2, which takes whole GPUs; leave gpuSharing out, or nodes'],
    ['with parts of GPUs', { resources: { gpu: { type: 'nvidia-h100', sharing: 'mig-1g.10gb' } } }, undefined,
      'gpu.sharing is mig-1g.10gb but nodes is 2, which takes whole GPUs; leave gpuSharing out, or nodes'],
    ['with llama.cpp', { runtime: { name: 'llama-cpp' } }, undefined, 'nodes is 2, but engine llama-cpp runs on one node; leave nodes out, or use vllm'],
    ['with embeddings', { runtime: { name: 'embeddings' } }, undefined, 'nodes is 2, but engine embeddings runs on one node; leave nodes out, or use vllm'],
    ['with speech', { runtime: { name: 'speech' } }, undefined, 'nodes is 2, but engine speech runs on one node; leave nodes out, or use vllm'],
    ['without GPUs', { resources: {} }, undefined,
      'nodes is 2 but no gpu is set, and vllm divides a model among the GPUs of many nodes only; add gpu, or leave nodes out'],
    ['with GPUs of a node that cannot be divided so', { params: { tensorParallel: 3 } }, undefined,
      'param tensorParallel is 3, by which the 8 GPUs of a node cannot be divided; leave it out, or set it to a divisor of 8'],
    ['that may not lock memory, with a network that takes it', { podSecurity: 'restricted' },
      { ...PLATFORM, gpuPools: [{ ...POOL, fabricResources: { 'rdma/hca': '8' }, fabricLocksMemory: true }] },
      'the fabric of pool h100 takes IPC_LOCK, which podSecurity restricted forbids; leave podSecurity out'],
    ['by half', { nodes: 1.5 }, undefined, 'nodes is 1.5; give a whole number from 1 to 64'],
    ['by hundreds', { nodes: 65 }, undefined, 'nodes is 65; give a whole number from 1 to 64'],
  ])('%s', (...[, spec, platform, message]) => {
    expect(problem(spec, platform)).toBe(message);
  });

  test('but with a program of the author\'s, which divides the model itself', () => {
    const own = large({ image: 'example/sglang:1', runtime: undefined, args: ['--nnodes', '$(LWS_GROUP_SIZE)'] });
    const { leaderTemplate, workerTemplate } = one<LeaderWorkerSet>('LeaderWorkerSet', own).spec.leaderWorkerTemplate;
    expect([leaderTemplate, workerTemplate].map(({ spec }) => spec?.containers[0]?.args)).toEqual([own.spec.args, own.spec.args]);
  });
});
