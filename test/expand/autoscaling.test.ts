import type { Deployment } from 'kubernetes-types/apps/v1';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { Service } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { AutoscalingSpec } from '../../src/api/autoscaling';
import type { PlatformSpec } from '../../src/api/platform';
import type { ServerSpec } from '../../src/api/resource';
import { clientPort, expandWorkspace, podsServiceName, replicaRange } from '../../src/expand';
import type { KubeObject } from '../../src/expand';
import { INSTALL_KEDA } from '../../src/expand/keda';
import { childrenOf, defined, NAMESPACE, nameOf, platformOf, server } from './fixtures';

const PLATFORM = platformOf('gcp', { keda: {} });
const IDLE: ServerSpec = { startupTimeout: '10m', autoscaling: { min: 0, max: 4, idle: '15m' } };

type WithSpec = KubeObject & { readonly spec: Record<string, unknown> };

function objects(spec: ServerSpec, platform: PlatformSpec = PLATFORM): KubeObject[] {
  return childrenOf(server(spec), { platform }).map(({ object }) => object);
}

function one(kind: string, spec: ServerSpec, platform?: PlatformSpec): WithSpec {
  return defined(objects(spec, platform).find((object) => object.kind === kind)) as WithSpec;
}

function deploymentOf(spec: ServerSpec): Deployment {
  return objects(spec).find(({ kind }) => kind === 'Deployment') as Deployment;
}

function services(spec: ServerSpec, platform?: PlatformSpec): Service[] {
  return objects(spec, platform).filter(({ kind }) => kind === 'Service') as Service[];
}

