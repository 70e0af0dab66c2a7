import type { IConstruct } from 'constructs';

/** Bad input: where, what, and the way out. */
export class ValidationError extends Error {
  constructor(construct: IConstruct, message: string) {
    super(`[${construct.node.path}] ${message}`);
    this.name = 'ValidationError';
  }
}
