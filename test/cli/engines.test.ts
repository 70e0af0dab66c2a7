import type { PlatformSpec } from '../../src/api/platform';
import { installLine } from '../../src/catalog/engine-install';
import type { EngineFacts, LiveKind, LiveProgram } from '../../src/cli/doctor/engine-facts';
import { checkEngines } from '../../src/cli/doctor/engines';
import type { ClusterFacts } from '../../src/cli/doctor/facts';

const PLATFORM: PlatformSpec = { cloud: 'local', clusterName: 'kind', artifacts: { url: 'file:///a' } };

function program(name: string, image: string, more: Partial<LiveProgram> = {}): LiveProgram {
  return { namespace: 'engines', name, images: [image], available: 1, ...more };
}

function kind(name: string, version: string, bundle?: string): LiveKind {
  return { name, versions: [version], ...(bundle && { bundle }) };
}

const KEDA = program('keda-operator', 'ghcr.io/kedacore/keda:2.21.0');
const ADD_ON = program('keda-add-ons-http-interceptor', 'ghcr.io/kedacore/http-add-on-interceptor:0.15.0');
const GATEWAY = program('envoy-gateway', 'docker.io/envoyproxy/gateway:v1.8.1');
const AI_GATEWAY = program('ai-gateway-controller', 'docker.io/envoyproxy/ai-gateway-controller:v1.0.0');
const LWS = program('lws-controller-manager', 'registry.k8s.io/lws/lws:v0.9.0');
const KINDS = [
  kind('scaledobjects.keda.sh', 'v1alpha1'), kind('interceptorroutes.http.keda.sh', 'v1beta1'), kind('securitypolicies.gateway.envoyproxy.io', 'v1alpha1'),
  kind('backends.gateway.envoyproxy.io', 'v1alpha1'), kind('gateways.gateway.networking.k8s.io', 'v1', '1.5.1'),
  kind('aigatewayroutes.aigateway.envoyproxy.io', 'v1beta1'), kind('gatewayconfigs.aigateway.envoyproxy.io', 'v1beta1'),
  kind('leaderworkersets.leaderworkerset.x-k8s.io', 'v1'),
];
const METRICS = { service: 'keda/keda-operator-metrics-apiserver', available: true };

function lines(engines: EngineFacts, { platform = PLATFORM, kubernetesVersion = '1.35.2' }: { platform?: PlatformSpec; kubernetesVersion?: string } = {}): string[] {
  const facts: ClusterFacts = { kubernetesVersion, engines, reconcilerNamespace: 'substratus', mayReadReconciler: true, inhabitants: new Map() };
  return checkEngines(facts, platform).map(({ name, state, message }) => `${state} ${name}: ${message}`);
}

const ALL = { kinds: KINDS, programs: [KEDA, ADD_ON, GATEWAY, AI_GATEWAY, LWS], externalMetrics: METRICS };

test('engines that go together are all right', () => {
  expect(lines(ALL)).toEqual([
    'ok keda: KEDA 2.21.0 in engines/keda-operator',
    'ok keda-http-add-on: the HTTP add-on of KEDA 0.15.0 in engines/keda-add-ons-http-interceptor',
    'ok envoy-gateway: Envoy Gateway 1.8.1 in engines/envoy-gateway',
    'ok ai-gateway: Envoy AI Gateway 1.0.0 in engines/ai-gateway-controller',
    'ok leader-worker-set: LeaderWorkerSet 0.9.0 in engines/lws-controller-manager',
    'ok external-metrics: served by keda/keda-operator-metrics-apiserver',
  ]);
});

test('of engines that are neither there nor declared nothing is said', () => {
  expect(lines({ kinds: [], programs: [] })).toEqual([]);
});

test('an engine that the platform speaks of and the cluster lacks', () => {
  const platform = { ...PLATFORM, keda: {}, envoyGateway: {} };
  expect(lines({ kinds: [], programs: [] }, { platform })).toEqual([
    'missing keda: KEDA is not installed, and the platform says that it is',
    'missing keda-http-add-on: the HTTP add-on of KEDA is not installed, and the platform says that it is',
    'missing envoy-gateway: Envoy Gateway is not installed, and the platform says that it is; ClusterAddons installs it with the values that your gateway needs',
    'missing ai-gateway: Envoy AI Gateway is not installed, and the platform says that it is; ClusterAddons installs it with the values that your gateway needs',
  ]);
  const facts: ClusterFacts = { engines: { kinds: [], programs: [] }, reconcilerNamespace: 's', mayReadReconciler: true, inhabitants: new Map() };
  expect(checkEngines(facts, platform).map(({ remedy }) => remedy)).toEqual([installLine('keda'), installLine('httpAddOn'), undefined, undefined]);
});

/** Those of one engine that differs. */
function withOne(changed: LiveProgram, more: Partial<EngineFacts> = {}, kubernetesVersion = '1.35.2'): string[] {
  const programs = ALL.programs.map((each) => (each.name === changed.name ? changed : each));
  return lines({ ...ALL, programs, ...more }, { kubernetesVersion }).filter((line) => !line.startsWith('ok '));
}

const gateway = (version: string): LiveProgram => program('envoy-gateway', `docker.io/envoyproxy/gateway:v${version}`);

