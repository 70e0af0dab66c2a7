/** The types of what expansion produces: for the rights of the reconciler, and for what it watches. */
import type { PlatformSpec } from '../api/platform';
import { expandWorkspace } from './workspace';

/** A type of object, as the paths of the API and the rules of RBAC name it. */
export interface ObjectType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const CONFIG_MAP: ObjectType = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true };
const SERVICE: ObjectType = { group: '', version: 'v1', plural: 'services', kind: 'Service', namespaced: true };
const CLAIM: ObjectType = { group: '', version: 'v1', plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', namespaced: true };
const VOLUME: ObjectType = { group: '', version: 'v1', plural: 'persistentvolumes', kind: 'PersistentVolume', namespaced: false };
const ACCOUNT: ObjectType = { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true };
const DEPLOYMENT: ObjectType = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true };
const JOB: ObjectType = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', namespaced: true };
const POLICY: ObjectType = { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies', kind: 'NetworkPolicy', namespaced: true };
const BUDGET: ObjectType = { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', namespaced: true };

const POD_AUTOSCALER: ObjectType = { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler', namespaced: true };
const SCALED_OBJECT: ObjectType = { group: 'keda.sh', version: 'v1alpha1', plural: 'scaledobjects', kind: 'ScaledObject', namespaced: true };
const ROUTE: ObjectType = { group: 'http.keda.sh', version: 'v1beta1', plural: 'interceptorroutes', kind: 'InterceptorRoute', namespaced: true };

/** Types of KEDA and its HTTP add-on, which a cluster may do without. */
export const KEDA_TYPES: readonly ObjectType[] = [ROUTE, SCALED_OBJECT];
/** What scales a Deployment: one that is not wanted any more goes before anything else changes the number of replicas. */
export const SCALER_KINDS: readonly string[] = [POD_AUTOSCALER.kind, SCALED_OBJECT.kind];

/** Types of the children of the four kinds, on every cloud and platform. */
export const CHILD_TYPES: readonly ObjectType[] = [CONFIG_MAP, CLAIM, SERVICE, DEPLOYMENT, JOB, BUDGET, POD_AUTOSCALER];

/** The same, and those that the platform says the cluster has. */
export function childTypes({ keda }: Pick<PlatformSpec, 'keda'>): readonly ObjectType[] {
  return keda ? [...CHILD_TYPES, ...KEDA_TYPES] : CHILD_TYPES;
}

/** Types of what a workspace is made of. Not every cloud mounts artifacts through a volume of the workspace. */
export function workspaceTypes(platform: PlatformSpec): ObjectType[] {
  const kinds = new Set(expandWorkspace(platform, 'any').map(({ kind }) => kind));
  return [ACCOUNT, CLAIM, VOLUME, POLICY].filter(({ kind }) => kinds.has(kind));
}
