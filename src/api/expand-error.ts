/** A resource that cannot be expanded, in words that its author can act on. The reconciler answers with `Stalled`. */
export class ExpandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExpandError';
  }
}
