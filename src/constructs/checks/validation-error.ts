import type { IConstruct } from 'constructs';

/** Bad input: where, what, and how to fix it. */
export class ValidationError extends Error {
  constructor(construct: IConstruct, message: string) {
    super(`[${construct.node.path}] ${message}`);
    this.name = 'ValidationError';
  }
}

/** Calls what knows no construct, and names the construct in its error. */
export function asValidation<T>(construct: IConstruct, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof ValidationError) throw error;
    throw new ValidationError(construct, error.message);
  }
}
