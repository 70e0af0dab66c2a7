/** Resources with every option, on every platform: what is said of all children is said of those of these. */
import type { PlatformSpec } from '../../src/api/platform';
import type { CommonSpec, Resource } from '../../src/api/resource';
import { CLOUDS, dataset, KUBERNETES_VERSIONS, model, notebook, platformOf, S3_COMPATIBLE, server } from './fixtures';

const T4 = { gpu: { type: 'nvidia-t4', count: 4 } };

const ARCHIVE = { configMapName: 'archive-1', digest: `sha256:${'a'.repeat(64)}` };

/** Each with what another lacks. */
const VARIANTS: Readonly<Record<string, CommonSpec>> = {
  plain: {},
  gpu: { resources: T4 },
  frugal: { resources: { cpu: '500m', memory: '1.5Gi', disk: 8, gpu: { type: 'nvidia-t4', count: 1 } }, suspend: true },
  restricted: { podSecurity: 'restricted', resources: T4 },
  verbose: {
    command: ['train'],
    args: ['--fast'],
    env: { HF_TOKEN: '${{ secrets.hugging-face.token }}', LITERAL: '$(HOME) $$ ünïcode' },
    params: { epochs: 1, name: 'facebook/opt-125m' },
    imagePullSecrets: [{ name: 'registry' }],
    pod: {
      labels: { team: 'a' },
      annotations: { note: 'x' },
      nodeSelector: { disk: 'fast' },
      tolerations: [{ operator: 'Exists' }],
      volumes: [{ name: 'cache', emptyDir: {} }],
      volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
      securityContext: { runAsUser: 1000 },
    },
  },
  bounded: { resources: { cpu: 1, limits: { cpu: 2, memory: '20Gi' } }, runtimeEnv: { LOG_LEVEL: 'debug', TOKEN: '${{ secrets.hugging-face.token }}' } },
  built: { build: { git: { url: 'https://example.com/models.git', path: 'opt', tag: 'v1' } } },
  archived: { build: { archive: ARCHIVE } },
  coded: { code: ARCHIVE, podSecurity: 'restricted', pod: { securityContext: { runAsUser: 1000 } } },
};

function resources(spec: CommonSpec): Resource[] {
  const references = { model: { name: 'base' }, dataset: { name: 'squad', namespace: 'shared' } };
  return [
    model({ ...spec, ...references, timeout: '12h', staging: { size: '100Gi', storageClassName: 'fast' } }),
    model({ ...spec, ...references, access: 'download' }),
    dataset({ ...spec, retries: 0 }),
    server({ ...spec, replicas: 3, port: 8000, startupTimeout: '1h', surge: false }),
    server({ ...spec, scaling: 'external', access: 'download' }),
    server({ ...spec, base: { name: 'base' }, adapters: [{ name: 'sql', model: { name: 'sql' } }, { name: 'help', model: { name: 'help', namespace: 'shared' } }] }),
    server({ ...spec, autoscaling: { max: 4, cpu: 70 } }),
    notebook({ ...spec, ...references, storage: { size: 5 } }),
    notebook(spec),
  ];
}

export function platforms(): PlatformSpec[] {
  return KUBERNETES_VERSIONS.flatMap((kubernetesVersion) => [...CLOUDS.map((cloud) => platformOf(cloud)), S3_COMPATIBLE]
    .map((platform) => ({ ...platform, ...(kubernetesVersion && { kubernetesVersion }) })));
}

export interface Case {
  readonly resource: Resource;
  readonly platform: PlatformSpec;
}

const RESOURCES = Object.values(VARIANTS).flatMap(resources);

export const CASES: readonly Case[] = platforms().flatMap((platform) => RESOURCES.map((resource) => ({ resource, platform })));
