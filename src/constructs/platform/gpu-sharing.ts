import type { GpuSharing as GpuSharingSpec } from '../../clouds/infrastructure';
import { sharingLabelValue } from '../../clouds/labels';

/** How pods share a GPU: of a pool, how its GPUs are shared; of a resource, the slice that it asks for. */
export class GpuSharing {
  /** Partitions in hardware, by the cloud's name of the profile, such as `1g.5gb`. */
  public static mig(profile: string): GpuSharing {
    return new GpuSharing({ kind: 'mig', profile });
  }

  /** Time-slicing, with this many pods per GPU. */
  public static timeSlicing(clients: number): GpuSharing {
    return new GpuSharing({ kind: 'time-slicing', clients });
  }

  /** The multi-process service, so many pods on a GPU. */
  public static mps(clients: number): GpuSharing {
    return new GpuSharing({ kind: 'mps', clients });
  }

  private constructor(
    /** @internal */
    public readonly _spec: GpuSharingSpec,
  ) {}

  /** As a resource, a pool and the label of nodes have it, such as `mig-1g.5gb`. @internal */
  public get _name(): string {
    return sharingLabelValue(this._spec);
  }
}
