import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Service } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { parse } from 'yaml';
import type { InferenceExtensionSpec } from '../../src/api/engines';
import type { PlatformSpec } from '../../src/api/platform';
import type { ServerSpec } from '../../src/api/resource';
import { expandWorkspace, INSTALL_INFERENCE_EXTENSION, isWorkload } from '../../src/expand';
import type { KubeObject } from '../../src/expand';
import { definitionErrors } from '../schemas/definitions';
import { childrenOf, defined, NAMESPACE, nameOf, platformOf, server } from './fixtures';

const PLATFORM = platformOf('local', { inferenceExtension: {} });
const VLLM: ServerSpec = { image: undefined, runtime: { name: 'vllm', version: 1 }, replicas: 2 };
const ROUTED: ServerSpec = { ...VLLM, routing: 'prefixAware' };

type WithSpec = KubeObject & { readonly spec: Record<string, unknown> };

function objects(spec: ServerSpec = ROUTED, platform: PlatformSpec = PLATFORM): KubeObject[] {
  return childrenOf(server(spec), { platform }).map(({ object }) => object);
}

function ofPicker<T extends KubeObject>(kind: string, spec?: ServerSpec, platform?: PlatformSpec): T {
  return defined(objects(spec, platform).find((object) => object.kind === kind && object.metadata?.labels?.role === 'picker')) as T;
}

function workload(spec: ServerSpec): Deployment {
  return defined(objects(spec).find(isWorkload)) as Deployment;
}

