/** What the programs of `check` and `publish` have found out: one line of JSON in the termination log of their pod. */
import type { ObservedChild } from '../observe/observed';
import { newestFirst } from '../observe/pods';
import type { ObservedPod } from '../observe/pods';

export type Outcome =
  /** No pod of the Job tells it: none is left, or its news has not come yet. */
  | { readonly state: 'unknown' }
  | { readonly state: 'known'; readonly published: false }
  | { readonly state: 'known'; readonly published: true; readonly contentDigest?: string; readonly bytes?: number; readonly files?: number };

export function outcomeOf(job: ObservedChild, pods: readonly ObservedPod[]): Outcome {
  for (const { controller, ending } of newestFirst(pods)) {
    if (controller !== job.metadata.uid || ending?.exitCode !== 0) continue;
    const outcome = parse(ending.message);
    if (outcome) return outcome;
  }
  return { state: 'unknown' };
}

function parse(message = ''): Outcome | undefined {
  try {
    const { published, contentDigest, bytes, files } = JSON.parse(message) as Record<string, unknown>;
    if (published === false) return { state: 'known', published };
    if (published !== true) return undefined;
    return {
      state: 'known',
      published,
      ...(typeof contentDigest === 'string' && { contentDigest }),
      ...(typeof bytes === 'number' && { bytes }),
      ...(typeof files === 'number' && { files }),
    };
  } catch {
    return undefined;
  }
}
