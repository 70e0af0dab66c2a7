/** Both ends of the range of versions that a stack takes know all that is in it, and lack nothing that they require. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesizedStacks, TERRAFORM_EXAMPLES, terraformStacks } from '../../scripts/examples';
import { differences, ofPackage } from '../schemas/providers/arguments';
import type { Arguments, Section } from '../schemas/providers/arguments';
import { everyOption, everyOptionOfAzurerm5 } from './every-option';
import { isIn, PROVIDERS } from './plugins';
import type { Provider } from './plugins';

type Block = Readonly<Record<string, unknown>>;

interface Stack {
  readonly terraform: { readonly required_providers: Readonly<Record<string, { readonly version: string }>> };
  readonly provider: Readonly<Record<string, readonly Block[]>>;
  readonly resource: Readonly<Record<string, Readonly<Record<string, Block>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Block>>>>;
}

/** A version of a provider whose arguments are known. */
interface End {
  readonly provider: Provider;
  readonly version: string;
  argumentsOf(section: Section, type: string): Arguments | undefined;
}

const ROOT = join(__dirname, '../..');

/** What is tested against: that of the typings in node_modules, and what files have (test/schemas/providers/refresh.ts). */
const ENDS: readonly End[] = [
  typings('google', '6.50.0'), file('google', '7.45'), file('google', '8'),
  typings('aws', '6.25.0'), file('aws', '6.66'),
  typings('azurerm', '4.55.0'), file('azurerm', '4.73'), file('azurerm', '5'),
];

function typings(provider: Provider, version: string): End {
  const directory = join(ROOT, 'node_modules/@cdktf', `provider-${provider}`);
  return { provider, version, argumentsOf: (section, type) => ofPackage(directory, section, type) };
}

function file(provider: Provider, version: string): End {
  const { types } = JSON.parse(readFileSync(join(ROOT, `test/schemas/providers/${provider}-${version}.json`), 'utf8')) as { types: Record<string, Arguments> };
  return { provider, version: [...version.split('.'), '0', '0'].slice(0, 3).join('.'), argumentsOf: (section, type) => types[`${section} ${type}`] };
}

/** What stacks have by an override, for the typings in node_modules do not know it, and a version of the provider that does. */
const LATER: Readonly<Record<string, string>> = {
  'resource azurerm_container_registry.role_assignment_mode': '4.81.0',
  'resource azurerm_federated_identity_credential.user_assigned_identity_id': '4.65.0',
  'resource azurerm_kubernetes_cluster.node_provisioning_profile': '4.57.0',
};

/** What only the classes of that version require, for the provider of the range does not any more. */
const NO_MORE_REQUIRED = ['resource azurerm_federated_identity_credential.parent_id', 'resource azurerm_federated_identity_credential.resource_group_name'];

const STACKS = [
  ...TERRAFORM_EXAMPLES.flatMap((example) => [...terraformStacks(example).values()]),
  ...synthesizedStacks(everyOption).values(), ...synthesizedStacks(everyOptionOfAzurerm5).values(),
].map((json) => JSON.parse(json) as Stack);

interface Written {
  readonly section: Section;
  readonly type: string;
  readonly block: Block;
}

/** Of the stacks that take a version, or an older one of the same major version, as typings may be older than all that they take. */
function blocksOf({ provider, version }: Pick<End, 'provider' | 'version'>): Written[] {
  const own = STACKS.filter(({ terraform }) => {
    const range = terraform.required_providers[provider]?.version;
    return range !== undefined && isIn(range.replace(/>= (\d+)\.[\d.]+/, '>= $1.0.0'), version);
  });
  return own.flatMap((stack) => [
    ...(stack.provider[provider] ?? []).map((block) => ({ section: 'provider', type: provider, block }) as const),
    ...(['resource', 'data'] as const).flatMap((section) => Object.entries(stack[section] ?? {})
      .flatMap(([type, blocks]) => Object.values(blocks).map((block) => ({ section, type, block })))),
  ]);
}

/** Each said once, however many stacks have it. */
function problems(end: End): { readonly unknown: string[]; readonly missing: string[]; readonly noType: string[] } {
  const found = { unknown: new Set<string>(), missing: new Set<string>(), noType: new Set<string>() };
  for (const { section, type, block } of blocksOf(end)) {
    const args = end.argumentsOf(section, type);
    if (args === undefined) found.noType.add(`${section} ${type}`);
    const { unknown, missing } = differences(block, args ?? {});
    if (args) for (const each of unknown) found.unknown.add(`${section} ${type}.${each}`);
    for (const each of missing) found.missing.add(`${section} ${type}.${each}`);
  }
  return { unknown: [...found.unknown].sort(), missing: [...found.missing].sort(), noType: [...found.noType].sort() };
}

function rangesOf(provider: Provider): string[] {
  return [...new Set(STACKS.flatMap(({ terraform }) => terraform.required_providers[provider]?.version ?? []))];
}

describe.each(ENDS)('$provider $version', (end) => {
  const { version } = end;
  const found = problems(end);
  const isLater = (each: string): boolean => Object.entries(LATER).some(([argument, since]) => each.startsWith(argument) && !isIn(`>= ${since}`, version));

  test('has every type of the stacks', () => {
    /* Pulumi's packages do not have the provider's own block. */
    expect(found.noType.filter((each) => !each.startsWith('provider '))).toEqual([]);
  });

  test('takes every argument of them', () => {
    expect(found.unknown.filter((each) => !isLater(each))).toEqual([]);
  });

  test('gets every argument that it requires', () => {
    expect(found.missing.filter((each) => isIn('>= 5.0.0', version) || !NO_MORE_REQUIRED.includes(each))).toEqual([]);
  });
});

/* Or a table that nobody reads says what is no longer so. */
test.each(Object.entries(LATER))('%s, which typings do not know, is in stacks, which take no older version than %s', (argument, since) => {
  const [, section, type = '', name = ''] = /^(\w+) (\w+)\.(.+)$/.exec(argument) ?? [];
  const provider = PROVIDERS.find((each) => type.startsWith(`${each}_`)) ?? 'aws';
  const lowest = rangesOf(provider).map((range) => range.replace(/^>= ([\d.]+),.*$/, '$1'));
  const isArgument = (written: Written): boolean => written.section === section && written.type === type && name in written.block;
  const writing = lowest.filter((version) => blocksOf({ provider, version }).some(isArgument));
  expect(writing).not.toEqual([]);
  expect(writing.filter((version) => !isIn(`>= ${since}`, version))).toEqual([]);
});

test.each([
  ['google', ['>= 6.50.0, < 9.0.0']],
  ['aws', ['>= 6.25.0, < 7.0.0']],
  ['azurerm', ['>= 4.81.0, < 5.0.0', '>= 5.0.0, < 6.0.0']],
] as const)('stacks take %s %s', (provider, expected) => {
  expect(rangesOf(provider)).toEqual(expected);
});

test('what a provider does not take and what it requires are found at any depth', () => {
  const args: Arguments = { 'name!': null, 'vpc_config': { 'subnet_ids!': null, 'rule': { port: null } } };
  expect(differences({ 'name': 'ml', 'vpc_config': { subnet_ids: [], rule: [{ port: 1 }] }, 'lifecycle': {}, '//': {} }, args)).toEqual({ unknown: [], missing: [] });
  expect(differences({ vpc_config: [{ rule: [{ port: 1 }, { ports: 1 }] }], tags: {} }, args))
    .toEqual({ unknown: ['tags', 'vpc_config.rule.ports'], missing: ['name', 'vpc_config.subnet_ids'] });
});
