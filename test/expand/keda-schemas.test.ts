/** What scales Servers by their requests, against the definitions of the pinned versions and of the next ones. */
import type { AutoscalingSpec } from '../../src/api/autoscaling';
import type { KubeObject } from '../../src/expand';
import { definitionErrors } from '../schemas/definitions';
import { routeErrors } from '../schemas/interceptor-route-1.0';
import { childrenOf, defined, platformOf, server } from './fixtures';

const PLATFORM = platformOf('gcp', { keda: {} });

const KINDS: readonly [string, AutoscalingSpec, boolean][] = [
  ['to zero', { min: 0, max: 4, idle: '2h' }, false],
  ['with another concurrency', { max: 1000, concurrency: 1 }, false],
  ['that answers 503', { min: 0, max: 4, coldStart: 'retryAfter', retryAfter: '1m' }, false],
  ['that is suspended', { min: 0, max: 4 }, true],
];

function objectsOf(autoscaling: AutoscalingSpec, suspend: boolean): KubeObject[] {
  return childrenOf(server({ startupTimeout: '10m', autoscaling, suspend }), { platform: PLATFORM }).map(({ object }) => object);
}

function one(kind: string, objects: readonly KubeObject[]): KubeObject & { readonly spec: Record<string, unknown> } {
  return defined(objects.find((object) => object.kind === kind)) as KubeObject & { readonly spec: Record<string, unknown> };
}

describe.each(KINDS)('a Server %s', (_, autoscaling, suspend) => {
  const objects = objectsOf(autoscaling, suspend);
  const [route, scaled] = [one('InterceptorRoute', objects), one('ScaledObject', objects)];

  test('is valid for KEDA 2.21 and its HTTP add-on 0.15', () => {
    expect([route, scaled].flatMap((object) => definitionErrors(object))).toEqual([]);
  });

  test('is valid for HTTP add-on 1.0', () => {
    expect(routeErrors(route.spec)).toEqual([]);
  });
});

test('what the definitions do not know is an error', () => {
  const objects = objectsOf({ min: 0, max: 4 }, false);
  const [route, scaled] = [one('InterceptorRoute', objects), one('ScaledObject', objects)];
  const bounded = { ...route, spec: { ...route.spec, coldStart: { maxPendingRequests: 1, overflow: 'Reject' } } };
  expect(definitionErrors(bounded)).toEqual([
    'InterceptorRoute chat-server: spec.coldStart.maxPendingRequests is unknown', 'InterceptorRoute chat-server: spec.coldStart.overflow is unknown',
  ]);
  expect(routeErrors(bounded.spec)).toEqual([]);
  expect(routeErrors({ ...route.spec, coldStart: {}, target: { service: 'chat-pods', port: 80, portName: 'http' } })).toHaveLength(5);
  expect(definitionErrors({ ...scaled, spec: { ...scaled.spec, cooldown: 1 } })).toEqual(['ScaledObject chat-server: spec.cooldown is unknown']);
});
