/** Jobs that are named by all that they are, so that one that has started is never applied with another template. */
import type { Job, JobSpec } from 'kubernetes-types/batch/v1';
import type { Container, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { API_GROUP, RETRY_ANNOTATION } from '../api/resource';
import type { ArtifactResource, Resource } from '../api/resource';
import type { PodPart } from '../clouds/cloud';
import { childMetadata, childName, contentHash, namespaceOf } from './child';
import type { RetryTokens, Step } from './child';
import { withoutEmpty } from './overlay';
import type { Context } from './pod';
import { withPodDefaults } from './pod-defaults';
import { basePodSpec, podMetadata, uniqueVolumes } from './pod-parts';

export const MAX_DISRUPTIONS_ANNOTATION = `${API_GROUP}/max-disruptions`;

/** How often Kubernetes may disrupt a Job's pod; counted by the reconciler, for a Job has no such limit. */
const MAX_DISRUPTIONS = 20;
/** Helpers fail for the network's sake alone. */
const HELPER_RETRIES = 6;

/** What a Job is for: a step, or the deletion of what the steps have published. */
export type Purpose = Step | 'delete';

export interface JobOptions {
  readonly step: Purpose;
  readonly template: PodTemplateSpec;
  readonly retries?: number;
  readonly tokens?: RetryTokens;
}

/** A Job for one step of a resource. Disruptions such as a preemption do not count as failures. */
export function stepJob(resource: Resource, { step, template, retries = HELPER_RETRIES, tokens }: JobOptions): Job {
  const spec: JobSpec = {
    backoffLimit: retries,
    podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
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
}

/** The pod of a step that runs no code of the user's. Its image may be in the same registry, so that it has the same pull secrets. */
export function helperPodTemplate(
  resource: ArtifactResource,
  { platform }: Pick<Context, 'platform'>,
  { step, serviceAccountName, container, parts }: HelperPod,
): PodTemplateSpec {
  const all = [{ volumes: [{ name: 'tmp', emptyDir: {} }], volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] }, ...parts];
  return withPodDefaults({
    metadata: podMetadata(resource, { role: step, container: container.name, parts: all, platform }),
    spec: {
      ...basePodSpec(resource),
      restartPolicy: 'Never',
      serviceAccountName,
      ...withoutEmpty({ imagePullSecrets: resource.spec.imagePullSecrets }),
      containers: [{ ...container, volumeMounts: all.flatMap((part) => part.volumeMounts ?? []) }],
      volumes: uniqueVolumes(all),
    },
  }, { platform, namespace: namespaceOf(resource) });
}
