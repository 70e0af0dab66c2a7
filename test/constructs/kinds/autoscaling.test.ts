/** How an author says that the number of replicas follows the demand. */
import { Duration } from 'cdk8s';
import { Autoscaling, ColdStart, Gpu, Platform, Scaling } from '../../../src';
import type { ConcurrencyOptions, KedaOptions, ServerProps } from '../../../src';
import type { ServerSpec } from '../../../src/api/resource';
import { INSTALL_KEDA } from '../../../src/expand/keda';
import { gcp, messageOf, server, synthErrors, untyped, workspace, written } from '../fixtures';

function withKeda(options?: KedaOptions): Platform {
  const platform = gcp();
  platform.addKeda(options);
  return platform;
}

function specOf(props: Partial<ServerProps>): ServerSpec {
  return written(server(workspace(withKeda()), 'chat', props)).spec as ServerSpec;
}

/** What is said at once. */
function refusal(props: Partial<ServerProps>): string {
  return messageOf(() => server(workspace(withKeda()), 'chat', props));
}

/** What is said at synth. */
function errors(props: Partial<ServerProps>, platform: Platform = withKeda()): string[] {
  const team = workspace(platform);
  server(team, 'chat', props);
  return synthErrors(team);
}

const ZERO = Autoscaling.concurrency({ min: 0, max: 4 });

test('is written as it was said, and nothing else', () => {
  expect(specOf({ autoscaling: ZERO }).autoscaling).toEqual({ min: 0, max: 4 });
  const options: ConcurrencyOptions = {
    min: 0, max: 4, target: 8, idle: Duration.hours(1), coldStart: ColdStart.RETRY_AFTER, retryAfter: Duration.seconds(90),
  };
  expect(specOf({ autoscaling: Autoscaling.concurrency(options) }).autoscaling)
    .toEqual({ min: 0, max: 4, concurrency: 8, idle: '1h', coldStart: 'retryAfter', retryAfter: '1m30s' });
  expect(specOf({ autoscaling: Autoscaling.hpa({ max: 4, cpu: 70 }) }).autoscaling).toEqual({ max: 4, cpu: 70 });
  expect(specOf({ autoscaling: Autoscaling.hpa({ max: 4, metricName: 'vllm:num_requests_waiting', metricAverage: 5 }) }).autoscaling)
    .toEqual({ max: 4, metric: { name: 'vllm:num_requests_waiting', average: 5 } });
});

test('a Server that is scaled to zero passes the synth on a platform with KEDA', () => {
  expect(errors({ autoscaling: ZERO })).toEqual(['no error']);
});

test('clients use the port of the interceptor, whatever that of the program is', () => {
  const urlOf = (props: Partial<ServerProps>, options?: KedaOptions) => server(workspace(withKeda(options)), 'chat', props).url;
  expect(urlOf({ autoscaling: ZERO, port: 8000 })).toBe('http://chat-server.team-a.svc:8080');
  expect(urlOf({ autoscaling: ZERO }, { interceptorPort: 80 })).toBe('http://chat-server.team-a.svc:80');
  expect(urlOf({ autoscaling: Autoscaling.hpa({ max: 2, cpu: 70 }), port: 8000 })).toBe('http://chat-server.team-a.svc:8000');
});

test('the platform has what was said of KEDA', () => {
  expect((gcp().toJson() as { keda?: object }).keda).toBeUndefined();
  expect((withKeda().toJson() as { keda?: object }).keda).toEqual({});
  expect((withKeda({ namespace: 'scaling', interceptorService: 'proxy', scalerAddress: 'scaler.scaling:9090' }).toJson() as { keda?: object }).keda)
    .toEqual({ namespace: 'scaling', interceptor: 'proxy', scaler: 'scaler.scaling:9090' });
});

