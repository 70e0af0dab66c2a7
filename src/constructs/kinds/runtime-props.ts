/** A ready-made program, as the classes Loader, Trainer, Quantizer, Engine and Workbench describe it. */
import type { Construct } from 'constructs';
import type { CommonSpec } from '../../api/resource';
import { parseEnvValue } from '../../api/secret-expression';
import { runtimeNamed } from '../../runtimes';
import type { Role } from '../../runtimes';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';

/** A value as callers give it; a list becomes text with commas. */
type Value = string | number | boolean | string[] | undefined;

/** What a class of ready-made programs knows of one. */
export interface DeclaredRuntime {
  readonly name: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  /** Environment that is not part of the recipe, such as a token. */
  readonly runtimeEnv?: Readonly<Record<string, string>>;
}

/** The options of a factory, such as `Loader.huggingFace`, which callers without types may give as anything. */
export function givenOptions<T extends object>(factory: string, options: T): T {
  const given: unknown = options;
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return options;
  throw new Error(`options of ${factory} are ${formatValue(given)}; give an object, or leave them out`);
}

/** A token of a program, which is not for everybody to read. */
export function secretToken(factory: string, token: string | undefined): string | undefined {
  const given: unknown = token;
  if (given === undefined) return undefined;
  if (typeof given === 'string' && parseEnvValue(given).type === 'secret') return given;
  throw new Error(`token of ${factory} is not a reference to a Secret; put the token in one and write \${{ secrets.<name>.<key> }}`);
}

/** Describes a program by its options, which have the names of its params. */
export function declaredRuntime(name: string, options: object, runtimeEnv: Readonly<Record<string, unknown>> = {}): DeclaredRuntime {
  const given = Object.entries(options as Readonly<Record<string, Value>>).filter(([, value]) => value !== undefined);
  const env = Object.entries(runtimeEnv).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return {
    name,
    params: Object.fromEntries(given.map(([key, value]) => (
      [key, Array.isArray(value) ? listOf(name, key, value) : value as string | number | boolean]
    ))),
    ...(env.length > 0 && { runtimeEnv: Object.fromEntries(env) as Record<string, string> }),
  };
}

/** Items with commas between them on the wire. */
function listOf(name: string, key: string, items: readonly unknown[]): string {
  const wrong = items.find((item) => typeof item !== 'string' || item === '' || item.includes(','));
  if (items.length > 0 && wrong === undefined) return items.join(',');
  throw new Error(`${key} of ${name} ${items.length === 0 ? 'is empty; leave it out' : `has ${formatValue(wrong)}; give texts without a comma`}`);
}

/** The props that can name a program, one for each role. */
const ROLE_PROPS = ['loader', 'trainer', 'quantizer', 'engine', 'workbench'] as const satisfies readonly Role[];

interface RuntimeProps {
  readonly image?: string;
  readonly imageBuild?: unknown;
}

/** The program that the props name; `undefined` where they name an image. */
export function runtimeIn(scope: Construct, props: RuntimeProps): DeclaredRuntime | undefined {
  const given = ROLE_PROPS.filter((role) => (props as Record<string, unknown>)[role] !== undefined);
  const [role, other] = given;
  if (role === undefined) return undefined;
  if (other !== undefined) throw new ValidationError(scope, `${role} and ${other} are both set; leave one of them out`);
  if (props.imageBuild !== undefined) throw new ValidationError(scope, `${role} and imageBuild are both set; leave one of them out`);
  const value = (props as Record<string, unknown>)[role] as { readonly _runtime?: DeclaredRuntime };
  const declared = typeof value === 'object' && value !== null ? value._runtime : undefined;
  if (!declared || runtimeNamed(declared.name)?.role !== role) {
    throw new ValidationError(scope, `${role} is ${shown(value)}, which is not ${role === 'engine' ? 'an' : 'a'} ${role}; write for example ${EXAMPLES[role]}`);
  }
  return declared;
}

function shown(value: unknown): string {
  return typeof value === 'function' ? `the class ${value.name}` : formatValue(value);
}

const EXAMPLES: Readonly<Record<Role, string>> = {
  loader: "Loader.huggingFace('Qwen/Qwen3-0.6B')",
  trainer: 'Trainer.sft()',
  quantizer: 'Quantizer.fp8()',
  engine: 'Engine.vllm()',
  workbench: 'Workbench.jupyter()',
};

/** The program on the wire. Its version is written, so that the recipe stays what it is when a later release has another. */
export function runtimeSpec({ name }: DeclaredRuntime): Pick<CommonSpec, 'runtime'> {
  return { runtime: { name, version: runtimeNamed(name)?.version ?? 1 } };
}
