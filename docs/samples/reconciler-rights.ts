/** What the reconciler may do in all namespaces, a row a rule. */
import { ApiObject } from 'cdk8s';
import type { ClusterRole } from 'kubernetes-types/rbac/v1';
import { app } from './reconciler';

const objects = app.node.findAll().filter((construct): construct is ApiObject => ApiObject.isApiObject(construct));
const role = objects.find(({ kind, name }) => kind === 'ClusterRole' && name === 'substratus-reconciler')?.toJson() as ClusterRole;

export const table = [
  ['API group', 'Resources', 'Verbs'],
  ['---', '---', '---'],
  ...(role.rules ?? []).map(({ apiGroups = [], resources = [], verbs }) => [
    apiGroups.map((group) => (group ? `\`${group}\`` : 'core')).join(', '), resources.join(', '), verbs.join(', '),
  ]),
];

export { app };
