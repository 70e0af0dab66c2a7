/** The rights of the reconciler in each workspace, written where they can be applied. */
import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { PlatformSpec } from '../../api/platform';
import type { DeclaredWorkspace } from '../kinds/declarations';
import { addDeferredObjects } from '../objects/deferred-objects';
import { inSyncWave } from '../objects/sync-wave';
import { workspaceRole } from './reconciler-roles';

export interface WorkspaceRightsOptions {
  readonly platform: () => PlatformSpec;
  /** Namespace of the reconciler. */
  readonly namespace: string;
  /** Of what is written beside the reconciler. */
  readonly wave: number;
  /** What a workspace is applied after. */
  readonly definitions: IConstruct;
}

/**
 * A Role and its binding in each namespace. They can only be applied once the namespace is there, so that those of a workspace that is
 * declared in the same App are written in its chart, after its Namespace; all others beside the reconciler.
 */
export class WorkspaceRights extends Construct {
  /** Workspaces of the App. */
  private readonly declared = new Map<string, IConstruct>();
  private readonly granted = new Set<string>();

  constructor(scope: Construct, id: string, private readonly options: WorkspaceRightsOptions) {
    super(scope, id);
  }

  /** Namespaces of the Workspaces of the App. */
  public get workspaces(): string[] {
    return [...this.declared.keys()];
  }

  /** Grants the rights in a namespace. */
  public grant(namespace: string): void {
    this.granted.add(namespace);
    const workspace = this.declared.get(namespace);
    if (workspace) return this.addTo(new Construct(workspace as Construct, 'Reconciler'), namespace);
    const role = new Construct(this, namespace);
    this.addTo(role, namespace);
    inSyncWave(role, this.options.wave);
  }

  /** A workspace is applied after the definitions, and takes the rights in it along. */
  public onWorkspace({ construct, namespace }: DeclaredWorkspace): void {
    this.declared.set(namespace, construct);
    const isInside = construct.node.scopes.includes(Chart.of(this)); // a Chart comes after those inside it
    if (!isInside) construct.node.addDependency(this.options.definitions);
    if (!this.granted.has(namespace)) return;
    this.node.tryRemoveChild(namespace);
    this.addTo(new Construct(construct as Construct, 'Reconciler'), namespace);
  }

  private addTo(scope: Construct, workspace: string): void {
    addDeferredObjects(scope, () => workspaceRole(this.options.platform(), this.options.namespace, workspace));
  }
}
