/** Notebooks that nobody uses: when one was put to sleep, and whether it is to wake. */
import { secondsOf } from '../../api/duration';
import { RESUME_ANNOTATION } from '../../api/resource';
import type { NotebookSpec } from '../../api/resource';
import type { ObservedChild } from '../observe/observed';
import type { ServingView } from './view';

/** Since when a notebook sleeps; `undefined` if it does not. Written on its Deployment, never in its spec. */
export function culledAt({ resource, idle }: ServingView, deployment?: ObservedChild): string | undefined {
  const { idleTimeout } = resource.spec as NotebookSpec;
  const limit = resource.kind === 'Notebook' && idleTimeout !== undefined ? secondsOf(idleTimeout) : undefined;
  if (limit === undefined || resource.spec.suspend) return undefined;
  const since = deployment?.applied?.culledAt;
  const resumed = resource.metadata.annotations?.[RESUME_ANNOTATION];
  const isAwakeSince = (time: string) => resumed !== undefined && Date.parse(resumed) > Date.parse(time);
  if (since !== undefined) return isAwakeSince(since) ? undefined : since;
  if (idle === undefined || !('seconds' in idle) || idle.seconds < limit || isAwakeSince(idle.at)) return undefined;
  return idle.at;
}
