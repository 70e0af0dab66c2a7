/** All that a decision about one resource may know. */
import type { PlatformSpec } from '../../api/platform';
import type { ArtifactResource, NotebookResource, ServerResource } from '../../api/resource';
import type { Idle } from '../observe/activity';
import type { Lookups } from '../observe/lookups';
import type { Observed, ObservedChild } from '../observe/observed';
import type { ObservedPod } from '../observe/pods';
import type { Expand } from './expansions';

export interface View<R extends Observed = Observed> extends Lookups {
  readonly resource: R;
  readonly platform: PlatformSpec;
  readonly expand: Expand;
  /** What the resource owns. */
  readonly children: readonly ObservedChild[];
  readonly pods: readonly ObservedPod[];
  /** What Events say of Jobs without pods, and of pods that do not start, by uid. */
  readonly warnings: ReadonlyMap<string, string>;
  /** For how long this has been asked of an object, in milliseconds of a clock that only goes on. */
  readonly askedFor: (uid: string) => number;
  /** Notebook: how long it has been without activity, where that is known. */
  readonly idle?: Idle;
  /** Model and Dataset: how far the program that runs says it is. */
  readonly progress?: string;
  readonly rollOnUpgrade: boolean;
  /** What the cloud may not have granted the namespace, and how to fix it. */
  readonly grant?: { readonly problem: string; readonly isFatal: boolean };
}

export type ArtifactView = View<Observed & ArtifactResource>;
export type ServingView = View<Observed & (ServerResource | NotebookResource)>;