describe('a Server whose requests go where their beginning is known', () => {
  test('has an InferencePool under the name of its Service, of the pods of that Service, which fails open', () => {
    const pool = ofPicker<WithSpec>('InferencePool', { ...ROUTED, port: 8000 });
    expect([pool.apiVersion, nameOf(pool)]).toEqual(['inference.networking.k8s.io/v1', 'chat-server']);
    const pods = defined(objects().find(({ kind, metadata }) => kind === 'Service' && metadata?.name === 'chat-server')) as Service;
    expect(pool.spec).toEqual({
      selector: { matchLabels: pods.spec?.selector },
      targetPorts: [{ number: 8000 }],
      endpointPickerRef: { group: '', kind: 'Service', name: 'chat-picker', port: { number: 9002 }, failureMode: 'FailOpen' },
    });
    expect(ofPicker<WithSpec>('InferencePool').spec.targetPorts).toEqual([{ number: 8080 }]);
  });

  test('its pool is valid by the definition of the extension', () => {
    expect(definitionErrors(ofPicker('InferencePool'))).toEqual([]);
    expect(definitionErrors({ ...ofPicker<WithSpec>('InferencePool'), spec: {} })).toHaveLength(3);
  });

  test('has two pickers on different nodes, so that one may fail, and each proxy stays at one of them', () => {
    const { metadata, spec } = ofPicker<Deployment>('Deployment');
    expect([metadata?.name, spec?.replicas]).toEqual(['chat-picker', 2]);
    expect(spec?.strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
    expect(spec?.template.spec?.topologySpreadConstraints?.[0]).toMatchObject({ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' });
    const service = ofPicker<Service>('Service');
    expect([service.metadata?.name, service.spec?.sessionAffinity]).toEqual(['chat-picker', 'ClientIP']);
    expect(service.spec?.selector).toEqual(spec?.selector.matchLabels);
    expect(service.spec?.ports?.map(({ name, port }) => [name, port])).toEqual([['grpc-picker', 9002], ['metrics', 9090]]);
    expect(ofPicker<PodDisruptionBudget>('PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1, selector: { matchLabels: spec?.selector.matchLabels } });
  });

  test('the picker is a program of another project, held to the restricted standard, that may use the Kubernetes API as an account of its own', () => {
    const pod = defined(ofPicker<Deployment>('Deployment').spec?.template.spec);
    const [container] = pod.containers;
    expect(pod).toMatchObject({ serviceAccountName: 'endpoint-picker', automountServiceAccountToken: true, securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } });
    expect(container).toMatchObject({
      image: 'registry.k8s.io/gateway-api-inference-extension/epp:v1.5.0',
      resources: { requests: { cpu: '500m', memory: '1Gi' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true, runAsNonRoot: true },
      readinessProbe: { grpc: { port: 9003, service: 'inference-extension' } },
    });
    expect(container?.args).toEqual(expect.arrayContaining(['--pool-name=chat-server', `--pool-namespace=${NAMESPACE}`, '--config-file=/config/picker.yaml']));
    expect(container?.resources).not.toHaveProperty('limits');
  });

  test('its image is in the mirror of the platform, and it asks for what the platform says', () => {
    const platform: PlatformSpec = {
      ...PLATFORM, imageMirrors: { 'registry.k8s.io': 'mirror.example/k8s' }, inferenceExtension: { pickerCpu: 4, pickerMemory: 8 },
    };
    const container = ofPicker<Deployment>('Deployment', ROUTED, platform).spec?.template.spec?.containers[0];
    expect(container?.image).toBe('mirror.example/k8s/gateway-api-inference-extension/epp:v1.5.0');
    expect(container?.resources).toEqual({ requests: { cpu: '4', memory: '8Gi' } });
  });

  test('the configuration is immutable, named by its content, and weighs a known beginning above any one other reason', () => {
    const config = ofPicker<ConfigMap>('ConfigMap');
    const { volumes } = defined(ofPicker<Deployment>('Deployment').spec?.template.spec);
    expect(config.immutable).toBe(true);
    expect(config.metadata?.name).toMatch(/^chat-server-picker-[a-z0-9]+$/);
    expect(volumes).toEqual([{ name: 'config', configMap: { name: config.metadata?.name } }]);
    const { apiVersion, kind, plugins, schedulingProfiles } = parse(defined(config.data?.['picker.yaml'])) as Record<string, never[]>;
    expect([apiVersion, kind]).toEqual(['inference.networking.x-k8s.io/v1alpha1', 'EndpointPickerConfig']);
    const weights = (schedulingProfiles as { plugins: { pluginRef: string; weight?: number }[] }[] | undefined)?.[0]?.plugins ?? [];
    expect(weights.map(({ pluginRef, weight }) => [pluginRef, weight])).toEqual([
      ['prefix-cache-scorer', 3], ['queue-scorer', 2], ['kv-cache-utilization-scorer', 2], ['running-requests-size-scorer', 1], ['lora-affinity-scorer', 1],
      ['max-score-picker', undefined],
    ]);
    const types = (plugins as { type: string }[] | undefined)?.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(weights.map(({ pluginRef }) => pluginRef)));
  });

  test('a replica has the same template as without, so that turning it on or off restarts none', () => {
    expect(workload(ROUTED)).toEqual(workload(VLLM));
    expect(objects(VLLM).filter(({ metadata }) => metadata?.labels?.role === 'picker')).toEqual([]);
    expect(objects(VLLM).map(({ kind }) => kind)).not.toContain('InferencePool');
  });

  test('of a Server on many nodes the leaders alone are in its pool, for the other pods serve nothing', () => {
    const gpuPools = [{ name: 'h100', gpu: 'nvidia-h100', gpusPerNode: 8, maxNodes: 8 }];
    const platform: PlatformSpec = { ...platformOf('gcp', { leaderWorkerSet: {}, gpuPools }), inferenceExtension: {} };
    const spec: ServerSpec = { ...ROUTED, nodes: 2, resources: { gpu: { type: 'nvidia-h100', count: 8 } } };
    const group = defined(objects(spec, platform).find(({ kind }) => kind === 'LeaderWorkerSet')) as WithSpec;
    const { leaderTemplate, workerTemplate } = group.spec.leaderWorkerTemplate as Record<string, { metadata: { labels: object } }>;
    const { selector } = ofPicker<WithSpec>('InferencePool', spec, platform).spec as { selector: { matchLabels: object } };
    expect(leaderTemplate?.metadata.labels).toMatchObject(selector.matchLabels);
    expect(workerTemplate?.metadata.labels).not.toMatchObject(selector.matchLabels);
  });

  test('no picker runs while the Server is suspended', () => {
    expect(ofPicker<Deployment>('Deployment', { ...ROUTED, suspend: true }).spec?.replicas).toBe(0);
  });

  test('goes with a HorizontalPodAutoscaler, and with an autoscaler of the author', () => {
    expect(objects({ ...ROUTED, replicas: undefined, autoscaling: { max: 4, cpu: 70 } }).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['HorizontalPodAutoscaler', 'InferencePool']),
    );
    expect(ofPicker<WithSpec>('InferencePool', { ...ROUTED, replicas: undefined, scaling: 'external' })).toBeDefined();
  });
});

describe('a workspace of a platform with the inference extension', () => {
  function inWorkspace<T extends KubeObject>(kind: string, name: string, platform: PlatformSpec = PLATFORM): T | undefined {
    return expandWorkspace(platform, NAMESPACE).find((object) => object.kind === kind && object.metadata?.name === name) as T | undefined;
  }

  const extended = (inferenceExtension: InferenceExtensionSpec): PlatformSpec => ({ ...PLATFORM, inferenceExtension, monitoringNamespaces: ['monitoring'] });

  test('lets pickers read pods, InferencePools and what goes with them, and nothing else', () => {
    expect(inWorkspace<Role>('Role', 'endpoint-picker')?.rules).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['inference.networking.k8s.io'], resources: ['inferencepools'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['inference.networking.x-k8s.io'], resources: ['inferenceobjectives', 'inferencemodelrewrites'], verbs: ['get', 'list', 'watch'] },
    ]);
    expect(inWorkspace<RoleBinding>('RoleBinding', 'endpoint-picker')).toMatchObject({
      roleRef: { kind: 'Role', name: 'endpoint-picker' }, subjects: [{ kind: 'ServiceAccount', name: 'endpoint-picker', namespace: NAMESPACE }],
    });
    expect(inWorkspace('ServiceAccount', 'endpoint-picker')).toMatchObject({ automountServiceAccountToken: false });
  });

  test('lets gateways alone reach pickers, gateways and the workspace reach Servers, and pickers reach Servers and the API server', () => {
    const platform = extended({ gatewayNamespaces: ['gateways', 'edge'] });
    const gateways = { namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['gateways', 'edge'] }] } };
    const pickers = inWorkspace<NetworkPolicy>('NetworkPolicy', 'substratus-pickers', platform)?.spec;
    expect(pickers?.podSelector).toEqual({ matchLabels: { role: 'picker' }, matchExpressions: [{ key: 'server', operator: 'Exists' }] });
    expect(pickers?.ingress).toEqual([
      { from: [gateways], ports: [{ port: 'grpc-picker', protocol: 'TCP' }] },
      { from: [expect.objectContaining({})], ports: [{ port: 'metrics', protocol: 'TCP' }] },
    ]);
    expect(pickers?.egress?.map(({ ports }) => ports?.map(({ port }) => port))).toEqual([['http-serve'], [443, 6443]]);
    const servers = inWorkspace<NetworkPolicy>('NetworkPolicy', 'substratus-servers', platform)?.spec;
    expect(servers?.ingress).toContainEqual({ from: [gateways], ports: [{ port: 'http-serve', protocol: 'TCP' }] });
    expect(servers?.podSelector.matchLabels).toEqual({ role: 'run' });
  });

  test('of a platform with gateways of ours these alone reach pickers, and those that it names', () => {
    const ofPickers = (platform: PlatformSpec) => inWorkspace<NetworkPolicy>('NetworkPolicy', 'substratus-pickers', platform)?.spec?.ingress?.[0]?.from;
    const modelGateways = [{ namespace: 'model-gateway', name: 'models' }];
    const [proxies, ...others] = ofPickers({ ...PLATFORM, modelGateways }) ?? [];
    expect(others).toEqual([]);
    expect(JSON.stringify(proxies?.podSelector)).toContain('models');
    expect(ofPickers(PLATFORM)).toBeUndefined();
    expect(ofPickers({ ...PLATFORM, modelGateways, inferenceExtension: { gatewayNamespaces: ['edge'] } })).toHaveLength(2);
  });

  test('is as ever on a platform without it', () => {
    const platform = platformOf('local');
    expect(expandWorkspace(platform, NAMESPACE).map(({ kind }) => kind)).not.toContain('Role');
    expect(inWorkspace('NetworkPolicy', 'substratus-pickers', platform)).toBeUndefined();
  });
});

