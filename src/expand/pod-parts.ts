/** What all pods have in common, the user's and the helpers'. */
import type { PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../api/platform';
import type { Resource } from '../api/resource';
import type { PodPart } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { childLabels } from './child';
import { podSecurityContext } from './security';

const DEFAULT_CONTAINER_ANNOTATION = 'kubectl.kubernetes.io/default-container';

/**
 * Keeps an autoscaler from moving a pod to save a node, for that ends the work of hours: the Cluster Autoscaler, which also reads it
 * on GKE Autopilot (for a week there), and Karpenter. The same on every cloud, for Karpenter runs on several; who does not know one
 * ignores it. The author of the pod may say otherwise.
 *
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-types-of-pods-can-prevent-ca-from-removing-a-node
 * @see https://karpenter.sh/docs/concepts/disruption/#pod-level-controls
 * @see https://cloud.google.com/kubernetes-engine/docs/how-to/extended-duration-pods
 */
export const STAY_IN_PLACE: Readonly<Record<string, string>> = {
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  'karpenter.sh/do-not-disrupt': 'true',
};

/** What no pod of ours goes without: no Kubernetes token, no variables of neighbouring Services. */
export function basePodSpec({ spec: { podSecurity } }: Resource, platform: PlatformSpec): Omit<PodSpec, 'containers'> {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurityContext(podSecurity, platform),
  };
}

interface PodMetadata {
  readonly role: string;
  readonly container: string;
  readonly parts: readonly PodPart[];
  readonly platform: PlatformSpec;
}

export function podMetadata(resource: Resource, { role, container, parts, platform }: PodMetadata): PodTemplateSpec['metadata'] {
  const annotations = Object.assign({ [DEFAULT_CONTAINER_ANNOTATION]: container }, ...parts.map((part) => part.annotations));
  const labels = Object.assign(
    { ...childLabels(resource, role), ...cloudNamed(platform.cloud).podLabels },
    ...parts.map((part) => part.labels),
  );
  return { labels, annotations };
}

/** Inputs may share a volume: that of the workspace. */
export function uniqueVolumes(parts: readonly PodPart[]): PodSpec['volumes'] {
  return [...new Map(parts.flatMap((part) => part.volumes ?? []).map((volume) => [volume.name, volume])).values()];
}
