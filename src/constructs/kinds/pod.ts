import type { Construct } from 'constructs';
import { SPEC_SCHEMAS } from '../../api/crd-schema';
import type { PodSecurity, PodSpec } from '../../api/resource';
import { overlayConflict } from '../../expand';
import { knownProps, optionsProblem } from '../checks/known-props';
import { podFieldsProblem } from '../checks/pod-fields';
import { schemaProblem } from '../checks/schema-check';
import { ValidationError } from '../checks/validation-error';

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

  /**
   * Containers that run one after another before the program, once the inputs are there (`v1.Container`).
   *
   * @default - none
   */
  readonly initContainers?: unknown[];

  /**
   * Containers that run beside the program (`v1.Container`), from before it starts until it ends. They need Kubernetes 1.29.
   *
   * @default - none
   */
  readonly sidecars?: unknown[];

  /**
   * Environment of the program from ConfigMaps and Secrets (`v1.EnvFromSource`). `env` wins; it is not part of the recipe.
   *
   * @default - none
   */
  readonly envFrom?: unknown[];

  /**
   * More ports of the program (`v1.ContainerPort`), each with a name. Those of a Server are also its Service's; pods of
   * other namespaces (`serversOpenTo`) reach those that are named `grpc` and `metrics`.
   *
   * @default - none
   */
  readonly ports?: unknown[];
}

const POD_PROPS = knownProps<PodOptions>({
  labels: true, annotations: true, nodeSelector: true, tolerations: true, volumes: true, volumeMounts: true, affinity: true,
  topologySpreadConstraints: true, priorityClassName: true, runtimeClassName: true, schedulerName: true, securityContext: true,
  initContainers: true, sidecars: true, envFrom: true, ports: true,
});

/** The options as the wire has them, after a look at what can be said without the pod that they are added to. */
export function podSpec(scope: Construct, options: PodOptions, podSecurity?: PodSecurity): PodSpec {
  const schema = SPEC_SCHEMAS.Dataset.properties?.pod ?? {};
  const problem = optionsProblem('pod', options, POD_PROPS) ?? schemaProblem('pod', options, schema) ?? podFieldsProblem('pod', options) ?? namelessPart(options) ?? overlayConflict({}, options as PodSpec, podSecurity);
  if (problem) throw new ValidationError(scope, problem);
  return options as PodSpec;
}

function namelessPart({ volumes = [], volumeMounts = [] }: PodOptions): string | undefined {
  const lacking = (parts: unknown[], key: string) => parts.findIndex((part) => typeof (part as Record<string, unknown>)[key] !== 'string');
  const [volume, mount, path] = [lacking(volumes, 'name'), lacking(volumeMounts, 'name'), lacking(volumeMounts, 'mountPath')];
  if (volume >= 0) return `pod.volumes.${volume} has no name; give it one`;
  if (mount >= 0) return `pod.volumeMounts.${mount} has no name; give it that of its volume`;
  return path >= 0 ? `pod.volumeMounts.${path} has no mountPath; give it one` : undefined;
}
