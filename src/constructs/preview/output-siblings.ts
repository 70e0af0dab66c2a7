/** Directories beside that of an App's output, for what is read or run: what lies in there gets applied. */
import * as path from 'node:path';
import type { IConstruct } from 'constructs';
import { ValidationError } from '../checks/validation-error';

/** Path of a directory beside the output directory. */
export function outputSibling(construct: IConstruct, ...names: string[]): string {
  return path.join(path.dirname(outdirOf(construct)), ...names);
}

/** Fails where a directory is none, or lies in the output directory. */
export function checkOutputSibling(construct: IConstruct, directory: unknown): asserts directory is string {
  if (typeof directory !== 'string' || directory === '') {
    throw new ValidationError(construct, `directory is '${String(directory)}'; name one, for example 'deploy'`);
  }
  const outdir = outdirOf(construct);
  const relative = path.relative(path.resolve(outdir), path.resolve(directory));
  if (relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative))) {
    throw new ValidationError(construct, `${directory} lies in ${outdir}, where everything gets applied; write to a directory beside it`);
  }
}

/** Of an App of cdk8s or cdktf, which both name it so. */
function outdirOf({ node }: IConstruct): string {
  return (node.root as Partial<{ readonly outdir: string }>).outdir ?? 'dist';
}
