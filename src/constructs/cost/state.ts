/** Both sides of a program as the state that cost is computed from. */
import type { IConstruct } from 'constructs';
import type { StackState, State, TerraformJson } from '../../state/state';
import { asValidation } from '../checks/validation-error';
import { ClusterBase, stacksAt } from '../infrastructure/cluster-base';
import type { Platform } from '../platform/platform';
import { clusterStates } from '../preview/cluster-states';
import type { ClusterStateOptions } from '../preview/cluster-states';

/** A TerraformStack, as far as it is asked: this library works without cdktf. */
interface Stack extends IConstruct {
  toTerraform(): unknown;
}

/**
 * What is declared at or below a construct, and on the other side of the program: the stacks that make the clusters of a cdk8s App or a
 * part of it, or what runs on the clusters of a cdktf App or a stack.
 */
export function stateAt(scope: IConstruct, options: ClusterStateOptions = {}): State {
  const declared = clusterStates(scope, options);
  const stacks = stacksAt(scope);
  if (stacks.length === 0) {
    return { clusters: declared.map(({ state }) => state), stacks: stackStates(declared.flatMap(({ platform }) => stacksOf(platform))) };
  }
  const platforms = scope.node.findAll().filter((each) => each instanceof ClusterBase).map(({ platform }) => platform);
  return { clusters: platforms.flatMap((platform) => clustersOn(platform, options)), stacks: stackStates(stacks) };
}

function stacksOf(platform: Platform | undefined): IConstruct[] {
  const cluster = platform?._cluster;
  return cluster instanceof ClusterBase ? cluster._stacks : [];
}

function clustersOn(platform: Platform, options: ClusterStateOptions): State['clusters'] {
  const declared = [...platform._apps].flatMap((app) => clusterStates(app, options));
  return declared.filter((each) => each.platform === platform).map(({ state }) => state);
}

function stackStates(stacks: readonly IConstruct[]): StackState[] {
  return [...new Set(stacks)].map((stack) => ({
    name: stack.node.id,
    terraform: asValidation(stack, () => (stack as Stack).toTerraform()) as TerraformJson,
  }));
}
