/** What an author adds to the pod that runs the program, in the wire format. */
import type {
  Affinity, Container, ContainerPort, EnvFromSource, PodSecurityContext, Toleration, TopologySpreadConstraint, Volume, VolumeMount,
} from 'kubernetes-types/core/v1';

/** The escape hatch: added to the pod of the user's image, never in place of what expansion needs. */
export interface PodSpec {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly nodeSelector?: Record<string, string>;
  readonly tolerations?: Toleration[];
  readonly volumes?: Volume[];
  readonly volumeMounts?: VolumeMount[];
  readonly affinity?: Affinity;
  readonly topologySpreadConstraints?: TopologySpreadConstraint[];
  readonly priorityClassName?: string;
  readonly runtimeClassName?: string;
  readonly schedulerName?: string;
  readonly securityContext?: PodSecurityContext;
  /** Run one after another before the program, once the inputs are there. */
  readonly initContainers?: Container[];
  /** Run beside the program, from before it starts until it ends. */
  readonly sidecars?: Container[];
  /** Environment of the program from ConfigMaps and Secrets; `env` wins. Outside the recipe. */
  readonly envFrom?: EnvFromSource[];
  /** More ports of the program, each with a name; those of a Server are its Service's too. */
  readonly ports?: ContainerPort[];
}
