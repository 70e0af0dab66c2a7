/** What the reconciler may do, made from what expansion produces. Pure. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from 'kubernetes-types/rbac/v1';
import type { PlatformSpec } from '../../api/platform';
import { RECONCILER } from '../../api/reconciler';
import { API_GROUP, KINDS, PLURALS } from '../../api/resource';
import { BUILD_PARTS, CHILD_TYPES, childTypes, expandWorkspace, pickerGrants, workspaceTypes } from '../../expand';
import type { ObjectType } from '../../expand';
import { LABELS } from './reconciler-settings';

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${RBAC_GROUP}/v1`;
const READ = ['get', 'list', 'watch'];
const VOLUMES = { apiGroups: [''], resources: ['persistentvolumes'] };
/** For `kubectl scale`. */
const SCALE = `${PLURALS.Server}/scale`;
const PLURAL_KINDS = KINDS.map((kind) => PLURALS[kind]);

/** Server-side apply takes `create` and `patch`. */
const CHILD_VERBS = [...READ, 'create', 'patch', 'delete'];

/** What only a workspace has is created where it is missing, and never deleted. It is watched for that. */
const WORKSPACE_VERBS = [...READ, 'create'];
/** Its NetworkPolicies follow the platform. */
const POLICY_VERBS = [...WORKSPACE_VERBS, 'patch'];

export type RoleObject = Role | RoleBinding | ClusterRole | ClusterRoleBinding;