describe('what cannot be', () => {
  function problem(spec: ServerSpec, platform: PlatformSpec = PLATFORM): string {
    try {
      objects(spec, platform);
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  }

  test.each<[string, string, string]>([
    ['a cluster without the inference extension', problem(ROUTED, platformOf('local')),
      'routing needs the Gateway API Inference Extension, which platform ml does not have; '
      + `install it (${INSTALL_INFERENCE_EXTENSION}) and call addInferenceExtension() of the platform, or leave routing out`],
    ['another engine', problem({ ...ROUTED, runtime: { name: 'llama-cpp', version: 1 } }),
      'routing is prefixAware, which needs the metrics of vLLM, but the engine is llama-cpp; serve the model by vllm, or leave routing out'],
    ['an image of the author', problem({ replicas: 2, routing: 'prefixAware' }),
      'routing is prefixAware, which needs the metrics of vLLM, but the Server runs an image of its own; serve the model by vllm, or leave routing out'],
    ['embeddings, which build on nothing', problem({ ...ROUTED, params: { task: 'embed' } }),
      'routing is prefixAware but param task is embed, whose answers do not build on the beginning of others; serve text, or leave routing out'],
    ['autoscaling by requests, to zero too', problem({ ...ROUTED, replicas: undefined, autoscaling: { min: 0, max: 4 } }, { ...PLATFORM, keda: {} }),
      'routing is prefixAware but autoscaling counts requests, which do not pass its interceptor then: replicas would be stopped while they answer; '
      + 'scale by cpu or metric, or by an autoscaler of your own (scaling: external), or leave routing out'],
    ['a word that is not known', problem({ ...ROUTED, routing: 'prefix' as never }), "routing is 'prefix'; give prefixAware, or leave routing out"],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  test('one replica for a while stalls no Server that is in a cluster', () => {
    expect(problem({ ...ROUTED, replicas: 1 })).toBe('none');
  });
});
