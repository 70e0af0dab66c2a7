/** From which version of Kubernetes a cluster may go to which. */

/**
 * Why a cluster cannot go from one version of Kubernetes to another, to be read after the name of the new one; `undefined` if it can, or
 * if one of them does not tell its minor version. A cluster that its cloud upgrades by itself may be ahead of what is asked for.
 *
 * GKE, EKS and AKS all upgrade a control plane by one minor version at a time, and never go back.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-upgrades,
 * https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html,
 * https://learn.microsoft.com/azure/aks/upgrade-aks-cluster
 */
export function upgradeProblem(from: string, to: string, byItself = false): string | undefined {
  const [before, after] = [minorOf(from), minorOf(to)];
  if (before === undefined || after === undefined || after === before || after === before + 1) return undefined;
  if (after > before) return `skips ${skipped(before, after)} on the way from ${from}: go to ${versionOf(before + 1)} first`;
  return byItself ? undefined : `is older than ${from}, and the cloud does not go back: give ${versionOf(before)} or newer`;
}

function skipped(before: number, after: number): string {
  const between = Array.from({ length: after - before - 1 }, (_, index) => versionOf(before + 1 + index));
  return between.length === 1 ? String(between[0]) : `${between.slice(0, -1).join(', ')} and ${between.at(-1)}`;
}

function versionOf(minor: number): string {
  return `1.${minor}`;
}

/** Of `1.33`, and of what clouds call it, such as `1.33.5-gke.1080000`. */
function minorOf(version: string): number | undefined {
  const [, minor] = /^v?1\.(\d+)(\D|$)/.exec(version) ?? [];
  return minor === undefined ? undefined : Number(minor);
}
