/** What the reconciler may do in a workspace and in the cluster, a row a rule. */
import { ApiObject } from 'cdk8s';
import type { PolicyRule, Role } from 'kubernetes-types/rbac/v1';
import { app } from './reconciler';

const objects = app.node.findAll().filter((construct): construct is ApiObject => ApiObject.isApiObject(construct));

function rulesOf(kind: string, namespace?: string): PolicyRule[] {
  const role = objects.find((object) => object.kind === kind && object.name === 'substratus-reconciler' && object.metadata.namespace === namespace);
  return (role?.toJson() as Role).rules ?? [];
}

function rows(where: string, rules: PolicyRule[]): string[][] {
  return rules.map(({ apiGroups = [], resources = [], resourceNames = [], verbs }) => [
    where,
    apiGroups.map((group) => (group ? `\`${group}\`` : 'core')).join(', '),
    [resources.join(', '), ...resourceNames.map((name) => `\`${name}\``)].join(' '),
    verbs.join(', '),
  ]);
}

export const table = [
  ['Where', 'API group', 'Resources', 'Verbs'],
  ['---', '---', '---', '---'],
  ...rows('workspace', rulesOf('Role', 'team-a')),
  ...rows('cluster', rulesOf('ClusterRole')),
];

export { app };
