/** Versions of Kubernetes that a cluster cannot go to. */
import { upgradeProblem } from '../../api/kubernetes-upgrade';
import type { TerraformArguments } from '../../state/state';

interface Versioned {
  readonly argument: string;
  /** Whether the cluster may be ahead of the version that is asked for, which says the least one. */
  readonly isLeast?: boolean;
}

const VERSIONED: Readonly<Record<string, Versioned>> = {
  aws_eks_cluster: { argument: 'version' },
  azurerm_kubernetes_cluster: { argument: 'kubernetes_version' },
  google_container_cluster: { argument: 'min_master_version', isLeast: true },
};

/** Why the cloud refuses a change of a cluster's version; `undefined` if it takes it. */
export function versionProblem(type: string, from: TerraformArguments, to: TerraformArguments): string | undefined {
  const { argument, isLeast } = VERSIONED[type] ?? {};
  const [before, after] = argument === undefined ? [] : [from[argument], to[argument]];
  if (typeof before !== 'string' || typeof after !== 'string') return undefined;
  const problem = upgradeProblem(before, after, isLeast);
  return problem && `${argument} ${after} ${problem}`;
}
