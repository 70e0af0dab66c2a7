/**
 * What to add to the pod that runs the image, in Kubernetes' own words: maps are merged, lists appended. What the expansion
 * relies on cannot be undone; an attempt is an error.
 */
export interface PodOptions {
  /**
   * Labels.
   *
   * @default - only those of the expansion
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations.
   *
   * @default - only those of the expansion
   */
  readonly annotations?: Record<string, string>;

  /**
   * Labels that the node must have.
   *
   * @default - only those of the GPU and the capacity
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * Tolerations (`v1.Toleration`).
   *
   * @default - only those of the GPU and the capacity
   */
  readonly tolerations?: unknown[];

  /**
   * Volumes (`v1.Volume`). No `hostPath`, which pod security forbids.
   *
   * @default - only those of the container contract
   */
  readonly volumes?: unknown[];

  /**
   * Mounts of the container (`v1.VolumeMount`), outside the paths of the container contract.
   *
   * @default - only those of the container contract
   */
  readonly volumeMounts?: unknown[];

  /**
   * Affinity (`v1.Affinity`).
   *
   * @default - only that of the capacity
   */
  readonly affinity?: unknown;

  /**
   * Spread (`v1.TopologySpreadConstraint`).
   *
   * @default - none
   */
  readonly topologySpreadConstraints?: unknown[];

  /**
   * PriorityClass.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * RuntimeClass.
   *
   * @default - the cluster's default
   */
  readonly runtimeClassName?: string;

  /**
   * Scheduler.
   *
   * @default - the cluster's default
   */
  readonly schedulerName?: string;

  /**
   * Security context of the pod (`v1.PodSecurityContext`), within its pod security standard.
   *
   * @default - volumes belong to group 3003, seccomp profile RuntimeDefault
   */
  readonly securityContext?: unknown;
}
