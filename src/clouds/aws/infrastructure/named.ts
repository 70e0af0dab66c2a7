import type { ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';

/** The tags of a part of a network, with the name that a naming rule makes of one. */
export function named(spec: ClusterSpec, resourceType: string, name: string): Record<string, string> {
  return { ...spec.tags, Name: renamed(spec, resourceType, name) };
}
