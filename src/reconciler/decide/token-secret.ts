/** The Secret with a notebook's token: made by the reconciler, which may make Secrets but not read them. */
import type { NotebookResource } from '../../api/resource';
import { tokenSecretName } from '../../expand';
import type { Observed } from '../observe/observed';
import type { ObservedPod } from '../observe/pods';
import type { Decision } from './decision';

const NOTEBOOK_TOKEN = 'NOTEBOOK_TOKEN';

/** The Secret that a notebook needs; `undefined` where its author sets the token. */
export function tokenSecret(resource: Observed): Pick<Decision, 'secret'> {
  if (resource.kind !== 'Notebook' || resource.spec.env?.[NOTEBOOK_TOKEN] !== undefined) return {};
  return { secret: { name: tokenSecretName(resource as NotebookResource) } };
}

/** Whether a pod cannot start because someone has deleted the Secret. */
export function missingToken(resource: Observed, pods: readonly ObservedPod[]): boolean {
  if (resource.kind !== 'Notebook') return false;
  const name = tokenSecretName(resource as NotebookResource);
  return pods.some(({ trouble }) => trouble?.reason === 'ContainerConfigError' && trouble.message.includes(`"${name}" not found`));
}
