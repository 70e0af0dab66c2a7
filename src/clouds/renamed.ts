/** Names of cloud resources as a naming rule has them. */
import type { ClusterSpec } from './infrastructure';

/** The name of a resource, or what the rule of the cluster makes of it. */
export function renamed({ nameOf }: Pick<ClusterSpec, 'nameOf'>, resourceType: string, proposed: string): string {
  return nameOf?.(resourceType, proposed) ?? proposed;
}
