import type { IConstruct } from 'constructs';

/** The code of all warnings, by which a program can tell them: `node --disable-warning=SUBSTRATUS` leaves them out. */
export const WARNING_CODE = 'SUBSTRATUS';

/** Where, what, and how to mend it, on stderr, before it becomes an error. What is written stays the same. */
export function warn(construct: IConstruct, message: string): void {
  process.emitWarning(`[${construct.node.path}] ${message}`, { code: WARNING_CODE });
}
