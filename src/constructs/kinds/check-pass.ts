import type { PlatformSpec } from '../../api/platform';
import type { Platform } from '../platform/platform';

/** One look at all resources of a platform. Nothing changes meanwhile, so that what many of them ask is answered once. */
export class CheckPass {
  /** The platform as it is now. */
  public readonly platform: PlatformSpec | undefined;
  private readonly answers = new Map<string, readonly string[]>();

  constructor(platform: Platform | undefined) {
    this.platform = platform?._spec;
  }

  /** The answer to a question, which must hold all that decides the answer beside the platform. */
  public once(question: object, answer: () => readonly string[]): readonly string[] {
    const key = JSON.stringify(question);
    const known = this.answers.get(key);
    if (known) return known;
    const found = answer();
    this.answers.set(key, found);
    return found;
  }
}
