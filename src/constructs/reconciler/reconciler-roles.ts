/** What the reconciler may do, made from what expansion produces. Pure. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from 'kubernetes-types/rbac/v1';
import type { PlatformSpec } from '../../api/platform';
import { RECONCILER } from '../../api/reconciler';
import { API_GROUP, KINDS, PLURALS } from '../../api/resource';
import { CHILD_TYPES, workspaceTypes } from '../../expand';
import type { ObjectType } from '../../expand';
import { LABELS } from './reconciler-settings';

const RBAC_GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${RBAC_GROUP}/v1`;
const READ = ['get', 'list', 'watch'];
const PLURAL_KINDS = KINDS.map((kind) => PLURALS[kind]);

/** Server-side apply takes `create` and `patch`. */
const CHILD_VERBS = [...READ, 'create', 'patch', 'delete'];

/**
 * What only a workspace has is made where it is missing, and never taken away. ServiceAccounts are watched for that; a volume that was
 * bound in a namespace which was deleted is freed for the one made anew.
 */
const WORKSPACE_VERBS = { namespaced: [...READ, 'create'], clusterWide: ['get', 'create', 'patch'] };

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

/** In all namespaces. */
export function clusterRole(platform: PlatformSpec, namespace: string): RoleObject[] {
  return boundClusterRole(namespace, [...kindRules(), ...typeRules(platform, true), ...typeRules(platform, false), ...otherRules()]);
}

/** In one namespace of those that it keeps to. */
export function watchedRole(platform: PlatformSpec, namespace: string, watched: string): RoleObject[] {
  return boundRole(namespace, watched, [...kindRules(), ...typeRules(platform, true), ...otherRules()]);
}

/** What has no namespace, where it keeps to some: the volumes of workspaces, on a cloud that has them. */
export function volumeRole(platform: PlatformSpec, namespace: string): RoleObject[] {
  const rules = typeRules(platform, false);
  return rules.length > 0 ? boundClusterRole(namespace, rules) : [];
}

/** What people may do who have the built-in roles `view`, `edit` and `admin`: each holds what the one before it holds. */
export function peopleRoles(): ClusterRole[] {
  return [
    peopleRole('view', READ, [...PLURAL_KINDS, ...PLURAL_KINDS.map((plural) => `${plural}/status`)]),
    peopleRole('edit', ['create', 'update', 'patch', 'delete'], PLURAL_KINDS),
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

/** One rule a group for the children, and one for what only a workspace has. */
function typeRules(platform: PlatformSpec, namespaced: boolean): PolicyRule[] {
  const ofWorkspace = workspaceTypes(platform).filter((type) => !CHILD_TYPES.some(({ kind }) => kind === type.kind));
  const verbs = namespaced ? WORKSPACE_VERBS.namespaced : WORKSPACE_VERBS.clusterWide;
  return [...rulesFor(CHILD_TYPES, CHILD_VERBS, namespaced), ...rulesFor(ofWorkspace, verbs, namespaced)];
}

function rulesFor(types: readonly ObjectType[], verbs: string[], namespaced: boolean): PolicyRule[] {
  const wanted = types.filter((type) => type.namespaced === namespaced);
  const groups = [...new Set(wanted.map(({ group }) => group))];
  return groups.map((group) => ({
    apiGroups: [group],
    resources: wanted.filter((type) => type.group === group).map(({ plural }) => plural),
    verbs,
  }));
}

/** What explains a status, and the token of a notebook, which is created and never read. */
function otherRules(): PolicyRule[] {
  return [
    /* Finished pods hold the staging volume, and go with it. */
    { apiGroups: [''], resources: ['pods'], verbs: [...READ, 'delete'] },
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