test.each<[string, string[], string[]]>([
  [
    'a KEDA that is too old', withOne(program('keda-operator', 'ghcr.io/kedacore/keda:2.18.3')),
    ['missing keda: KEDA 2.18.3 in engines/keda-operator is older than 2.20.0, the oldest that goes with this library'],
  ],
  [
    'an add-on that is newer than its objects are known', withOne(program('keda-add-ons-http-interceptor', 'ghcr.io/kedacore/http-add-on-interceptor:1.0.0')),
    ['missing keda-http-add-on: the HTTP add-on of KEDA 1.0.0 in engines/keda-add-ons-http-interceptor is newer than this library knows, which writes the objects of 0.15.0; '
      + 'before 1.0 they may change'],
  ],
  [
    'an older add-on', withOne(program('keda-add-ons-http-interceptor', 'ghcr.io/kedacore/http-add-on-interceptor:0.9.0')),
    ['missing keda-http-add-on: the HTTP add-on of KEDA 0.9.0 in engines/keda-add-ons-http-interceptor is older than 0.15.0, the oldest that goes with this library'],
  ],
  [
    'an Envoy Gateway that is too old for the AI Gateway', withOne(gateway('1.8.0')),
    [
      'missing envoy-gateway: Envoy Gateway 1.8.0 in engines/envoy-gateway is older than 1.8.1, the oldest that goes with this library',
      'missing ai-gateway: Envoy AI Gateway 1.0.0 in engines/ai-gateway-controller needs Envoy Gateway 1.8.1 or newer, and the cluster has 1.8.0',
    ],
  ],
  [
    'an Envoy Gateway that needs newer definitions of the Gateway API', withOne(gateway('1.9.1')),
    ['missing envoy-gateway: Envoy Gateway 1.9.1 in engines/envoy-gateway needs the definitions of the Gateway API 1.6.0 or newer, and the cluster has 1.5.1'],
  ],
  [
    'a newer minor version', withOne(program('keda-operator', 'ghcr.io/kedacore/keda:2.22.0')),
    ['warning keda: KEDA 2.22.0 in engines/keda-operator is newer than 2.21.0, with which this library is tested'],
  ],
  [
    'a Kubernetes that is too old', withOne(KEDA, {}, '1.31.4'),
    [
      'missing keda: KEDA 2.21.0 in engines/keda-operator needs Kubernetes 1.33 or newer, and the cluster has 1.31.4; upgrade the cluster',
      'missing envoy-gateway: Envoy Gateway 1.8.1 in engines/envoy-gateway needs Kubernetes 1.32 or newer, and the cluster has 1.31.4; upgrade the cluster',
      'missing ai-gateway: Envoy AI Gateway 1.0.0 in engines/ai-gateway-controller needs Kubernetes 1.32 or newer, and the cluster has 1.31.4; upgrade the cluster',
    ],
  ],
  [
    'no replica', withOne(program('lws-controller-manager', 'registry.k8s.io/lws/lws:v0.9.0', { available: 0 })),
    ['missing leader-worker-set: no replica of LeaderWorkerSet 0.9.0 in engines/lws-controller-manager is available'],
  ],
  [
    'definitions of an older version', withOne(ADD_ON, { kinds: KINDS.map((each) => (each.name.startsWith('interceptor') ? kind(each.name, 'v1alpha1') : each)) }),
    ['missing keda-http-add-on: the HTTP add-on of KEDA 0.15.0 in engines/keda-add-ons-http-interceptor has interceptorroutes.http.keda.sh as v1alpha1 alone, and this library writes v1beta1'],
  ],
  [
    'a definition that is gone', withOne(LWS, { kinds: KINDS.filter(({ name }) => !name.startsWith('leader')) }),
    ['missing leader-worker-set: LeaderWorkerSet 0.9.0 in engines/lws-controller-manager has no definition leaderworkersets.leaderworkerset.x-k8s.io'],
  ],
  [
    'two that want to serve the external metrics', withOne(KEDA, { externalMetrics: { service: 'monitoring/prometheus-adapter', available: true } }),
    ['missing external-metrics: v1beta1.external.metrics.k8s.io is served by monitoring/prometheus-adapter, and one in a cluster can: KEDA scales nothing; take the external metrics from the other'],
  ],
  [
    'external metrics that are not available', withOne(KEDA, { externalMetrics: { ...METRICS, available: false } }),
    ['missing external-metrics: v1beta1.external.metrics.k8s.io of keda/keda-operator-metrics-apiserver is not available, so that nothing scales above one replica'],
  ],
  ['external metrics of nobody', withOne(KEDA, { externalMetrics: undefined }), ['missing external-metrics: nobody serves v1beta1.external.metrics.k8s.io, by which KEDA scales']],
])('%s', (_, found, expected) => {
  expect(found).toEqual(expected);
});

test('versions are read from copies of images, and from labels where an image has a digest', () => {
  const copied = program('envoy-gateway', 'registry.acme:5000/docker.io/envoyproxy/gateway:v1.8.1-acme');
  const pinned = program('lws-controller-manager', `registry.acme/lws@sha256:${'0'.repeat(64)}`, { version: 'v0.9.0' });
  const silent = program('keda-operator', 'registry.acme/keda:stable');
  expect(lines({ ...ALL, programs: [copied, pinned, silent] }).slice(0, 3)).toEqual([
    'unknown keda: KEDA in engines/keda-operator does not tell its version: image registry.acme/keda:stable',
    'ok envoy-gateway: Envoy Gateway 1.8.1 in engines/envoy-gateway',
    'ok leader-worker-set: LeaderWorkerSet 0.9.0 in engines/lws-controller-manager',
  ]);
});

test('a gateway of another project is none of these', () => {
  expect(lines({ kinds: [], programs: [program('web', 'acme/gateway:1.0.0')] })).toEqual([]);
});

test('who may not read Deployments is told so, of what is declared', () => {
  expect(lines({ kinds: undefined, programs: undefined }, { platform: { ...PLATFORM, keda: {} } })).toEqual([
    'unknown keda: you may not read the Deployments of all namespaces', 'unknown keda-http-add-on: you may not read the Deployments of all namespaces',
  ]);
});
