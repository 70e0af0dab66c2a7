/** What OpenShift has to allow: pods that build images, which no constraints of a new cluster fit (docs/decisions/0081). */
import { MANAGED_BY } from '../api/labels';
import { accountNamespaceOf } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import { BUILD_USER } from './build';
import type { KubeObject } from './child';

/** Name of the SecurityContextConstraints of builds. */
export const BUILD_CONSTRAINTS = 'substratus-builds';

/**
 * As OpenShift's own `nested-container` has it, for containers that make containers.
 *
 * @see https://github.com/openshift/cluster-kube-apiserver-operator/tree/main/bindata/bootkube/scc-manifests
 * @see https://github.com/moby/buildkit/issues/1634
 */
const SELINUX_TYPE = 'container_engine_t';

/** The SecurityContextConstraints for the workspaces that build, if there are any. An administrator of the cluster applies them. */
export function openShiftAddons(platform: PlatformSpec): KubeObject[] {
  const { openShift, workspaces = [] } = platform;
  const builders = workspaces.filter(({ builds }) => builds)
    .map(({ namespace }) => `system:serviceaccount:${accountNamespaceOf(platform, namespace, 'image-builder')}:image-builder`);
  return openShift && builders.length > 0 ? [buildConstraints(builders)] : [];
}

/**
 * As `restricted` is but for five things: the user of BuildKit's rootless image, its group, no seccomp profile, the capabilities by which
 * `newuidmap` gives it more users, and the type of SELinux for containers in it.
 */
function buildConstraints(users: readonly string[]): KubeObject {
  const only = { type: 'MustRunAs', uid: BUILD_USER };
  const constraints = {
    allowHostDirVolumePlugin: false,
    allowHostIPC: false,
    allowHostNetwork: false,
    allowHostPID: false,
    allowHostPorts: false,
    allowPrivilegeEscalation: true,
    allowPrivilegedContainer: false,
    allowedCapabilities: null,
    defaultAddCapabilities: null,
    fsGroup: { type: 'MustRunAs', ranges: [{ min: BUILD_USER, max: BUILD_USER }] },
    groups: [],
    priority: null,
    readOnlyRootFilesystem: false,
    requiredDropCapabilities: ['KILL', 'MKNOD'],
    runAsUser: only,
    seLinuxContext: { type: 'MustRunAs', seLinuxOptions: { type: SELINUX_TYPE } },
    seccompProfiles: ['runtime/default', 'unconfined'],
    supplementalGroups: { type: 'RunAsAny' },
    users: [...new Set(users)].sort(),
    volumes: ['configMap', 'downwardAPI', 'emptyDir', 'projected', 'secret'],
  };
  return {
    apiVersion: 'security.openshift.io/v1',
    kind: 'SecurityContextConstraints',
    metadata: { name: BUILD_CONSTRAINTS, labels: { ...MANAGED_BY } },
    ...constraints,
  };
}
