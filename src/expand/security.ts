/** Security contexts that meet the Pod Security Standards `baseline` and `restricted`. */
import type { PodSecurityContext, SecurityContext } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../api/platform';
import type { CommonSpec, PodSecurity } from '../api/resource';

/** The group that owns volumes, as the original Substratus had it, so that images with any user can write to them. */
const FS_GROUP = 3003;
/** The user of helper containers: nobody in particular. */
const HELPER_USER = 65532;

/** On OpenShift a namespace has a user and a group, which a pod gets that names none; one that names others is refused (decision 0081). */
type Ground = Pick<PlatformSpec, 'openShift'>;

/** The pod of the user's image. Under `restricted` the image must not run as root, or `pod.securityContext.runAsUser` says as whom. */
export function podSecurityContext(podSecurity: PodSecurity = 'baseline', { openShift }: Ground): PodSecurityContext {
  return {
    ...(openShift ? groupsOf(openShift) : { fsGroup: FS_GROUP }),
    seccompProfile: { type: 'RuntimeDefault' },
    ...(podSecurity === 'restricted' && { runAsNonRoot: true }),
  };
}

function groupsOf({ storeGroup }: NonNullable<Ground['openShift']>): PodSecurityContext {
  return storeGroup === undefined ? {} : { supplementalGroups: [storeGroup] };
}

/** The user's container: under `baseline` as its image wants it, root included, as the images of the original Substratus do. */
export function userSecurityContext(podSecurity: PodSecurity = 'baseline'): SecurityContext | undefined {
  if (podSecurity === 'baseline') return undefined;
  return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
}

/** A helper container: restricted in any case. */
export function helperSecurity({ openShift }: Ground): SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
    ...(!openShift && { runAsGroup: HELPER_USER }),
    runAsNonRoot: true,
    ...(!openShift && { runAsUser: HELPER_USER }),
  };
}

/**
 * The container that looks at what the program has written, and opens it for the one that copies it: under `baseline` as root, for
 * which it keeps these two capabilities; under `restricted` as the program's user, where that is known. On OpenShift both are the user
 * of the namespace. It holds no credential.
 */
export function verifierSecurity({ podSecurity = 'baseline', pod }: CommonSpec, ground: Ground): SecurityContext {
  if (podSecurity === 'baseline' && !ground.openShift) return asRoot(['DAC_OVERRIDE', 'FOWNER']);
  const runAsUser = pod?.securityContext?.runAsUser;
  return { ...helperSecurity(ground), ...(runAsUser !== undefined && { runAsUser }) };
}

/**
 * A helper that writes to the store. Never root where it holds a credential; a directory of the node belongs to root, and there is no
 * credential for it.
 */
export function writerSecurity(podSecurity: PodSecurity = 'baseline', ground: Ground, isDirectory = false): SecurityContext {
  return isDirectory && podSecurity === 'baseline' && !ground.openShift ? asRoot(['DAC_OVERRIDE']) : helperSecurity(ground);
}

function asRoot(capabilities: string[]): SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], add: capabilities },
    readOnlyRootFilesystem: true,
    runAsUser: 0,
  };
}
