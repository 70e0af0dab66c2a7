/** Who may refer to a Model or Dataset. */
import { isArtifactResource } from '../../api/resource';
import type { Observed } from './observed';

/** Whether those in a namespace may: its own, and those that its owner grants it. */
export function isOpenTo(target: Observed, namespace: string): boolean {
  if (target.metadata.namespace === namespace) return true;
  const { namespaces = [] } = isArtifactResource(target) ? target.spec.sharing ?? {} : {};
  return namespaces.includes(namespace) || namespaces.includes('*');
}
