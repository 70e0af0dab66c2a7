/**
 * The endpoint picker of a Server: it reads the metrics of the replicas, remembers which of them has computed which beginnings of requests,
 * and tells the proxy of a gateway for each request to which replica it goes. https://gateway-api-inference-extension.sigs.k8s.io/
 */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Container, PodTemplateSpec, Service } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { PlatformSpec } from '../api/platform';
import { cores, gibibytes } from '../api/quantity';
import { DEFAULT_SERVER_PORT } from '../api/resource';
import type { ServerResource } from '../api/resource';
import { imageNamed } from '../catalog/images';
import { childMetadata, childName, contentHash, namespaceOf, PICKER_ROLE, selectorLabels, serviceChildName } from './child';
import type { KubeObject } from './child';
import { withoutEmpty } from './overlay';
import { PICKER_ACCOUNT, pickerRequests } from './picker-access';
import { withPodDefaults } from './pod-defaults';
import { basePodSpec, podMetadata } from './pod-parts';
import { METRICS_PORT_NAME, PICKER_PORT_NAME } from './ports';
import { helperSecurity, podSecurityContext } from './security';

/** Where the proxy asks. */
export const PICKER_PORT = 9002;
const HEALTH_PORT = 9003;
const METRICS_PORT = 9090;

/**
 * One that fails must not end the service: Envoy AI Gateway answers nothing where no picker does, whatever `failureMode` says
 * (https://github.com/envoyproxy/ai-gateway/issues/2502).
 */
const PICKERS = 2;
/** How long requests may take that it follows to their end. */
const GRACE_SECONDS = 130;

const CONFIG_FILE = 'picker.yaml';
const CONFIG_DIRECTORY = '/config';

/** The most of a request that is compared: 128 Ki tokens, as in later releases of the picker, where that of 1.5 ends after 4 Ki. */
const MOST_PREFIX_TOKENS = 131072;

/**
 * A known beginning counts for more than any one other reason, and for less than all of them: a replica that has requests waiting, less
 * room and more to do than another loses even those whose beginning it knows.
 */
const CONFIG = `apiVersion: inference.networking.x-k8s.io/v1alpha1
kind: EndpointPickerConfig
plugins:
  - type: approx-prefix-cache-producer
    parameters:
      autoTune: true
      maxPrefixTokensToMatch: ${MOST_PREFIX_TOKENS}
  - type: prefix-cache-scorer
  - type: queue-scorer
  - type: kv-cache-utilization-scorer
  - type: running-requests-size-scorer
  - type: lora-affinity-scorer
  - type: max-score-picker
schedulingProfiles:
  - name: default
    plugins:
      - pluginRef: prefix-cache-scorer
        weight: 3
      - pluginRef: queue-scorer
        weight: 2
      - pluginRef: kv-cache-utilization-scorer
        weight: 2
      - pluginRef: running-requests-size-scorer
        weight: 1
      - pluginRef: lora-affinity-scorer
        weight: 1
      - pluginRef: max-score-picker
`;

/** Name of the picker's Deployment and Service. */
export function pickerName(server: ServerResource): string {
  return serviceChildName(server, 'picker');
}

/** What a Server has beside its Deployment, whose pods the Service selects. */
export function pickerObjects(server: ServerResource, pods: Service, platform: PlatformSpec): KubeObject[] {
  const config = pickerConfig(server);
  return [config, inferencePool(server, pods), pickerService(server), pickerDeployment(server, config, platform), pickerBudget(server)];
}

/** What a route of a gateway refers to in place of the Service. It has the name of the Service. */
function inferencePool(server: ServerResource, { metadata, spec }: Service): KubeObject {
  const pool = {
    apiVersion: 'inference.networking.k8s.io/v1',
    kind: 'InferencePool',
    metadata: childMetadata(server, { name: metadata?.name ?? '', role: PICKER_ROLE }),
    spec: {
      selector: { matchLabels: { ...spec?.selector } },
      targetPorts: [{ number: server.spec.port ?? DEFAULT_SERVER_PORT }],
      endpointPickerRef: { group: '', kind: 'Service', name: pickerName(server), port: { number: PICKER_PORT }, failureMode: 'FailOpen' },
    },
  };
  return pool;
}

