/** The Deployment of the reconciler. Pure. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Container, EnvVar, Probe, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { canonicalJson, digest, sortedJson } from '../../api/digest';
import type { PlatformSpec } from '../../api/platform';
import {
  HEALTH_PORT, METRICS_PORT, PLATFORM_CONFIG_MAP, PLATFORM_DIRECTORY, RECONCILER, TOKEN_KEY_DIRECTORY, TOKEN_KEY_SECRET,
} from '../../api/reconciler';
import { API_GROUP } from '../../api/resource';
import { imageNamed } from '../../catalog/images';
import { withPodDefaults } from '../../expand';
import { LOADER, nodeOptions, PROGRAM_DIRECTORY } from './reconciler-program';
import { LABELS, METRICS_PORT_NAME, SELECTOR } from './reconciler-settings';
import type { ReconcilerSettings } from './reconciler-settings';

/** Nobody in particular, as in distroless images. */
const USER = 65532;

/** To finish what is being done, at most 20 s, and to give the lease back. */
const GRACE_PERIOD_SECONDS = 30;

/** Digests leave out what is empty, such as an engine that was added without options: where there is some, the text stands for all. */
function platformDigest(platform: PlatformSpec): string {
  const text = sortedJson(platform);
  return digest(text === canonicalJson(platform) ? platform : text);
}

export function reconcilerDeployment(settings: ReconcilerSettings): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: RECONCILER, namespace: settings.namespace, labels: LABELS },
    spec: {
      replicas: settings.replicas,
      revisionHistoryLimit: 2,
      selector: { matchLabels: SELECTOR },
      template: withPodDefaults({
        /* The program's ConfigMap has another name when it changes; the platform's has not. */
        metadata: { labels: LABELS, annotations: { [`${API_GROUP}/platform-digest`]: platformDigest(settings.platform) } },
        spec: {
          serviceAccountName: RECONCILER,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          securityContext: {
            /* On OpenShift its namespace says who. */
            ...(!settings.platform.openShift && { fsGroup: USER, runAsGroup: USER, runAsUser: USER }),
            runAsNonRoot: true,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
          topologySpreadConstraints: [{
            maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: SELECTOR },
          }],
          containers: [container(settings)],
          volumes: parts(settings).map(({ volume }) => volume),
        },
      }, { platform: settings.platform, own: settings.podDefaults }),
    },
  };
}

/** Name of the ConfigMap of a program, which is immutable, so that an old pod keeps the one that it was started with. */
export function programConfigMap(programDigest: string): string {
  return `${RECONCILER}-${programDigest}`;
}

function container(settings: ReconcilerSettings): Container {
  const { platform, image, cpu, memoryMebibytes } = settings;
  const memory = `${memoryMebibytes}Mi`;
  return {
    name: 'reconciler',
    image: image ?? imageNamed(platform, 'node'),
    ...(image === undefined && { command: ['node', '-e', LOADER] }),
    env: environment(settings),
    ports: [
      { name: METRICS_PORT_NAME, containerPort: METRICS_PORT, protocol: 'TCP' },
      { name: 'health', containerPort: HEALTH_PORT, protocol: 'TCP' },
    ],
    startupProbe: { ...probe('/healthz'), periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: { ...probe('/healthz'), periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 5, failureThreshold: 2 },
    resources: { requests: { cpu: `${Math.max(1, Math.round(cpu * 1000))}m`, memory }, limits: { memory } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
    volumeMounts: parts(settings).map(({ mount }) => mount),
  };
}

function probe(path: string): Probe {
  return { httpGet: { path, port: 'health' }, timeoutSeconds: 5 };
}

/** What the program does not take as its default. */
function environment({ namespaces, rollOnUpgrade, logLevel, memoryMebibytes }: ReconcilerSettings): EnvVar[] {
  return [
    { name: 'LOG_LEVEL', value: logLevel },
    { name: 'NODE_OPTIONS', value: nodeOptions(memoryMebibytes) },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    ...(rollOnUpgrade ? [{ name: 'ROLL_ON_UPGRADE', value: 'true' }] : []),
    ...(namespaces ? [{ name: 'WATCH_NAMESPACES', value: namespaces.join() }] : []),
  ];
}

interface Part {
  readonly volume: Volume;
  readonly mount: VolumeMount;
}

function parts({ program }: ReconcilerSettings): Part[] {
  return [
    part('platform', PLATFORM_DIRECTORY, { configMap: { name: PLATFORM_CONFIG_MAP } }),
    ...(program ? [part('program', PROGRAM_DIRECTORY, { configMap: { name: programConfigMap(program.digest) } })] : []),
    /* The program makes it when it is not there: it may create Secrets, and reads none but this, by this mount. */
    part('token-key', TOKEN_KEY_DIRECTORY, { secret: { secretName: TOKEN_KEY_SECRET, optional: true } }),
  ];
}

function part(name: string, mountPath: string, source: Omit<Volume, 'name'>): Part {
  return { volume: { name, ...source }, mount: { name, mountPath, readOnly: true } };
}
