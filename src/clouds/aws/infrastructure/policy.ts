/** IAM policies as data. */
import type { AwsLocation } from '../../infrastructure';
import { principalOf } from '../partition';

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, string>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export function policyDocument(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** What lets a service of AWS assume a role. */
export function trustOfService(service: string, { region }: AwsLocation, action: Statement['Action'] = 'sts:AssumeRole'): string {
  return policyDocument({ Effect: 'Allow', Principal: { Service: principalOf(service, region) }, Action: action });
}

const PREFIX = 's3:prefix';

/**
 * The same rights in fewer words: of statements that differ only in their resources, or in the prefixes that they list of one bucket, one
 * for all. Prefixes of two buckets stay apart, for each is a right on its own bucket.
 */
export function merged(statements: readonly Statement[]): Statement[] {
  const groups = new Map<string, Statement>();
  for (const { Sid: _, ...statement } of statements) {
    const { Resource: _resource, ...rest } = statement;
    const key = JSON.stringify(listed(statement) ? { ...statement, Condition: PREFIX } : rest);
    const known = groups.get(key);
    groups.set(key, known ? union(known, statement) : statement);
  }
  return [...groups.values()];
}

function union(one: Statement, other: Statement): Statement {
  const prefixes = [listed(one), listed(other)];
  if (!prefixes[0]) return { ...one, Resource: unique(one.Resource, other.Resource) };
  return { ...one, Condition: { StringLike: { [PREFIX]: unique(...prefixes) } } };
}

/** The prefixes of a statement that is bound by nothing else. */
function listed({ Condition = {} }: Statement): string | readonly string[] | undefined {
  const tests = Object.entries(Condition).flatMap(([operator, values]) => (
    Object.entries(values).map(([key, value]) => ({ operator, key, value }))
  ));
  const [test, ...others] = tests;
  return others.length === 0 && test?.operator === 'StringLike' && test.key === PREFIX ? test.value : undefined;
}

function unique(...values: readonly (string | readonly string[] | undefined)[]): string[] {
  return [...new Set(values.flatMap((value) => value ?? []))];
}
