/** The stacks as an auditor reads them: every resource of every stack is encrypted, private, tagged and protected, or it is said why. */
import { AUDITORS, openToAll, QUESTIONS, untagged, WITHOUT_TAGS, wrong } from './findings';
import { unexplained, unused, added } from './rights';
import { auditedStacks } from './stacks';
import { tagPaths } from './taggable';

const STACKS = auditedStacks();

describe.each(AUDITORS)('what an auditor reads of $provider', ({ provider, rules, table, rightsOf }) => {
  const stacks = STACKS.filter((stack) => stack.provider === provider);
  const resources = stacks.flatMap((stack) => stack.resources);
  const rights = stacks.flatMap(rightsOf);

  test('each type has a rule, and each rule a type', () => {
    expect([...new Set(resources.map(({ type }) => type))].sort()).toEqual(Object.keys(rules).sort());
  });

  test.each(QUESTIONS)('everything is %s', (question) => {
    expect(resources.flatMap((resource) => wrong(resource, question, rules))).toEqual([]);
  });

  test('everything that takes tags has them', () => {
    expect(resources.flatMap(untagged)).toEqual([]);
  });

  test('nothing is open to every address, or to everybody', () => {
    expect(resources.flatMap(openToAll)).toEqual([]);
  });

  test('who may do what is in the table, and the table has nothing else', () => {
    expect(added(rights, table)).toEqual([]);
    expect(unused(rights, table)).toEqual([]);
  });

  test('each `*` of a right has its reason', () => {
    expect(unexplained(table)).toEqual([]);
  });
});

test('what has no tags could have them, so that each exception is one', () => {
  const types = [...new Set(STACKS.flatMap(({ resources }) => resources.map(({ type }) => type)))];
  const paths = types.flatMap((type) => tagPaths(type).map((path) => `${type}.${path}`));
  expect(Object.keys(WITHOUT_TAGS).filter((path) => !paths.includes(path))).toEqual([]);
});