test.each<[string, string, string]>([
  ['min over max', refusal({ autoscaling: Autoscaling.concurrency({ min: 3, max: 2 }) }),
    '[team-a/chat] autoscaling.min is 3 but autoscaling.max is 2; raise max, or lower min'],
  ['an idle time shorter than a start',
    refusal({ startupTimeout: Duration.minutes(20), autoscaling: Autoscaling.concurrency({ min: 0, max: 2, idle: Duration.minutes(5) }) }),
    '[team-a/chat] autoscaling.idle is 5m but startupTimeout is 20m: a replica could be stopped before it has answered, and start again and again; '
    + 'give an idle of 20m or more, or a shorter startupTimeout'],
  ['replicas beside it', refusal({ replicas: 2, autoscaling: ZERO }),
    '[team-a/chat] replicas is 2 but autoscaling decides how many replicas run; leave one of them out'],
  ['another autoscaler beside it', refusal({ scaling: Scaling.EXTERNAL, autoscaling: ZERO }),
    '[team-a/chat] scaling is external but autoscaling decides how many replicas run; leave one of them out'],
  ['what it is not', refusal({ autoscaling: untyped({ min: 0, max: 4 }) }),
    '[team-a/chat] autoscaling is {"min":0,"max":4}; write for example Autoscaling.concurrency({ min: 0, max: 4 })'],
  ['a misspelt option', refusal({ autoscaling: Autoscaling.concurrency(untyped({ max: 4, concurency: 8 })) }),
    '[team-a/chat] Autoscaling.concurrency has no prop concurency; use one of min, max, target, idle, coldStart, retryAfter'],
  ['an idle time as a text', refusal({ autoscaling: Autoscaling.concurrency({ max: 4, idle: untyped('15m') }) }),
    "[team-a/chat] autoscaling.idle is '15m', which is not a Duration; write for example Duration.hours(2)"],
  ['a HorizontalPodAutoscaler of nothing', refusal({ autoscaling: Autoscaling.hpa({ max: 4 }) }),
    '[team-a/chat] autoscaling has neither cpu nor metricName; give one of them'],
  ['a metric without a value', refusal({ autoscaling: Autoscaling.hpa({ max: 4, metricName: 'waiting' }) }),
    '[team-a/chat] autoscaling has metricName but no metricAverage; give both'],
  ['zero by CPU', refusal({ autoscaling: Autoscaling.hpa({ min: 0, max: 4, cpu: 70 }) }),
    '[team-a/chat] autoscaling.min is 0 with cpu, which is not measured where nothing runs; give a min of 1, or scale by concurrency, which wakes at a request'],
  ['KEDA twice', messageOf(() => withKeda().addKeda()), 'platform ml cannot have KEDA: KEDA was added already; call addKeda once'],
  ['KEDA in a namespace that cannot be', messageOf(() => withKeda({ namespace: 'My_KEDA' })),
    "platform ml cannot have KEDA: namespace is 'My_KEDA'; give the name of a namespace, such as keda"],
  ['a scaler without a port', messageOf(() => withKeda({ scalerAddress: 'scaler' })),
    "platform ml cannot have KEDA: scalerAddress is 'scaler'; give host and port, such as keda-add-ons-http-external-scaler.keda:9090"],
])('%s is refused', (_, message, expected) => {
  expect(message).toBe(expected);
});

test('at synth: a platform without KEDA, one that is too old, and more replicas than there can be nodes for', () => {
  expect(errors({ autoscaling: ZERO }, gcp())).toEqual([
    `[team-a/chat] autoscaling by requests needs KEDA and its HTTP add-on, which platform ml does not have; install them (${INSTALL_KEDA}) `
    + 'and call addKeda() of the platform, or scale by cpu or metric',
  ]);
  const old = Platform.gcp({ clusterName: 'ml', bucketName: 'acme', kubernetesVersion: '1.30' });
  old.addKeda();
  expect(errors({ autoscaling: ZERO }, old)).toEqual([
    '[team-a/chat] autoscaling by requests needs Kubernetes 1.33 or newer, the oldest that KEDA is tested with, but platform ml has 1.30; '
    + 'upgrade the cluster, or scale by cpu or metric',
  ]);
  const small = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  small.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, maxNodes: 2 });
  small.addKeda();
  expect(errors({ autoscaling: ZERO, resources: { gpu: Gpu.NVIDIA_L4 } }, small)).toEqual([
    '[team-a/chat] autoscaling.max is 4 but there is room for 2 of them: pool l4 has 2 (maxNodes 2); raise maxNodes, or ask for fewer',
  ]);
});

test('an engine that takes 30 minutes to start may not idle for less, though nobody has said so', () => {
  expect(errors({ autoscaling: Autoscaling.concurrency({ min: 0, max: 2, idle: Duration.minutes(5) }) })).toEqual([
    '[team-a/chat] autoscaling.idle is 5m but startupTimeout is 30m: a replica could be stopped before it has answered, and start again and again; '
    + 'give an idle of 30m or more, or a shorter startupTimeout',
  ]);
});
