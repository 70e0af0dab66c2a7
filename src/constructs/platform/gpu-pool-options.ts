import type { Size } from 'cdk8s';
import type { Fabric } from './fabric';
import type { Gpu } from './gpu';
import type { GpuSharing } from './gpu-sharing';

/** Nodes with GPUs. */
export interface GpuPoolOptions {
  /** The GPU. */
  readonly gpu: Gpu;

  /**
   * How many of them a node has.
   *
   * @default 1
   */
  readonly gpusPerNode?: number;

  /**
   * Whether they are spot nodes.
   *
   * @default false
   */
  readonly spot?: boolean;

  /**
   * Whether they are flex-start nodes (Google Cloud). Not together with `spot`.
   *
   * @default false
   */
  readonly flexStart?: boolean;

  /**
   * Whether they are flex-start nodes with queued provisioning (Google Cloud), which a Model or Dataset asks for by a
   * ProvisioningRequest. Not together with `spot` or `flexStart`.
   *
   * @default false
   */
  readonly queued?: boolean;

  /**
   * Maximum number of nodes.
   *
   * @default - no limit is known
   */
  readonly maxNodes?: number;

  /**
   * Labels by which pods find the nodes.
   *
   * @default - on GKE the cloud's own label, elsewhere `substratus.ai/gpu=<name of the GPU>`
   */
  readonly nodeLabels?: Record<string, string>;

  /**
   * How pods share a GPU. Only what asks for just such a slice runs on these nodes.
   *
   * @default - a GPU is one pod's
   */
  readonly sharing?: GpuSharing;

  /**
   * Machine type, in the cloud's words. What is larger than it is an error on the resource that asks for it.
   *
   * @default - not known; the largest machine of the cloud with this GPU and count is the bound
   */
  readonly machineType?: string;

  /**
   * Several machine types that the nodes may be of. They have the GPU in the same number and processors of the same kind; what fits is
   * decided by the smallest. Not together with `machineType`.
   *
   * @default - one, `machineType`
   */
  readonly machineTypes?: string[];

  /**
   * Size of the disk that holds images and ephemeral storage, in GiB.
   *
   * @default - not known
   */
  readonly diskGiB?: number;

  /**
   * Zones of the nodes, in the cloud's words.
   *
   * @default - not known
   */
  readonly zones?: string[];

  /**
   * On premises: cores of a node that pods can have. What asks for more is an error, and defaults are at most a GPU's part of them.
   *
   * @default - not known
   */
  readonly nodeCpu?: number;

  /**
   * On premises: memory of a node that pods can have. What asks for more is an error, and defaults are at most a GPU's part of it.
   *
   * @default - not known
   */
  readonly nodeMemory?: Size;

  /**
   * On premises: the extended resource under which the nodes offer the GPU or its slices, where it has a name of its own, such as
   * `nvidia.com/mig-1g.10gb` (MIG strategy `mixed`) or `nvidia.com/gpu.shared`.
   *
   * @default - that of the GPU, such as `nvidia.com/gpu`
   */
  readonly resourceName?: string;

  /**
   * On premises: taints of the nodes with the effect NoSchedule, by key. Pods that ask for the GPU tolerate them.
   *
   * @default - none; that of the GPU, such as `nvidia.com/gpu`, is tolerated in any case
   */
  readonly taints?: Record<string, string>;

  /**
   * The network between the GPUs of its nodes, which a Server on many nodes asks for.
   *
   * @default - that of the pods, by TCP
   */
  readonly fabric?: Fabric;
}