function pickerConfig(server: ServerResource): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: childMetadata(server, { name: childName(server, `server-picker-${contentHash(CONFIG)}`), role: PICKER_ROLE }),
    immutable: true,
    data: { [CONFIG_FILE]: CONFIG },
  };
}

/** A proxy stays at one picker as long as it answers, for each knows only the beginnings that it was asked about itself. */
function pickerService(server: ServerResource): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMetadata(server, { name: pickerName(server), role: PICKER_ROLE }),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(server, PICKER_ROLE),
      sessionAffinity: 'ClientIP',
      ports: [
        { name: PICKER_PORT_NAME, port: PICKER_PORT, targetPort: PICKER_PORT_NAME, protocol: 'TCP' },
        { name: METRICS_PORT_NAME, port: METRICS_PORT, targetPort: METRICS_PORT_NAME, protocol: 'TCP' },
      ],
    },
  };
}

function pickerDeployment(server: ServerResource, config: ConfigMap, platform: PlatformSpec): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: childMetadata(server, { name: pickerName(server), role: PICKER_ROLE }),
    spec: {
      replicas: server.spec.suspend ? 0 : PICKERS,
      selector: { matchLabels: selectorLabels(server, PICKER_ROLE) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      revisionHistoryLimit: 2,
      template: pickerTemplate(server, config, platform),
    },
  };
}

/** Held to the restricted standard, whatever the Server's own pods are held to. It reads pods by the Kubernetes API. */
function pickerTemplate(server: ServerResource, config: ConfigMap, platform: PlatformSpec): PodTemplateSpec {
  return withPodDefaults({
    metadata: podMetadata(server, { role: PICKER_ROLE, container: 'picker', parts: [], platform }),
    spec: {
      ...basePodSpec(server, platform),
      automountServiceAccountToken: true,
      securityContext: podSecurityContext('restricted', platform),
      serviceAccountName: PICKER_ACCOUNT,
      terminationGracePeriodSeconds: GRACE_SECONDS,
      topologySpreadConstraints: [{
        maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: selectorLabels(server, PICKER_ROLE) },
      }],
      ...withoutEmpty({ imagePullSecrets: server.spec.imagePullSecrets }),
      containers: [pickerContainer(server, platform)],
      volumes: [{ name: 'config', configMap: { name: config.metadata?.name } }],
    },
  }, { platform, namespace: namespaceOf(server) });
}

function pickerContainer(server: ServerResource, platform: PlatformSpec): Container {
  const { cpu, memory } = pickerRequests(platform);
  const health = { grpc: { port: HEALTH_PORT, service: 'inference-extension' }, timeoutSeconds: 2 };
  return {
    name: 'picker',
    image: imageNamed(platform, 'endpoint-picker'),
    args: pickerArguments(server),
    ports: [
      { name: PICKER_PORT_NAME, containerPort: PICKER_PORT, protocol: 'TCP' },
      { name: METRICS_PORT_NAME, containerPort: METRICS_PORT, protocol: 'TCP' },
    ],
    readinessProbe: { ...health, periodSeconds: 2, failureThreshold: 3 },
    livenessProbe: { ...health, initialDelaySeconds: 30, periodSeconds: 10, failureThreshold: 6 },
    resources: { requests: { cpu: cores(cpu), memory: gibibytes(memory) } },
    securityContext: helperSecurity(platform),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [{ name: 'config', mountPath: CONFIG_DIRECTORY, readOnly: true }],
  };
}

/** Its metrics are open to who reaches the port, as NetworkPolicies of the workspace say: checking tokens takes rights on the cluster. */
function pickerArguments(server: ServerResource): string[] {
  return [
    `--pool-name=${serviceChildName(server, 'server')}`,
    `--pool-namespace=${namespaceOf(server)}`,
    '--pool-group=inference.networking.k8s.io',
    `--config-file=${CONFIG_DIRECTORY}/${CONFIG_FILE}`,
    `--grpc-port=${PICKER_PORT}`,
    `--grpc-health-port=${HEALTH_PORT}`,
    `--metrics-port=${METRICS_PORT}`,
    '--metrics-endpoint-auth=false',
    '--enable-pprof=false',
    '--tracing=false',
    '--zap-encoder=json',
    '--zap-log-level=error',
  ];
}

function pickerBudget(server: ServerResource): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: childMetadata(server, { name: pickerName(server), role: PICKER_ROLE }),
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(server, PICKER_ROLE) }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  };
}
