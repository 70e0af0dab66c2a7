/** The rights of the reconciler in each workspace, written where they can be applied. */
import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { PlatformSpec } from '../../api/platform';
import type { DeclaredWorkspace } from '../kinds/declarations';
import { addDeferredObjects } from '../objects/deferred-objects';
import { inSyncWave } from '../objects/sync-wave';
import { buildRole, workspaceRole } from './reconciler-roles';
import type { RoleObject } from './reconciler-roles';

export interface WorkspaceRightsOptions {
  readonly platform: () => PlatformSpec;
  /** Namespace of the reconciler. */
  readonly namespace: string;
  /** Of what is written beside the reconciler. */
  readonly wave: number;
  /** What a workspace is applied after. */
  readonly definitions: IConstruct;
}

/** The rights in one namespace. */
interface Granted {
  readonly namespace: string;
  /** The workspace that the namespace is of. */
  readonly workspace: string;
  readonly role: () => RoleObject[];
}

/**
 * A Role and its binding in each namespace. They can only be applied once the namespace is there, so that those of a workspace that is
 * declared in the same App are written in its chart, after its Namespace; all others beside the reconciler.
 */
export class WorkspaceRights extends Construct {
  /** Workspaces of the App. */
  private readonly declared = new Map<string, IConstruct>();
  private readonly granted: Granted[] = [];

  constructor(scope: Construct, id: string, private readonly options: WorkspaceRightsOptions) {
    super(scope, id);
  }

  /** Namespaces of the Workspaces of the App. */
  public get workspaces(): string[] {
    return [...this.declared.keys()];
  }

  /** Grants the rights in a namespace. */
  public grant(namespace: string): void {
    const { platform, namespace: own } = this.options;
    this.add({ namespace, workspace: namespace, role: () => workspaceRole(platform(), own, namespace) });
  }

  /** Grants the rights in the namespace that a workspace builds in. */
  public grantBuilds(workspace: string, namespace: string): void {
    const { platform, namespace: own } = this.options;
    this.add({ namespace, workspace, role: () => buildRole(platform(), own, namespace) });
  }

  /** A workspace is applied after the definitions, and takes the rights in it along. */
  public onWorkspace({ construct, namespace }: DeclaredWorkspace): void {
    this.declared.set(namespace, construct);
    const isInside = construct.node.scopes.includes(Chart.of(this)); // a Chart comes after those inside it
    if (!isInside) construct.node.addDependency(this.options.definitions);
    for (const granted of this.granted.filter(({ workspace }) => workspace === namespace)) {
      this.node.tryRemoveChild(idOf(granted));
      addInside(construct as Construct, granted);
    }
  }

  private add(granted: Granted): void {
    this.granted.push(granted);
    const workspace = this.declared.get(granted.workspace);
    if (workspace) {
      addInside(workspace as Construct, granted);
      return;
    }
    const scope = new Construct(this, idOf(granted));
    addDeferredObjects(scope, granted.role);
    inSyncWave(scope, this.options.wave);
  }
}

/** No namespace has a capital letter. */
function idOf({ namespace, workspace }: Granted): string {
  return namespace === workspace ? namespace : `Builds-${namespace}`;
}

function addInside(chart: Construct, { namespace, workspace, role }: Granted): void {
  addDeferredObjects(new Construct(chart, namespace === workspace ? 'Reconciler' : 'ReconcilerBuilds'), role);
}
