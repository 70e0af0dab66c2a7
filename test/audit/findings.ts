/** What an auditor finds in a stack. */
import type { Block } from '../terraform/offline';
import { AWS_RIGHTS, awsRights } from './aws-rights';
import { AWS_RULES } from './aws-rules';
import { AZURE_RIGHTS, azureRights } from './azure-rights';
import { AZURE_RULES } from './azure-rules';
import { GOOGLE_RIGHTS, googleRights } from './google-rights';
import { GOOGLE_RULES } from './google-rules';
import type { Answers, Rules } from './judge';
import { added } from './rights';
import type { RightsOf, RightsTable } from './rights';
import { valuesAt } from './stacks';
import type { AuditedStack, Resource } from './stacks';
import { tagPaths } from './taggable';

export interface Auditor {
  readonly provider: string;
  readonly rules: Rules;
  readonly table: RightsTable;
  readonly rightsOf: RightsOf;
}

export const AUDITORS: readonly Auditor[] = [
  { provider: 'google', rules: GOOGLE_RULES, table: GOOGLE_RIGHTS, rightsOf: googleRights },
  { provider: 'aws', rules: AWS_RULES, table: AWS_RIGHTS, rightsOf: awsRights },
  { provider: 'azurerm', rules: AZURE_RULES, table: AZURE_RIGHTS, rightsOf: azureRights },
];

export type Question = keyof Answers;
export const QUESTIONS: readonly Question[] = ['encrypted', 'private', 'protected'];

const MANAGED_BY = { 'managed-by': 'cdk-substratus' };

/** What takes tags and has none, by the path, and why. */
export const WITHOUT_TAGS: Readonly<Record<string, string>> = {
  'aws_ecr_repository_creation_template.resource_tags': 'Amazon ECR takes them with a role of its own alone, which could then tag any repository',
  'google_container_cluster.node_config.resource_labels': 'of the pool that a cluster is made with, and that is removed at once',
};

/** What is not as it should be of one question. A type without a rule is a finding too: somebody has to think of it. */
export function wrong(resource: Resource, question: Question, rules: Rules): string[] {
  const answer = rules[resource.type]?.[question] ?? (() => `${resource.type} has no rule; add it to test/audit`);
  const found = typeof answer === 'string' ? undefined : answer(resource);
  return found === undefined ? [] : [`${resource.address} is not ${question}: ${found}`];
}

/** Tags that a resource, or a block of it, should have and has not. */
export function untagged({ type, address, block, stack }: Resource): string[] {
  const expected = Object.entries({ ...MANAGED_BY, ...stack.given.tags });
  return tagPaths(type).filter((path) => WITHOUT_TAGS[`${type}.${path}`] === undefined).flatMap((path) => {
    const name = path.split('.').at(-1) ?? '';
    const parent = path.slice(0, -name.length - 1);
    const blocks = parent === '' ? [block] : valuesAt(block, parent);
    const hasTags = (tags: unknown): boolean => expected.every(([key, value]) => (tags as Block)[key] === value);
    return blocks.filter((each) => !valuesAt(each, name).some(hasTags)).map(() => `${address} has no tags in ${path}`);
  });
}

/** Where everybody may come from or may read. A route goes out alone. */
export function openToAll({ address, block }: Resource): string[] {
  const text = JSON.stringify(block, (key, value: unknown) => (key.startsWith('destination_') ? undefined : value));
  return /0\.0\.0\.0\/0|"::\/0"|allUsers|allAuthenticatedUsers/.test(text) ? [`${address} is open to every address, or to everybody`] : [];
}

/** All of it, for one stack. */
export function findings(stack: AuditedStack): string[] {
  return AUDITORS.filter(({ provider }) => provider === stack.provider).flatMap(({ rules, table, rightsOf }) => [
    ...stack.resources.flatMap((resource) => QUESTIONS.flatMap((question) => wrong(resource, question, rules))),
    ...stack.resources.flatMap(openToAll),
    ...added(rightsOf(stack), table),
    ...stack.resources.filter(({ type }) => type in rules).flatMap(untagged),
  ]);
}
