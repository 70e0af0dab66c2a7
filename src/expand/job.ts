/** Jobs that are named by all that they are, so that one that has started is never applied with another template. */
import type { Job, JobSpec } from 'kubernetes-types/batch/v1';
import type { Container, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { API_GROUP, RETRY_ANNOTATION } from '../api/resource';
import type { ArtifactResource, Resource } from '../api/resource';
import type { Placement, PodPart } from '../clouds/cloud';
import { childMetadata, childName, contentHash, namespaceOf } from './child';
import type { RetryTokens, Step } from './child';
import { withoutEmpty } from './overlay';
import type { Context } from './pod';
import { withPodDefaults } from './pod-defaults';
import { basePodSpec, podMetadata, uniqueVolumes } from './pod-parts';
import { HOPELESS } from './scripts';

export const MAX_DISRUPTIONS_ANNOTATION = `${API_GROUP}/max-disruptions`;

/** How often Kubernetes may disrupt a Job's pod; counted by the reconciler, for a Job has no such limit. */
const MAX_DISRUPTIONS = 20;
/** Helpers fail for the network's sake alone. */
const HELPER_RETRIES = 6;

const IGNORE_DISRUPTIONS = { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] };
/** Of any container of the pod. The steps that run a program of the user's are without it: their exit codes are their own. */
const FAIL_IF_HOPELESS = { action: 'FailJob', onExitCodes: { operator: 'In', values: [HOPELESS] } };
const OF_USERS: readonly Purpose[] = ['build', 'run'];

/** What a Job is for: a step, or the deletion of what the steps have published. */
export type Purpose = Step | 'delete';

export interface JobOptions {
  readonly step: Purpose;
  readonly template: PodTemplateSpec;
  readonly retries?: number;
  readonly tokens?: RetryTokens;
  /** Whether the program's exit code tells that no other attempt would succeed. Default: that of helpers does. */
  readonly tellsHopeless?: boolean;
}

/** A Job for one step of a resource. Disruptions such as a preemption do not count as failures. */
export function stepJob(resource: Resource, options: JobOptions): Job {
  const { step, template, retries = HELPER_RETRIES, tokens, tellsHopeless = !OF_USERS.includes(step) } = options;
  const spec: JobSpec = {
    backoffLimit: retries,
    podFailurePolicy: { rules: [IGNORE_DISRUPTIONS, ...(tellsHopeless ? [FAIL_IF_HOPELESS] : [])] },
    template,
  };
  const token = step === 'delete' ? undefined : tokens?.[step];
  const name = childName(resource, `${resource.kind.toLowerCase()}-${step}-${contentHash(spec, token)}`);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: childMetadata(resource, {
      name,
      role: step,
      annotations: {
        [MAX_DISRUPTIONS_ANNOTATION]: String(MAX_DISRUPTIONS),
        ...(token !== undefined && { [RETRY_ANNOTATION]: token }),
      },
    }),
    /* Outside the hash: it may change while the Job lives. */
    spec: { ...spec, ...(resource.spec.suspend && step !== 'delete' && { suspend: true }) },
  };
}

export interface HelperPod {
  readonly step: Purpose;
  readonly serviceAccountName: string;
  readonly container: Container;
  readonly parts: readonly PodPart[];
  /** The nodes that can mount its volumes, where not all can. */
  readonly placement?: Placement;
  /** What runs first, with volumes of its own. */
  readonly before?: { readonly container: Container; readonly parts: readonly PodPart[] };
}

/** The pod of a step that runs no code of the user's. Its image may be in the same registry, so that it has the same pull secrets. */
export function helperPodTemplate(
  resource: ArtifactResource,
  { platform }: Pick<Context, 'platform'>,
  { step, serviceAccountName, container, parts, placement, before }: HelperPod,
): PodTemplateSpec {
  const tmp = { volumes: [{ name: 'tmp', emptyDir: {} }], volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] };
  const all = [tmp, ...parts];
  return withPodDefaults({
    metadata: podMetadata(resource, { role: step, container: container.name, parts: all, platform }),
    spec: {
      ...basePodSpec(resource, platform),
      restartPolicy: 'Never',
      serviceAccountName,
      ...withoutEmpty({ ...placement }),
      ...withoutEmpty({ imagePullSecrets: resource.spec.imagePullSecrets }),
      ...(before && { initContainers: [mounting(before.container, [tmp, ...before.parts])] }),
      containers: [mounting(container, all)],
      volumes: uniqueVolumes(all),
    },
  }, { platform, namespace: namespaceOf(resource) });
}

function mounting(container: Container, parts: readonly PodPart[]): Container {
  return { ...container, volumeMounts: parts.flatMap((part) => part.volumeMounts ?? []) };
}
