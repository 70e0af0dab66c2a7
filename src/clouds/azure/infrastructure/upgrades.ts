/** How AKS replaces the nodes of a pool when it upgrades them. */

/**
 * The longest that AKS waits for a budget to let the pods of a node go, 24 hours; by itself it waits 30 minutes. It costs nothing
 * where nothing holds a pod back. Then the upgrade fails, and no pod is ended.
 *
 * @see https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling#set-node-drain-timeout-value
 */
const LONGEST_DRAIN = 1440;

/** No time between one node and the next: readiness and budgets say when a Server is back. Said, for AKS would answer it otherwise. */
const NO_SOAK = { nodeSoakDurationInMinutes: 0 };

/** Of the cluster's own pods, which wait for nothing long. */
export const SYSTEM_UPGRADES = { maxSurge: '33%', drainTimeoutInMinutes: 30, ...NO_SOAK };

/** Of pools of machines that there are more of. */
export const SURGE_UPGRADES = { maxSurge: '33%', drainTimeoutInMinutes: LONGEST_DRAIN, ...NO_SOAK };

/** Of GPUs: a node goes before the new one comes, for there may be neither a spare GPU nor a quota for one. */
export const GPU_UPGRADES = { maxUnavailable: '1', drainTimeoutInMinutes: LONGEST_DRAIN, ...NO_SOAK };