function problem(autoscaling: AutoscalingSpec, { platform = PLATFORM, ...spec }: ServerSpec & { platform?: PlatformSpec } = {}): string {
  try {
    objects({ startupTimeout: '10m', ...spec, autoscaling }, platform);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a Server that is scaled by its requests', () => {
  test('has a Deployment without replicas, so that nobody fights over them', () => {
    expect(deploymentOf(IDLE).spec).not.toHaveProperty('replicas');
    expect(objects(IDLE).map(({ kind }) => kind)).not.toContain('HorizontalPodAutoscaler');
    expect(objects(IDLE).map(({ kind }) => kind)).toContain('PodDisruptionBudget');
  });

  test('is reached by the name that it always had, which leads to the interceptor; the pods have a Service of their own', () => {
    const [clients, pods] = services(IDLE);
    expect([nameOf(defined(clients)), clients?.spec?.type, clients?.spec?.externalName]).toEqual([
      'chat-server', 'ExternalName', 'keda-add-ons-http-interceptor-proxy.keda.svc.cluster.local',
    ]);
    expect([nameOf(defined(pods)), pods?.spec?.type, pods?.spec?.selector]).toEqual(['chat-pods', 'ClusterIP', { server: 'chat', role: 'run' }]);
    expect(services({})).toHaveLength(1);
    expect([podsServiceName(server(IDLE)), podsServiceName(server())]).toEqual(['chat-pods', 'chat-server']);
  });

  test('has a route for the hosts of that name with its namespace, for routes are of the whole cluster, and for a header', () => {
    const { target, rules, scalingMetric } = one('InterceptorRoute', IDLE).spec;
    expect(target).toEqual({ service: 'chat-pods', portName: 'http' });
    expect(rules).toEqual([
      { hosts: ['chat-server.team-a', 'chat-server.team-a.svc', 'chat-server.team-a.svc.cluster.local'] },
      { headers: [{ name: 'x-substratus-server', value: 'team-a/chat' }] },
    ]);
    expect(scalingMetric).toMatchObject({ concurrency: { targetValue: 16 } });
  });

  test('a held request outlives a cold start: the node, the image and the start of the program', () => {
    const { timeouts } = one('InterceptorRoute', IDLE).spec;
    expect(timeouts).toEqual({ readiness: `${600 + 1800}s`, request: '0s', responseHeader: '0s' });
    expect(deploymentOf(IDLE).spec?.progressDeadlineSeconds).toBe(600 + 1800);
  });

  test('goes to zero after it was idle, but not before it has started for the first time', () => {
    expect(one('ScaledObject', IDLE).spec).toMatchObject({
      scaleTargetRef: { kind: 'Deployment', name: 'chat-server' },
      minReplicaCount: 0, maxReplicaCount: 4, cooldownPeriod: 900, initialCooldownPeriod: 2400,
      triggers: [{ type: 'external-push', metadata: { scalerAddress: 'keda-add-ons-http-external-scaler.keda:9090', interceptorRoute: 'chat-server' } }],
    });
    expect(one('ScaledObject', { startupTimeout: '10m', autoscaling: { max: 2 } }).spec).toMatchObject({ minReplicaCount: 1, cooldownPeriod: 600 });
  });

  test('keeps a replica that is not needed for as long, within what Kubernetes takes', () => {
    const windowOf = (idle: string) => JSON.stringify(one('ScaledObject', { ...IDLE, autoscaling: { min: 0, max: 4, idle } }).spec.advanced);
    expect(windowOf('15m')).toContain('"stabilizationWindowSeconds":900');
    expect(windowOf('2h')).toContain('"stabilizationWindowSeconds":3600');
  });

  test('which is suspended stays at zero: KEDA is told so before the Deployment is', () => {
    const suspended = objects({ ...IDLE, suspend: true });
    expect(one('ScaledObject', { ...IDLE, suspend: true }).metadata?.annotations).toEqual({ 'autoscaling.keda.sh/paused-replicas': '0' });
    expect(one('ScaledObject', IDLE).metadata?.annotations).toBeUndefined();
    expect(deploymentOf({ ...IDLE, suspend: true }).spec?.replicas).toBe(0);
    const kinds = suspended.map(({ kind }) => kind);
    expect(kinds.indexOf('ScaledObject')).toBeLessThan(kinds.indexOf('Deployment'));
  });

  test('answers 503 and when to come back, where a client should not wait, and is woken by that request', () => {
    const route = one('InterceptorRoute', { ...IDLE, autoscaling: { min: 0, max: 4, coldStart: 'retryAfter', retryAfter: '1m' } }).spec;
    expect(route.coldStart).toEqual({
      placeholder: {
        response: {
          statusCode: 503, headers: { 'Content-Type': 'application/json', 'Retry-After': '60' },
          body: '{"error":{"message":"the server is starting; try again in 60 seconds","type":"server_error","code":"starting"}}',
        },
      },
    });
    expect(one('InterceptorRoute', IDLE).spec).not.toHaveProperty('coldStart');
  });

  test('sees requests that are too short to be seen in flight, such as those of embeddings, and scales by none of them', () => {
    expect(one('InterceptorRoute', IDLE).spec.scalingMetric).toMatchObject({ requestRate: { targetValue: 1_000_000, window: '15s' } });
  });

  test('finds KEDA where the platform says it is', () => {
    const platform = platformOf('gcp', { keda: { namespace: 'scaling', interceptor: 'proxy', interceptorPort: 9000, clusterDomain: 'acme.internal' } });
    expect(services(IDLE, platform)[0]?.spec).toMatchObject({ externalName: 'proxy.scaling.svc.acme.internal', ports: [{ port: 9000 }] });
    expect(JSON.stringify(one('ScaledObject', IDLE, platform))).toContain('keda-add-ons-http-external-scaler.scaling:9090');
    expect([clientPort(server(IDLE), platform), clientPort(server({ port: 8000 }), platform)]).toEqual([9000, 8000]);
  });

  test('lets KEDA in at its port, and is reached by it from Jobs and Notebooks', () => {
    const policies = (platform: PlatformSpec) => new Map(expandWorkspace(platform, NAMESPACE)
      .filter(({ kind }) => kind === 'NetworkPolicy').map((policy) => [nameOf(policy), (policy as NetworkPolicy).spec]));
    const keda = { namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['keda'] }] } };
    const [withKeda, without] = [policies(PLATFORM), policies(platformOf('gcp'))];
    expect(withKeda.get('substratus-servers')?.ingress).toContainEqual({ from: [keda], ports: [{ port: 'http-serve', protocol: 'TCP' }] });
    expect(withKeda.get('substratus-jobs-and-notebooks')?.egress).toContainEqual({ to: [keda], ports: [{ port: 8080, protocol: 'TCP' }] });
    expect(JSON.stringify([...without])).not.toContain('"keda"');
  });
});

