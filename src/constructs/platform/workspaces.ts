/** The workspaces of a platform. */
import type { PlatformSpec, WorkspaceSpec } from '../../api/platform';
import type { Cloud } from '../../clouds/cloud';
import { workspaceProblem } from './platform-checks';
import { readableProblem } from './readable-buckets';
import type { WorkspaceOptions } from './workspace-options';
import { workspaceSpec } from './workspace-spec';

export type WorkspaceListener = (workspace: WorkspaceSpec) => void;

/** What was said by `addWorkspace`. */
export class PlatformWorkspaces {
  public readonly specs: WorkspaceSpec[] = [];
  private readonly listeners: WorkspaceListener[] = [];

  constructor(private readonly cloud: Cloud) {}

  /** @throws Error without the names of the platform and the workspace. */
  public add(namespace: string, options: WorkspaceOptions, platform: () => PlatformSpec): void {
    const problem = workspaceProblem(namespace, options, this.specs)
      ?? (options.readableBuckets && readableProblem(options.readableBuckets, platform()));
    if (problem) throw new Error(problem);
    const workspace = workspaceSpec(namespace, options);
    const wrong = this.cloud.workspaceProblem?.(workspace, platform());
    if (wrong) throw new Error(wrong);
    this.specs.push(workspace);
    for (const listener of this.listeners) listener(workspace);
  }

  /** Calls back for every workspace, also those that are added later. */
  public onEach(listener: WorkspaceListener): void {
    this.listeners.push(listener);
    for (const workspace of this.specs) listener(workspace);
  }
}
