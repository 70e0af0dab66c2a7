/**
 * The classes of cdktf or of CDK Terrain, its successor, and of their provider packages: whichever the user's stack is made of. The one
 * place that loads them, each module when first used.
 *
 * @see docs/decisions/0082-cdk-terrain.md
 */
import type * as cdktf from 'cdktf';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';

/** Who makes the classes. Both have the same ones, and each only understands its own. */
export type Project = 'cdktf' | 'cdktn';

/** How jsii names a class. https://aws.github.io/jsii/specification/3-kernel-api/ */
const NAME = Symbol.for('jsii.rtti');

/** Of which the App is that a construct is in; cdktf where it is in none. */
export function projectOf(scope: IConstruct): Project {
  return isOfTerrain(scope.node.root.constructor) ? 'cdktn' : 'cdktf';
}

/** Whether it is a class of CDK Terrain, or was derived from one. */
function isOfTerrain(type: unknown): boolean {
  if (typeof type !== 'function') return false;
  const { fqn } = (Reflect.get(type, NAME) ?? {}) as { readonly fqn?: string };
  return fqn?.startsWith('cdktn.') === true || isOfTerrain(Object.getPrototypeOf(type));
}

/** What does not belong to a provider. */
export function terraform(scope: IConstruct): typeof cdktf {
  return loaded(projectOf(scope) === 'cdktf' ? ['cdktf'] : ['cdktn', ...aliased()]) as typeof cdktf;
}

/** `cdktf` may be another name for CDK Terrain, by which the provider packages of cdktf are made of it. */
function aliased(): string[] {
  return isOfTerrain((optional('cdktf') as Partial<typeof cdktf> | undefined)?.App) ? ['cdktf'] : [];
}

type Class = abstract new (scope: Construct, ...rest: never[]) => Construct;

/** Makes the classes of a provider, for its table `resources.ts`: of a module of its package the class of a name. */
export function classesOf(provider: string): <C extends Class>(module: string, name: string) => C {
  return <C extends Class>(module: string, name: string) => {
    const classFor = (scope: IConstruct): new (...args: unknown[]) => object => loadedClass(scope, `provider-${provider}/lib/${module}`, name);
    /* What a function returns is what `new` gives. */
    const made = function (scope: Construct, ...rest: readonly unknown[]): object {
      return Reflect.construct(classFor(scope), [scope, ...rest]);
    };
    Object.defineProperty(made, 'name', { value: name });
    const isInstance = (value: unknown): boolean => Construct.isConstruct(value) && value instanceof classFor(value);
    return Object.defineProperty(made, Symbol.hasInstance, { value: isInstance }) as unknown as C;
  };
}

function loadedClass(scope: IConstruct, path: string, name: string): new (...args: unknown[]) => object {
  const paths = projectOf(scope) === 'cdktf' ? [`@cdktf/${path}`] : [`@cdktn/${path}`, ...aliased().map(() => `@cdktf/${path}`)];
  return Reflect.get(loaded(paths), name) as new (...args: unknown[]) => object;
}

/** The first that is installed. */
function loaded([path = '', ...others]: readonly string[]): object {
  return others.length === 0 ? require(path) as object : optional(path) ?? loaded(others);
}

function optional(path: string): object | undefined {
  try {
    return require(path) as object;
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    return undefined;
  }
}