describe('a Server that a plain HorizontalPodAutoscaler scales', () => {
  const hpa = (autoscaling: AutoscalingSpec, platform = platformOf('gcp')) => one('HorizontalPodAutoscaler', { autoscaling }, platform) as KubeObject as HorizontalPodAutoscaler;

  test('needs no KEDA, and keeps its Service', () => {
    const kinds = objects({ autoscaling: { max: 4, cpu: 70 } }, platformOf('gcp')).map(({ kind }) => kind);
    expect(kinds).not.toContain('ScaledObject');
    expect(services({ autoscaling: { max: 4, cpu: 70 } }, platformOf('gcp')).map(nameOf)).toEqual(['chat-server']);
    expect(deploymentOf({ autoscaling: { max: 4, cpu: 70 } }).spec).not.toHaveProperty('replicas');
  });

  test('by CPU or by a metric of its pods', () => {
    expect(hpa({ min: 2, max: 4, cpu: 70 }).spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'chat-server' }, minReplicas: 2, maxReplicas: 4,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    });
    expect(hpa({ max: 4, metric: { name: 'vllm:num_requests_waiting', average: 5 } }).spec?.metrics).toEqual([
      { type: 'Pods', pods: { metric: { name: 'vllm:num_requests_waiting' }, target: { type: 'AverageValue', averageValue: '5' } } },
    ]);
  });
});

test('how many replicas there can be', () => {
  expect(replicaRange({ autoscaling: { min: 0, max: 4 } })).toEqual({ min: 0, max: 4 });
  expect(replicaRange({ autoscaling: { max: 4 } })).toEqual({ min: 1, max: 4 });
  expect([replicaRange({ replicas: 2 }), replicaRange({}), replicaRange({ replicas: 2, suspend: true })])
    .toEqual([{ min: 2, max: 2 }, { min: 1, max: 1 }, { min: 0, max: 0 }]);
});

test.each<[string, string, string]>([
  ['min over max', problem({ min: 5, max: 2 }), 'autoscaling.min is 5 but autoscaling.max is 2; raise max, or lower min'],
  ['a max of none', problem({ max: 0 }), 'autoscaling.max is 0; give a whole number from 1 to 1000'],
  ['half a replica', problem({ min: 0.5, max: 2 }), 'autoscaling.min is 0.5; give a whole number from 0 to 1000'],
  ['an idle time shorter than a start', problem({ min: 0, max: 2, idle: '5m' }),
    'autoscaling.idle is 5m but startupTimeout is 10m: a replica could be stopped before it has answered, and start again and again; '
    + 'give an idle of 10m or more, or a shorter startupTimeout'],
  ['no requests for each replica', problem({ max: 2, concurrency: 0 }), 'autoscaling.concurrency is 0; give a whole number, 1 or more'],
  ['a cold start that cannot be', problem({ min: 1, max: 2, coldStart: 'wait' }),
    'autoscaling.coldStart is wait but autoscaling.min is 1, with which there is no cold start; give a min of 0, or leave coldStart out'],
  ['when to come back, for those who wait', problem({ min: 0, max: 2, retryAfter: '1m' }),
    'autoscaling.retryAfter is set but coldStart is wait, which answers when a replica is ready; set coldStart to retryAfter, or leave retryAfter out'],
  ['zero by CPU', problem({ min: 0, max: 2, cpu: 70 }),
    'autoscaling.min is 0 with cpu, which is not measured where nothing runs; give a min of 1, or scale by concurrency, which wakes at a request'],
  ['two metrics', problem({ max: 2, cpu: 70, metric: { name: 'waiting', average: 1 } }), 'autoscaling has cpu and metric; leave one of them out'],
  ['a metric beside requests', problem({ max: 2, cpu: 70, concurrency: 4 }),
    'autoscaling has cpu and concurrency, which counts requests; leave one of them out'],
  ['replicas beside it', problem({ max: 2 }, { replicas: 3 }), 'replicas is 3 but autoscaling decides how many replicas run; leave one of them out'],
  ['another autoscaler beside it', problem({ max: 2 }, { scaling: 'external' }),
    'scaling is external but autoscaling decides how many replicas run; leave one of them out'],
  ['a platform without KEDA', problem({ max: 2 }, { platform: platformOf('gcp') }),
    `autoscaling by requests needs KEDA and its HTTP add-on, which platform ml does not have; install them (${INSTALL_KEDA}) and call addKeda() of the platform, `
    + 'or scale by cpu or metric'],
  ['a platform older than KEDA needs', problem({ max: 2 }, { platform: platformOf('gcp', { keda: {}, kubernetesVersion: '1.31' }) }),
    'autoscaling by requests needs Kubernetes 1.33 or newer, the oldest that KEDA is tested with, but platform ml has 1.31; '
    + 'upgrade the cluster, or scale by cpu or metric'],
])('%s is an error', (_, message, expected) => {
  expect(message).toBe(expected);
});
