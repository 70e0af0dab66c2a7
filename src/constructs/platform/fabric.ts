/** How containers ask for a network beside that of the pods. */
export interface FabricOptions {
  /**
   * Whether it takes the capability IPC_LOCK, as InfiniBand does where the container runtime limits locked memory. The Pod Security
   * Standard `baseline` forbids it: the namespace must be held to `privileged`.
   *
   * @default false
   */
  readonly lockMemory?: boolean;
}

/** The network between the GPUs of the nodes of a pool, for a Server on many nodes. Its devices and their plugin are yours. */
export class Fabric {
  /**
   * Elastic Fabric Adapters of AWS: all that a node has, such as 32 on p5.48xlarge. The image must have libfabric and NCCL's plugin for it,
   * which the stock image of vLLM has not.
   */
  public static efa(count: number): Fabric {
    return new Fabric({ 'vpc.amazonaws.com/efa': String(count) }, false);
  }

  /** What a container asks for on each node, by the name of the resource: `{ 'rdma/hca': '8' }`. */
  public static resources(resources: Record<string, string>, options: FabricOptions = {}): Fabric {
    return new Fabric({ ...resources }, options.lockMemory ?? false);
  }

  /** @internal */
  private constructor(public readonly _resources: Readonly<Record<string, string>>, public readonly _locksMemory: boolean) {}
}
