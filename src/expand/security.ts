/** Security contexts that meet the Pod Security Standards `baseline` and `restricted`. */
import type { PodSecurityContext, SecurityContext } from 'kubernetes-types/core/v1';
import type { PodSecurity } from '../api/resource';

/** The group that owns volumes, as the ancestor had it, so that images with any user can write to them. */
const FS_GROUP = 3003;
/** The user of helper containers: nobody in particular. */
const HELPER_USER = 65532;

/** The pod of the user's image. Under `restricted` the image must not run as root, or `pod.securityContext.runAsUser` says as whom. */
export function podSecurityContext(podSecurity: PodSecurity = 'baseline'): PodSecurityContext {
  return {
    fsGroup: FS_GROUP,
    seccompProfile: { type: 'RuntimeDefault' },
    ...(podSecurity === 'restricted' && { runAsNonRoot: true }),
  };
}

/** The user's container: under `baseline` as its image wants it, root included, as the ancestor's images do. */
export function userSecurityContext(podSecurity: PodSecurity = 'baseline'): SecurityContext | undefined {
  if (podSecurity === 'baseline') return undefined;
  return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
}

/** A helper container: restricted in any case. */
export const HELPER_SECURITY: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsGroup: HELPER_USER,
  runAsNonRoot: true,
  runAsUser: HELPER_USER,
};

/**
 * A helper that reads what the user's container has written: root's files too, under `baseline`, for which it keeps that one
 * capability. Under `restricted` nothing of root's is there.
 */
export function publisherSecurity(podSecurity: PodSecurity = 'baseline'): SecurityContext {
  if (podSecurity === 'restricted') return HELPER_SECURITY;
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE'] },
    readOnlyRootFilesystem: true,
    runAsUser: 0,
  };
}
