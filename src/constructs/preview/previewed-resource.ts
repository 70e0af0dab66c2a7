import type { Resource } from '../../api/resource';
import type { Child, Inputs } from '../../expand';
import type { Platform } from '../platform/platform';

/** A resource with its children. */
export interface PreviewedResource {
  readonly resource: Resource;
  readonly platform: Platform;
  readonly inputs: Inputs;
  readonly children: readonly Child[];
  /** How it fits its GPUs or memory, as one line, where that is known. */
  readonly fit?: string;
  /** What was chosen for it, and why, as one line. */
  readonly choice?: string;
}
