/** The pod that runs the user's image, the same for all kinds. */
import type { Container, EnvVar, PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { commandProblem } from '../api/nul';
import { WORKSPACE_ROLES } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import type { CommonSpec, Resource } from '../api/resource';
import type { PodPart } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { ordinaryNodes } from './architecture';
import { codeParts } from './archive';
import { namespaceOf } from './child';
import { environment } from './env';
import { ExpandError } from './error';
import { withExtraContainers } from './extra-containers';
import { imageOf } from './image';
import { inputParts } from './inputs';
import type { Inputs } from './inputs';
import { NO_STORE_ACCESS, tellsDownloads } from './network-policies';
import { mountsAt, withOverlay, withoutEmpty } from './overlay';
import { paramsOf } from './params';
import { mergePlacements, placementOf } from './placement';
import { withPodDefaults } from './pod-defaults';
import { basePodSpec, podMetadata, STAY_IN_PLACE, uniqueVolumes } from './pod-parts';
import { queueKindProblem } from './queue';
import { resourceRequirements, sharedMemory } from './resources';
import { userSecurityContext } from './security';

const SHARED_MEMORY_PATH = '/dev/shm';

export interface UserPod {
  /** What the pod is for, as in the label `role`. */
  readonly role: string;
  /** What only this kind's container has: its name, ports, probes. */
  readonly container: Pick<Container, 'name' | 'ports' | 'lifecycle' | 'startupProbe' | 'readinessProbe' | 'livenessProbe'>;
  /** Fields of the pod that only this kind has. */
  readonly pod?: Pick<PodSpec, 'restartPolicy' | 'terminationGracePeriodSeconds' | 'activeDeadlineSeconds'>;
  /** Volumes that only this kind has. */
  readonly parts?: readonly PodPart[];
  /** Run before the program, after its inputs are there. */
  readonly initContainers?: readonly Container[];
  /** Variables that `env` and `params` may replace. */
  readonly preset?: readonly EnvVar[];
  /** How long a run has to end, in seconds. */
  readonly graceSeconds?: number;
  /** Whether the params are in the environment too. Default: true. */
  readonly paramVariables?: boolean;
  /** Whether an autoscaler must not move the pod to save a node: its work is in memory, or takes hours. */
  readonly staysInPlace?: boolean;
  /** The command where the resource has none. */
  readonly defaultCommand?: string[];
}

export interface Context {
  readonly platform: PlatformSpec;
  readonly inputs: Inputs;
}

/** The template of the pod that runs the image of a resource, with what its author added. */
export function userPodTemplate(resource: Resource, { platform, inputs }: Context, user: UserPod): PodTemplateSpec {
  const inputsParts = inputParts(resource, inputs, platform);
  const code = codeParts(resource, platform);
  const parts = [
    ...(user.staysInPlace ? [{ annotations: STAY_IN_PLACE }] : []),
    storePart(platform), paramsPart(resource), sharedMemoryPart(resource, platform), ...user.parts ?? [], ...code.parts, ...inputsParts,
  ];
  const initContainers = [...code.initContainers, ...inputsParts.flatMap((part) => part.initContainers), ...user.initContainers ?? []];
  const { spec } = resource;
  const problem = queueKindProblem(resource, platform);
  if (problem) throw new ExpandError(problem);
  const template: PodTemplateSpec = {
    metadata: podMetadata(resource, { role: user.role, container: user.container.name, parts, platform }),
    spec: {
      ...(user.graceSeconds !== undefined && { terminationGracePeriodSeconds: user.graceSeconds }),
      ...user.pod,
      ...accountOf(resource, platform),
      ...withoutEmpty(mergePlacements(
        placementOf(spec.resources, platform), { nodeSelector: ordinaryNodes(spec, { platform, namespace: namespaceOf(resource) }) },
      )),
      ...withoutEmpty({ initContainers, imagePullSecrets: spec.imagePullSecrets }),
      containers: [userContainer(resource, { platform, user, parts })],
      volumes: uniqueVolumes(parts),
    },
  };
  const helpers = initContainers.map(({ name }) => name);
  return withPodDefaults(withExtras(withOverlay(template, spec.pod, spec.podSecurity), spec, platform), {
    platform, namespace: namespaceOf(resource), isUsers: (name) => !helpers.includes(name),
  });
}

function withExtras(template: PodTemplateSpec, { pod, podSecurity }: CommonSpec, platform: PlatformSpec): PodTemplateSpec {
  if (!pod || !template.spec) return template;
  return { ...template, spec: withExtraContainers(template.spec, pod, { platform, podSecurity }) };
}

/**
 * A Server may have an account of its own, whose token it then gets as that account says. It must not be one that can write what the
 * reconciler publishes.
 */
function accountOf(resource: Resource, platform: PlatformSpec): Omit<PodSpec, 'containers'> {
  const { automountServiceAccountToken, ...base } = basePodSpec(resource, platform);
  const own = resource.kind === 'Server' ? resource.spec.serviceAccountName : undefined;
  if (own === undefined || own === 'artifact-reader') return { automountServiceAccountToken, ...base, serviceAccountName: 'artifact-reader' };
  const problem = accountProblem(own);
  if (problem) throw new ExpandError(problem);
  return { ...base, serviceAccountName: own };
}

/** Why a program cannot run as an account; `undefined` if it can. */
export function accountProblem(name: string): string | undefined {
  const isOurs = WORKSPACE_ROLES.some((role) => role === name && role !== 'artifact-reader');
  return isOurs ? `serviceAccountName is ${name}, which can write to the store; use a ServiceAccount of your own, or leave it out` : undefined;
}

interface ContainerContext {
  readonly platform: PlatformSpec;
  readonly user: UserPod;
  readonly parts: readonly PodPart[];
}

function userContainer(resource: Resource, { platform, user, parts }: ContainerContext): Container {
  const { command = user.defaultCommand, args, resources, podSecurity } = resource.spec;
  const problem = commandProblem(resource.spec);
  if (problem) throw new ExpandError(problem);
  const { name, ...runtime } = user.container;
  return {
    name,
    image: imageOf(resource, platform),
    ...withoutEmpty({ command, args }),
    ...withoutEmpty({ env: environment({ ...resource.spec, ...(user.paramVariables === false && { params: {} }) }, user.preset) }),
    ...runtime,
    resources: resourceRequirements(resources, platform),
    ...withoutEmpty({ securityContext: userSecurityContext(podSecurity) }),
    terminationMessagePolicy: 'FallbackToLogsOnError', // the end of its output is in its status, where everybody may read it
    volumeMounts: parts.flatMap((part) => part.volumeMounts ?? []),
  };
}

/** What a pod that downloads nothing says of itself, where that is told apart. */
function storePart(platform: PlatformSpec): PodPart {
  return tellsDownloads(cloudNamed(platform.cloud).network(platform)) ? { labels: NO_STORE_ACCESS } : {};
}

function paramsPart(resource: Resource): PodPart {
  const { volume, volumeMount } = paramsOf(resource);
  return { volumes: [volume], volumeMounts: [volumeMount] };
}

/** Unless the author mounts a volume of their own there. */
function sharedMemoryPart({ spec: { resources, pod } }: Resource, platform: PlatformSpec): PodPart {
  const sizeLimit = sharedMemory(resources, platform);
  if (mountsAt(SHARED_MEMORY_PATH, pod)) {
    if (resources?.sharedMemory === undefined) return {};
    throw new ExpandError(`resources.sharedMemory is ${sizeLimit} and pod.volumeMounts mounts ${SHARED_MEMORY_PATH} too; leave one of them out`);
  }
  return {
    volumes: [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit } }],
    volumeMounts: [{ name: 'shm', mountPath: SHARED_MEMORY_PATH }],
  };
}
