/** The Secret with a notebook's token: made by the reconciler, which may make Secrets but not read them. */
import { createHmac } from 'node:crypto';
import type { NotebookResource } from '../api/resource';
import { tokenSecretName } from '../expand';
import type { Decision } from './decision';
import type { Observed } from './observed';
import type { ObservedPod } from './pods';

const NOTEBOOK_TOKEN = 'NOTEBOOK_TOKEN';

/** The Secret that a notebook needs; none where its author sets the token. */
export function tokenSecret(resource: Observed): Pick<Decision, 'secret'> {
  if (resource.kind !== 'Notebook' || resource.spec.env?.[NOTEBOOK_TOKEN] !== undefined) return {};
  return { secret: { name: tokenSecretName(resource as NotebookResource) } };
}

/** Whether a pod cannot start because somebody has deleted the Secret. */
export function missingToken(resource: Observed, pods: readonly ObservedPod[]): boolean {
  if (resource.kind !== 'Notebook') return false;
  const name = tokenSecretName(resource as NotebookResource);
  return pods.some(({ trouble }) => trouble?.reason === 'ContainerConfigError' && trouble.message.includes(`"${name}" not found`));
}

/** Random to everybody who does not have the key, and the same whenever it is asked for. */
export function tokenOf(notebookUid: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(notebookUid).digest('base64url');
}
