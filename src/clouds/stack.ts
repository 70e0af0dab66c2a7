/** What the clouds' Terraform sides share. */
import type { TerraformBackend, TerraformProvider, TerraformRemoteState, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { terraform } from './terraform-classes';
import { majorsOf } from './version-range';

/**
 * Whether the stack has a provider of a Terraform type, such as `google`, already. Those with an alias are for what names them. One
 * that comes later would be the second one, which Terraform refuses.
 */
export function hasProvider(scope: Construct, terraformResourceType: string): boolean {
  const stack = stackOf(scope);
  const isProvider = (child: IConstruct): child is TerraformProvider => terraform(scope).TerraformProvider.isTerraformProvider(child);
  const count = (): number => stack.node.findAll()
    .filter((child) => isProvider(child)
      && child.terraformResourceType === terraformResourceType && child.alias === undefined).length;
  if (count() > 0) return true;
  scope.node.addValidation({
    validate: () => (count() < 2 ? [] : [
      `the stack has a provider ${terraformResourceType} of its own, declared after the cluster; declare it before, or give it an alias`,
    ]),
  });
  return false;
}

/**
 * Takes any version of a provider of a range, where the stack's own overrides do not say another one: typings were made from one
 * version, to which cdktf would pin the stack, and fit more.
 */
export function relaxProviderVersion(scope: Construct, provider: string, range: string): void {
  if (versionOf(scope, provider) === undefined) stackOf(scope).addOverride(versionPath(provider).join('.'), range);
}

/**
 * The major version of a provider that the stack takes, of those of which each wants other arguments.
 *
 * @throws if its range takes more than one of them, or another.
 */
export function providerMajor(scope: Construct, provider: string, known: readonly number[]): number {
  const range = versionOf(scope, provider) ?? '';
  const { lowest, highest } = majorsOf(range);
  if (lowest === highest && known.includes(lowest)) return lowest;
  const newest = Math.max(...known);
  throw new Error(`the stack takes provider ${provider} ${range}, but ${known.join(' and ')} want different arguments; give a range of one of them before the `
    + `cluster, for example stack.addOverride('${versionPath(provider).join('.')}', '>= ${newest}.0.0, < ${newest + 1}.0.0')`);
}

function versionPath(provider: string): string[] {
  return ['terraform', 'required_providers', provider, 'version'];
}

/** The range that is declared so far. */
function versionOf(scope: Construct, provider: string): string | undefined {
  const value = at(Reflect.get(stackOf(scope), 'rawOverrides'), versionPath(provider));
  return value === undefined ? undefined : String(value);
}

function at(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  return typeof value === 'object' && value !== null ? at((value as Record<string, unknown>)[key], rest) : undefined;
}

/** A backend, unless the stack has one, or gets one later. */
export function ensureBackend(scope: Construct): void {
  const stack = stackOf(scope);
  if (backendsOf(stack).length === 0) addDefaultBackend(stack);
}

/** From the directory of a stack, in which Terraform runs, to beside the output directory, which anybody may delete. */
const BESIDE_OUTPUT = '../../..';

/**
 * The state in a file beside cdktf's output directory, for as long as the stack has no other backend. The one that cdktf would add
 * by itself writes a path of the machine into the stack.
 */
function addDefaultBackend(stack: TerraformStack): void {
  const other = (): TerraformBackend | undefined => backendsOf(stack).find((backend) => backend !== made);
  class DefaultBackend extends terraform(stack).LocalBackend {
    public toTerraform(): object {
      return other() ? {} : super.toTerraform() as object;
    }

    public toHclTerraform(): object {
      return other() ? {} : super.toHclTerraform() as object;
    }

    public toMetadata(): object {
      return other() ? {} : super.toMetadata() as object;
    }

    /** For stacks that refer to this one. */
    public getRemoteStateDataSource(scope: Construct, name: string, fromStack: string): TerraformRemoteState {
      return other()?.getRemoteStateDataSource(scope, name, fromStack) ?? super.getRemoteStateDataSource(scope, name, fromStack);
    }
  }
  /* Not below the stack itself, where it would take the id of a backend that is declared later. */
  const made = new DefaultBackend(new Construct(stack, 'DefaultBackend'), { path: `${BESIDE_OUTPUT}/terraform.${stack.node.id}.tfstate` });
}

function backendsOf(stack: TerraformStack): TerraformBackend[] {
  const { TerraformBackend: Backend } = terraform(stack);
  return stack.node.findAll().filter((child): child is TerraformBackend => Backend.isBackend(child));
}

/** The stack that a construct is in. */
export function stackOf(scope: Construct): TerraformStack {
  return terraform(scope).TerraformStack.of(scope);
}

interface Named {
  readonly name: string;
  readonly description: string;
}

/** An output of one name in Terraform and in cdktf's outputs file, which goes by construct ids. */
export function output(scope: Construct, { name, description }: Named, value: string): void {
  new (terraform(scope).TerraformOutput)(scope, name, { value, description }).overrideLogicalId(name);
}
