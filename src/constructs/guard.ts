/**
 * Keeps tokens of cdktf out of manifests: without it they end there as `${TfToken[TOKEN.0]}`, silently. Our constructs put it
 * into their App, where it watches every object, also those that are not ours.
 */
import type { IResolver, ResolutionContext } from 'cdk8s';
import { ValidationError } from './validation-error';

/** How cdktf writes tokens into strings, lists and keys of maps. */
const TOKEN = /[$#&]\{TfToken\[/;
/** cdktf writes tokens into numbers by their upper bits, which no number of a manifest has. */
const LARGEST_NUMBER_TOKEN = -1e287;

export class TokenGuard implements IResolver {
  public resolve(context: ResolutionContext): void {
    const { value, key, obj } = context;
    if (!isToken(value)) return;
    throw new ValidationError(obj, `${key.join('.') || 'the manifest'} holds a cdktf token, which has no value before the deployment; `
      + 'write the value itself, or read it from the outputs file of `cdktf output --outputs-file`');
  }
}

function isToken(value: unknown): boolean {
  if (typeof value === 'string') return TOKEN.test(value);
  if (typeof value === 'number') return value < LARGEST_NUMBER_TOKEN;
  return typeof value === 'object' && value !== null && value.constructor === Object && Object.keys(value).some((key) => TOKEN.test(key));
}
