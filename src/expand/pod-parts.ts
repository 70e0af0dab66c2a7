/** What all pods have in common, the user's and the helpers'. */
import type { PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../api/platform';
import type { Resource } from '../api/resource';
import type { PodPart } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { childLabels } from './child';
import { podSecurityContext } from './security';

const DEFAULT_CONTAINER_ANNOTATION = 'kubectl.kubernetes.io/default-container';

/** What no pod of ours goes without: no Kubernetes token, no variables of neighbouring Services. */
export function basePodSpec({ spec: { podSecurity } }: Resource): Omit<PodSpec, 'containers'> {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurityContext(podSecurity),
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
