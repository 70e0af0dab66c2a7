/** The types of what expansion produces: for the rights of the reconciler, and for what it watches. */
import type { EnginesSpec } from '../api/engines';
import type { PlatformSpec } from '../api/platform';
import { engineTypes } from './engines';
import type { ObjectType } from './object-type';
import { expandWorkspace } from './workspace';

const CONFIG_MAP: ObjectType = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true };
const SERVICE: ObjectType = { group: '', version: 'v1', plural: 'services', kind: 'Service', namespaced: true };
const CLAIM: ObjectType = { group: '', version: 'v1', plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', namespaced: true };
const VOLUME: ObjectType = { group: '', version: 'v1', plural: 'persistentvolumes', kind: 'PersistentVolume', namespaced: false };
const ACCOUNT: ObjectType = { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true };
const DEPLOYMENT: ObjectType = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true };
const JOB: ObjectType = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', namespaced: true };
const POLICY: ObjectType = { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies', kind: 'NetworkPolicy', namespaced: true };
const BUDGET: ObjectType = { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', namespaced: true };

const ROLE: ObjectType = { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'roles', kind: 'Role', namespaced: true };
const ROLE_BINDING: ObjectType = { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'rolebindings', kind: 'RoleBinding', namespaced: true };

const POD_AUTOSCALER: ObjectType = { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler', namespaced: true };

/** What scales a Deployment: one that is not wanted any more goes before anything else changes the number of replicas. */
export const SCALER_KINDS: readonly string[] = [POD_AUTOSCALER.kind, 'ScaledObject'];

/** What endpoint pickers read the Kubernetes API by. */
export const PICKER_ACCESS_TYPES: readonly ObjectType[] = [ROLE, ROLE_BINDING];
/** Kinds of what a namespace has in which only images are built. */
export const BUILD_PARTS: readonly string[] = [ACCOUNT.kind, POLICY.kind];

/** Types of the children of the four kinds, on every cloud and platform. */
export const CHILD_TYPES: readonly ObjectType[] = [CONFIG_MAP, CLAIM, SERVICE, DEPLOYMENT, JOB, BUDGET, POD_AUTOSCALER];

/** The same, and those that the platform says the cluster has. */
export function childTypes(platform: EnginesSpec & Pick<PlatformSpec, 'gpuPools'>): readonly ObjectType[] {
  return [...CHILD_TYPES, ...engineTypes(platform), ...platform.leaderWorkerSet ? [POLICY] : []];
}

/**
 * Types of what a workspace is made of. Not every cloud mounts artifacts through a volume of the workspace, and only endpoint pickers read
 * the Kubernetes API.
 */
export function workspaceTypes(platform: PlatformSpec): ObjectType[] {
  const kinds = new Set(expandWorkspace(platform, 'any').map(({ kind }) => kind));
  return [ACCOUNT, ROLE, ROLE_BINDING, CLAIM, VOLUME, POLICY].filter(({ kind }) => kinds.has(kind));
}
