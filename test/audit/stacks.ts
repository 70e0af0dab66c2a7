/** The stacks that are audited, as data: those of every example, and those with every option. */
import { synthesizedStacks, TERRAFORM_EXAMPLES, terraformStacks } from '../../scripts/examples';
import { everyOption, GIVEN } from '../terraform/every-option';
import type { Given } from '../terraform/every-option';
import type { Block, Stack } from '../terraform/offline';

export interface Resource {
  readonly type: string;
  /** The name of the stack and the address in it. */
  readonly address: string;
  readonly block: Block;
  readonly stack: AuditedStack;
}

export class AuditedStack {
  public readonly resources: readonly Resource[];
  /** What its author asked for that differs from what every stack has. */
  public readonly given: Given;

  constructor(public readonly name: string, private readonly stack: Stack) {
    this.given = GIVEN[name] ?? {};
    this.resources = Object.entries(stack.resource).flatMap(([type, blocks]) => Object.entries(blocks).map(
      ([id, block]) => ({ type, address: `${name}/${type}.${id}`, block, stack: this }),
    ));
  }

  public get provider(): string {
    return Object.keys(this.stack.terraform.required_providers)[0] ?? '';
  }

  public of(type: string): Resource[] {
    return this.resources.filter((each) => each.type === type);
  }

  /** Those of a type that refer to a resource. */
  public beside({ type, address }: Resource, other: string): Resource[] {
    const [, id = ''] = address.split(`/${type}.`);
    return this.of(other).filter(({ block }) => references(block).some((each) => each === `${type}.${id}`));
  }

  /** The resource that a reference such as `${aws_subnet.a.id}` is of. */
  public find(reference: unknown): Resource | undefined {
    const [first] = references(reference);
    return first === undefined ? undefined : this.resources.find(({ address }) => address === `${this.name}/${first}`);
  }
}

/** The addresses that are referred to in a value, but not those in `depends_on`. */
function references(value: unknown): string[] {
  const text = JSON.stringify(value, (key, each: unknown) => (key === 'depends_on' ? undefined : each)) ?? '';
  return [...text.matchAll(/\$\{((?:aws|azurerm|google)_\w+\.[\w-]+)/g)].map(([, address = '']) => address);
}

/** All values at a path, through lists of blocks. */
export function valuesAt(block: unknown, path: string): unknown[] {
  return path.split('.').reduce<unknown[]>((values, name) => values.flatMap((value) => {
    const next = (value as Block | null | undefined)?.[name];
    return next === undefined || next === null ? [] : [next].flat();
  }), [block]);
}

/** The Terraform JSON of all stacks that are audited, by their names. */
export function auditedJson(): ReadonlyMap<string, string> {
  const examples = TERRAFORM_EXAMPLES.flatMap((example) => [...terraformStacks(example)].map(([name, json]) => [`${example.name}/${name}`, json] as const));
  return new Map([...examples, ...synthesizedStacks(everyOption)]);
}

export function auditedStacks(): AuditedStack[] {
  return [...auditedJson()].map(([name, json]) => new AuditedStack(name, JSON.parse(json) as Stack));
}
