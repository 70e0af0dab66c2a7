/** An error that trying again does not help: it is reported once, and the key waits for the next event. */
export class TerminalError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TerminalError';
  }
}
