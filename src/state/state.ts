/** What was synthesized, both sides of a program, in its serialised form: what fit, cost, diff and pictures are made from. Plain JSON. */
import type { PlatformSpec } from '../api/platform';
import type { Resource } from '../api/resource';
import type { KubeObject } from '../expand';

export interface State {
  readonly clusters: readonly ClusterState[];
  readonly stacks: readonly StackState[];
}

/** What one cluster is given: the manifests of a cdk8s App. */
export interface ClusterState {
  /** For people: the name of the platform's cluster, else the directory that it was read from. */
  readonly name: string;
  /** Absent where no Reconciler is among the manifests, whose ConfigMap has it. */
  readonly platform?: PlatformSpec;
  /** In the order of the manifests. */
  readonly resources: readonly Resource[];
  /** Every other object. */
  readonly objects: readonly KubeObject[];
}

/** One Terraform stack. */
export interface StackState {
  readonly name: string;
  readonly terraform: TerraformJson;
}

/** Terraform's JSON syntax, as far as it is read here: by type and name, the arguments of each resource. */
export interface TerraformJson {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, TerraformArguments>>>>;
  readonly provider?: Readonly<Record<string, readonly TerraformArguments[]>>;
  readonly [block: string]: unknown;
}

export type TerraformArguments = Readonly<Record<string, unknown>>;
