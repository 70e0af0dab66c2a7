/**
 * Keeps tokens of cdktf out of manifests: without it they end there as `${TfToken[TOKEN.0]}`, silently. Our constructs put it
 * into their App, where it watches every object, also those that are not ours.
 */
import type { IResolver, ResolutionContext } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { ValidationError } from './validation-error';

/** How cdktf writes tokens into strings, lists and keys of maps. */
const TOKEN = /[$#&]\{TfToken\[/;
/** cdktf writes tokens into numbers by their upper bits, which no number of a manifest has. */
const LARGEST_NUMBER_TOKEN = -1e287;

export class TokenGuard implements IResolver {
  public resolve(context: ResolutionContext): void {
    if (isToken(context.value)) throw new ValidationError(context.obj, holdsToken(context.key.join('.') || 'the manifest'));
  }
}

/** Says that plain data holds a token, or itself, and where; `undefined` if it does not. What is not plain data is not inspected. */
export function tokenProblem(data: unknown): string | undefined {
  const found = find(data, []);
  const field = found?.path.join('.') || 'the value';
  return found && (found.isItself ? `${field} holds itself, which no manifest can; write the value out` : holdsToken(field));
}

/** Where a value must be known now, for it gets into names, URLs and manifests. */
export function checkTokens(scope: IConstruct, props: object): void {
  const problem = tokenProblem(props);
  if (problem) throw new ValidationError(scope, problem);
}

interface Found {
  readonly path: readonly string[];
  readonly isItself: boolean;
}

/** @param above what the value is in. It is as before when the call returns with nothing found. */
function find(value: unknown, above: unknown[]): Found | undefined {
  if (isToken(value)) return { path: [], isItself: false };
  if (typeof value !== 'object' || value === null || !(Array.isArray(value) || isPlain(value))) return undefined;
  if (above.includes(value)) return { path: [], isItself: true };
  above.push(value);
  for (const [key, item] of Object.entries(value)) {
    const found = find(item, above);
    if (found) return { ...found, path: [key, ...found.path] };
  }
  above.pop();
  return undefined;
}

/* Asked of every value of every manifest, so it is quick to say no. */
function isToken(value: unknown): boolean {
  if (typeof value === 'string') return isTokenText(value);
  if (typeof value === 'number') return value < LARGEST_NUMBER_TOKEN;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return isPlain(value) ? Object.keys(value).some(isTokenText) : isResolvable(value);
}

function isTokenText(text: string): boolean {
  return text.includes('{TfToken[') && TOKEN.test(text);
}

/** A token that is not encoded: cdktf's `IResolvable`. Those of cdk8s know no stack. */
function isResolvable(value: object): boolean {
  return 'creationStack' in value && 'resolve' in value;
}

function isPlain(value: object): boolean {
  return value.constructor === Object;
}

function holdsToken(field: string): string {
  return `${field} holds a cdktf token, which has no value before the deployment; `
    + 'write the value itself, or read it from the outputs file of `cdktf output --outputs-file`';
}
