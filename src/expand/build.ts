/** Images built from git or from an archive: a Job with rootless BuildKit, as a gate before the rest. */
import type { Container, PodTemplateSpec, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { BuildSpec, GitSpec } from '../api/build';
import { buildNamespaceOf, isAtLeast, workspaceOf } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import type { Resource } from '../api/resource';
import { imageNamed } from '../catalog/images';
import type { PodPart } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { registryHost } from '../clouds/registry-host';
import { buildNodes } from './architecture';
import { archivePart, UNPACK } from './archive';
import { namespaceOf } from './child';
import type { Child, RetryTokens } from './child';
import { ExpandError } from './error';
import { builtImage, buildOf } from './image';
import { stepJob } from './job';
import { withoutEmpty } from './overlay';
import { withPodDefaults } from './pod-defaults';
import { basePodSpec, podMetadata, STAY_IN_PLACE } from './pod-parts';

/** The user of the rootless image. */
export const BUILD_USER = 1000;
const DOCKER_CONFIG = '/docker';

/* A failure to look is not told apart from «not there»: the push that follows says what is wrong. */
const EXISTS = `if [ "$INSECURE" = true ]; then set -- --host "reg=$REGISTRY,tls=disabled"; fi
if regctl manifest head "$IMAGE" "$@"; then touch "$DOCKER_CONFIG/exists"; fi
`;

const UNLESS_BUILT = `set -eu
if [ -e "$DOCKER_CONFIG/exists" ]; then echo "already built: $IMAGE"; exit 0; fi
`;

const BUILD_GIT = `${UNLESS_BUILT}exec buildctl-daemonless.sh build --progress=plain --frontend dockerfile.v0 --opt context="$CONTEXT" \\
  --output "type=image,name=$IMAGE,push=true$PUSH_OPTIONS"
`;

const BUILD_ARCHIVE = `${UNLESS_BUILT}mkdir /tmp/context
${UNPACK} /tmp/context
exec buildctl-daemonless.sh build --progress=plain --frontend dockerfile.v0 --local context=/tmp/context --local dockerfile=/tmp/context \\
  --output "type=image,name=$IMAGE,push=true$PUSH_OPTIONS"
`;

export interface BuildContext {
  readonly platform: PlatformSpec;
  readonly tokens?: RetryTokens;
}

/** The build of a resource, or nothing. It runs where its workspace builds, which may be another namespace (docs/decisions/0027). */
export function buildChildren(resource: Resource, { platform, tokens }: BuildContext): Child[] {
  const { build } = resource.spec;
  if (!build) return [];
  const template = buildTemplate(resource, platform);
  const job = stepJob(resource, { step: 'build', template, retries: 1, tokens });
  const namespace = buildNamespaceOf(platform, namespaceOf(resource));
  return [{ step: 'build', object: { ...job, metadata: { ...job.metadata, namespace } } }];
}

/** A context that BuildKit fetches itself: `https://host/repo.git#ref:path`. */
function gitContext({ url, path, tag, branch }: GitSpec): string {
  const address = url.replace(/\/+$/, '');
  const repository = /^https?:/.test(address) && !address.endsWith('.git') ? `${address}.git` : address;
  const fragment = [tag ?? branch ?? '', ...(path ? [path] : [])].join(':');
  return fragment ? `${repository}#${fragment}` : repository;
}

/** What the builder has of its sources: where they are, or the files themselves. */
function sourcesOf({ git, archive }: BuildSpec): Pick<Container, 'env'> & PodPart & { readonly script: string } {
  if (archive) return { ...archivePart('archive', archive), script: BUILD_ARCHIVE };
  return { env: [{ name: 'CONTEXT', value: git ? gitContext(git) : '' }], script: BUILD_GIT };
}

function buildTemplate(resource: Resource, platform: PlatformSpec): PodTemplateSpec {
  const namespace = namespaceOf(resource);
  if (!workspaceOf(platform, namespace)?.builds) throw new ExpandError(noBuilds(namespace));
  const registrySecret = secretOf(platform);
  const sources = sourcesOf(buildOf(resource));
  const common: Pick<Container, 'volumeMounts' | 'env'> = {
    volumeMounts: [{ name: 'docker', mountPath: DOCKER_CONFIG }, { name: 'tmp', mountPath: '/tmp' }, ...registrySecret.mounts],
    env: [
      { name: 'DOCKER_CONFIG', value: DOCKER_CONFIG },
      { name: 'IMAGE', value: builtImage(resource, platform) },
      { name: 'REGISTRY', value: registryHost(platform) },
    ],
  };
  const login = platform.registry?.secret === undefined ? cloudNamed(platform.cloud).registryLogin(platform) : undefined;
  return withPodDefaults({
    metadata: buildMetadata(resource, platform),
    spec: {
      ...basePodSpec(resource, platform),
      securityContext: { fsGroup: BUILD_USER, runAsGroup: BUILD_USER, runAsUser: BUILD_USER },
      restartPolicy: 'Never',
      serviceAccountName: 'image-builder',
      ...withoutEmpty({
        imagePullSecrets: resource.spec.imagePullSecrets,
        nodeSelector: buildNodes(resource.spec, { platform, namespace }),
      }),
      initContainers: [
        ...(login ? [{ ...login, ...common, env: [...common.env ?? [], ...login.env ?? []] }] : []),
        existsContainer(platform, common),
      ],
      containers: [builder(sources, platform, common)],
      volumes: [...['buildkit', 'docker', 'tmp'].map((name) => ({ name, emptyDir: {} })), ...registrySecret.volumes, ...sources.volumes ?? []],
    },
  }, { platform, namespace });
}

/** The platform's own credentials for its registry, which no other step of a workspace mounts. */
function secretOf({ registry }: PlatformSpec): { readonly volumes: Volume[]; readonly mounts: VolumeMount[] } {
  if (registry?.secret === undefined) return { volumes: [], mounts: [] };
  const path = 'config.json';
  return {
    volumes: [{ name: 'registry', secret: { secretName: registry.secret, items: [{ key: '.dockerconfigjson', path }] } }],
    mounts: [{ name: 'registry', mountPath: `${DOCKER_CONFIG}/${path}`, subPath: path, readOnly: true }],
  };
}

export function noBuilds(namespace: string): string {
  return `build needs an unconfined pod, which workspace ${namespace} does not allow; set builds: true on the workspace, or set image instead of build`;
}

/** BuildKit without root needs AppArmor and seccomp out of its way, since it makes namespaces of its own. */
function buildMetadata(resource: Resource, platform: PlatformSpec): PodTemplateSpec['metadata'] {
  const metadata = podMetadata(resource, { role: 'build', container: 'builder', parts: [{ annotations: STAY_IN_PLACE }], platform });
  if (isAtLeast(platform, '1.30')) return metadata;
  return {
    ...metadata,
    annotations: { ...metadata?.annotations, 'container.apparmor.security.beta.kubernetes.io/builder': 'unconfined' },
  };
}

function existsContainer(platform: PlatformSpec, common: Partial<Container>): Container {
  const env = [...common.env ?? [], { name: 'INSECURE', value: String(platform.registry?.insecure ?? false) }];
  return { name: 'exists', image: imageNamed(platform, 'regctl'), command: ['sh', '-c', EXISTS], ...common, env };
}

function builder(sources: ReturnType<typeof sourcesOf>, platform: PlatformSpec, common: Partial<Container>): Container {
  return {
    name: 'builder',
    image: imageNamed(platform, 'buildkit'),
    command: ['sh', '-c', sources.script],
    env: [
      { name: 'BUILDKITD_FLAGS', value: '--oci-worker-no-process-sandbox' },
      ...sources.env ?? [],
      ...common.env ?? [],
      { name: 'PUSH_OPTIONS', value: platform.registry?.insecure ? ',registry.insecure=true' : '' },
    ],
    resources: { requests: { 'cpu': '2', 'memory': '8Gi', 'ephemeral-storage': '50Gi' } },
    securityContext: {
      seccompProfile: { type: 'Unconfined' },
      ...(isAtLeast(platform, '1.30') && { appArmorProfile: { type: 'Unconfined' } }),
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [...common.volumeMounts ?? [], ...sources.volumeMounts ?? [], { name: 'buildkit', mountPath: '/home/user/.local/share/buildkit' }],
  };
}