/** Where the reconciler runs: its own lease, and the key that it makes tokens with. */
export function ownRole(namespace: string): RoleObject[] {
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  return boundRole(namespace, namespace, [
    { ...leases, verbs: ['create'] },
    { ...leases, resourceNames: [RECONCILER], verbs: ['get', 'patch'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  ]);
}

/** What it may do in the namespace of one workspace. */
export function workspaceRole(platform: PlatformSpec, namespace: string, workspace: string): RoleObject[] {
  return boundRole(namespace, workspace, workspaceRules(platform));
}

/** What it may do in a namespace in which only images are built. */
export function buildRole(platform: PlatformSpec, namespace: string, buildNamespace: string): RoleObject[] {
  const parts = workspaceTypes(platform).filter(({ kind }) => BUILD_PARTS.includes(kind));
  const jobs = CHILD_TYPES.filter(({ kind }) => kind === 'Job');
  return boundRole(namespace, buildNamespace, [
    ...rulesFor(jobs, CHILD_VERBS),
    ...partRules(parts),
    { apiGroups: [''], resources: ['pods'], verbs: READ },
    { apiGroups: [''], resources: ['events'], verbs: ['list'] },
  ]);
}

interface Reach {
  /** Namespaces that have Roles of their own; absent if the rights are in all namespaces. */
  readonly namespaces?: readonly string[];
}

/**
 * What it may do in the whole cluster. It is written even if that is nothing, so that narrowing the rights, by an upgrade or by
 * `clusterWide: false`, replaces the wide role that was applied before.
 */
export function clusterRole(platform: PlatformSpec, namespace: string, { namespaces }: Reach): RoleObject[] {
  const rules = namespaces ? ownVolumeRules(platform, namespaces) : [...workspaceRules(platform), ...volumeRules(platform)];
  return boundClusterRole(namespace, rules);
}

/** What people may do who have the built-in roles `view`, `edit` and `admin`: each holds what the one before it holds. */
export function peopleRoles(): ClusterRole[] {
  return [
    peopleRole('view', READ, [...PLURAL_KINDS, ...PLURAL_KINDS.map((plural) => `${plural}/status`), SCALE]),
    peopleRole('edit', ['create', 'update', 'patch', 'delete'], [...PLURAL_KINDS, SCALE]),
    peopleRole('admin', ['deletecollection'], PLURAL_KINDS),
  ];
}

function peopleRole(name: string, verbs: string[], resources: string[]): ClusterRole {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRole',
    metadata: { name: `substratus-${name}`, labels: { ...LABELS, [`${RBAC_GROUP}/aggregate-to-${name}`]: 'true' } },
    rules: [{ apiGroups: [API_GROUP], resources, verbs }],
  };
}

function kindRules(): PolicyRule[] {
  return [
    { apiGroups: [API_GROUP], resources: PLURAL_KINDS, verbs: [...READ, 'patch'] },
    { apiGroups: [API_GROUP], resources: PLURAL_KINDS.map((plural) => `${plural}/status`), verbs: ['patch'] },
    /* For `blockOwnerDeletion`, where the API server asks for it. */
    { apiGroups: [API_GROUP], resources: PLURAL_KINDS.map((plural) => `${plural}/finalizers`), verbs: ['update'] },
  ];
}

function workspaceRules(platform: PlatformSpec): PolicyRule[] {
  const ofWorkspace = workspaceTypes(platform)
    .filter(({ kind, namespaced }) => namespaced && !childTypes(platform).some((type) => type.kind === kind));
  return [
    ...kindRules(), ...rulesFor(childTypes(platform), CHILD_VERBS), ...partRules(ofWorkspace), ...pickerGrants(platform), ...otherRules(),
  ];
}

function partRules(types: readonly ObjectType[]): PolicyRule[] {
  const isPolicy = ({ kind }: ObjectType): boolean => kind === 'NetworkPolicy';
  return [
    ...rulesFor(types.filter((type) => !isPolicy(type)), WORKSPACE_VERBS),
    ...rulesFor(types.filter(isPolicy), POLICY_VERBS),
  ];
}

/**
 * The PersistentVolumes of workspaces, on a cloud that has them; they belong to no namespace. One that was bound to the claim of a
 * namespace which has been deleted is freed for the claim of the next namespace of that name.
 */
function volumeRules(platform: PlatformSpec): PolicyRule[] {
  const hasVolumes = workspaceTypes(platform).some(({ namespaced }) => !namespaced);
  return hasVolumes ? [{ ...VOLUMES, verbs: ['get', 'create', 'patch'] }] : [];
}

/** The same for the volumes of these workspaces alone. RBAC cannot hold `create` to a name. */
function ownVolumeRules(platform: PlatformSpec, namespaces: readonly string[]): PolicyRule[] {
  const resourceNames = namespaces.flatMap((namespace) => expandWorkspace(platform, namespace))
    .filter(({ kind }) => kind === 'PersistentVolume').map(({ metadata }) => metadata?.name ?? '');
  return resourceNames.length > 0 ? [{ ...VOLUMES, verbs: ['create'] }, { ...VOLUMES, resourceNames, verbs: ['get', 'patch'] }] : [];
}

/** One rule for each API group. */
function rulesFor(types: readonly ObjectType[], verbs: string[]): PolicyRule[] {
  const groups = [...new Set(types.map(({ group }) => group))];
  return groups.map((group) => ({
    apiGroups: [group], resources: types.filter((type) => type.group === group).map(({ plural }) => plural), verbs,
  }));
}

/** What explains a status, and the token of a notebook, which is created and never read. */
function otherRules(): PolicyRule[] {
  return [
    /* Finished pods hold the staging volume, and go with it. The output of ready-made programs says how far they are. */
    { apiGroups: [''], resources: ['pods'], verbs: [...READ, 'delete'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    { apiGroups: [''], resources: ['events'], verbs: ['list', 'create', 'patch'] },
  ];
}

function boundRole(namespace: string, inNamespace: string, rules: PolicyRule[]): [Role, RoleBinding] {
  const metadata = { name: RECONCILER, namespace: inNamespace, labels: LABELS };
  return [
    { apiVersion: API_VERSION, kind: 'Role', metadata, rules },
    { apiVersion: API_VERSION, kind: 'RoleBinding', metadata, roleRef: roleRef('Role'), subjects: subjects(namespace) },
  ];
}

function boundClusterRole(namespace: string, rules: PolicyRule[]): [ClusterRole, ClusterRoleBinding] {
  const metadata = { name: RECONCILER, labels: LABELS };
  return [
    { apiVersion: API_VERSION, kind: 'ClusterRole', metadata, rules },
    { apiVersion: API_VERSION, kind: 'ClusterRoleBinding', metadata, roleRef: roleRef('ClusterRole'), subjects: subjects(namespace) },
  ];
}

function roleRef(kind: string): RoleRef {
  return { apiGroup: RBAC_GROUP, kind, name: RECONCILER };
}

function subjects(namespace: string): Subject[] {
  return [{ kind: 'ServiceAccount', name: RECONCILER, namespace }];
}
