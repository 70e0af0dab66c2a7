/** One thing that a cluster has or lacks. */
import type { PlatformSpec } from '../../api/platform';

/** `unknown` is what the user may not see. */
export type CheckState = 'ok' | 'missing' | 'warning' | 'optional' | 'unknown';

export interface Check {
  readonly name: string;
  readonly state: CheckState;
  readonly message: string;
  /** A command that helps, as it can be pasted. */
  readonly remedy?: string;
}

export interface Declared {
  /** The platform of the app in this folder. */
  readonly platform?: PlatformSpec;
  /** The file that has the definitions and the reconciler. */
  readonly systemFile?: string;
  /** API groups of the objects that the app has synthesized. */
  readonly groups: ReadonlyMap<string, string>;
  /** Of this program. */
  readonly version: string;
}
