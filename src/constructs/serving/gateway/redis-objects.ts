/** The Redis of a gateway, which holds the counters of its quotas. Pure. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Container, PersistentVolumeClaim, Service } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { PART_OF } from '../../../api/labels';
import { imageNamed } from '../../../catalog/images';
import { inNamespaces, tcp } from '../../../clouds/network';
import { envoyGatewayOf, withWorkloadDefaults } from '../../../expand';
import type { KubeObject } from '../../../expand';
import type { GatewaySettings } from './gateway-settings';

const PORT = 6379;
const USER = 999;
const MEMORY_MIB = 256;
/** When its memory is full it drops the counters that end soonest: those of a minute before those of a month. */
const EVICTION = 'volatile-ttl';

/** Name of its Service, Deployment and disk. */
export function redisName({ name }: Pick<GatewaySettings, 'name'>): string {
  return `${name}-redis`;
}

/** Where the rate limit service finds it. */
export function redisAddress(settings: Pick<GatewaySettings, 'name' | 'namespace' | 'redis'>): string {
  const { redis, namespace } = settings;
  return redis.address ?? `${redisName(settings)}.${namespace}.svc:${PORT}`;
}

export function redisObjects(settings: GatewaySettings): KubeObject[] {
  if (settings.redis.address !== undefined) return [];
  return [claim(settings), service(settings), networkPolicy(settings), withWorkloadDefaults(deployment(settings), settings.platform)];
}

function labelsOf(settings: GatewaySettings): Record<string, string> {
  return { 'app.kubernetes.io/name': 'redis', 'app.kubernetes.io/instance': settings.name };
}

function metadata(settings: GatewaySettings): { name: string; namespace: string; labels: Record<string, string> } {
  return { name: redisName(settings), namespace: settings.namespace, labels: { ...labelsOf(settings), ...PART_OF } };
}

function claim(settings: GatewaySettings): PersistentVolumeClaim {
  const { storageMiB, storageClassName } = settings.redis;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(settings),
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: `${storageMiB}Mi` } },
      ...(storageClassName !== undefined && { storageClassName }),
    },
  };
}

function service(settings: GatewaySettings): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(settings),
    spec: { selector: labelsOf(settings), ports: [{ name: 'redis', port: PORT, targetPort: 'redis', protocol: 'TCP' }] },
  };
}

/** It asks for no password, so that nothing but the rate limit service reaches it. */
function networkPolicy(settings: GatewaySettings): NetworkPolicy {
  const rateLimit = inNamespaces([envoyGatewayOf(settings.platform).namespace], { matchLabels: { 'app.kubernetes.io/name': 'envoy-ratelimit' } });
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(settings),
    spec: { podSelector: { matchLabels: labelsOf(settings) }, policyTypes: ['Ingress', 'Egress'], ingress: [{ from: [rateLimit], ports: tcp('redis') }] },
  };
}

function deployment(settings: GatewaySettings): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(settings),
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' }, // the disk is one pod's
      selector: { matchLabels: labelsOf(settings) },
      template: {
        metadata: { labels: labelsOf(settings) },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: { ...user(settings, { fsGroup: USER }), runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [container(settings)],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: redisName(settings) } }],
        },
      },
    },
  };
}

function container(settings: GatewaySettings): Container {
  const { platform } = settings;
  const probe = { tcpSocket: { port: 'redis' }, timeoutSeconds: 5 };
  return {
    name: 'redis',
    image: imageNamed(platform, 'valkey'),
    command: ['valkey-server'],
    args: ['--dir', '/data', '--appendonly', 'yes', '--save', '', '--maxmemory', `${MEMORY_MIB}mb`, '--maxmemory-policy', EVICTION],
    ports: [{ name: 'redis', containerPort: PORT, protocol: 'TCP' }],
    readinessProbe: probe,
    livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 6 },
    resources: { requests: { cpu: '50m', memory: `${2 * MEMORY_MIB}Mi` }, limits: { memory: `${2 * MEMORY_MIB}Mi` } },
    securityContext: {
      allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true,
      runAsNonRoot: true, ...user(settings, { runAsUser: USER, runAsGroup: USER }),
    },
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
}

/** On OpenShift its namespace says who. */
function user<T extends object>({ platform }: GatewaySettings, ids: T): Partial<T> {
  return platform.openShift ? {} : ids;
}
