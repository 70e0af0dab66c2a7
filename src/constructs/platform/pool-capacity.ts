import { POD_CAPACITY } from '../../api/node-capacity';
import type { GpuPoolSpec } from '../../api/platform';
import type { PoolCapacity as PoolCapacitySpec } from '../../clouds/infrastructure';

/** How the nodes of a pool are obtained. */
export class PoolCapacity {
  /** On-demand: they stay. */
  public static onDemand(): PoolCapacity {
    return new PoolCapacity({ kind: 'on-demand' });
  }

  /** Spot: cheaper, and may be taken back at any time. */
  public static spot(): PoolCapacity {
    return new PoolCapacity({ kind: 'spot' });
  }

  /** A reservation, by its name (Google Cloud) or id (AWS, Azure). */
  public static reservation(id: string): PoolCapacity {
    return new PoolCapacity({ kind: 'reservation', id });
  }

  /** A capacity block that was bought (AWS), by its id. */
  public static block(id: string): PoolCapacity {
    return new PoolCapacity({ kind: 'block', id });
  }

  /** Flex-start: waited for until the cloud has them, and lent for a week at most (Google Cloud). */
  public static flexStart(): PoolCapacity {
    return new PoolCapacity({ kind: 'flex-start' });
  }

  /**
   * Queued: nodes come up for a ProvisioningRequest, all that it asks for or none, and are lent for a week at most (Google Cloud). A Model
   * or Dataset makes such a request for each run; a Server or Notebook cannot run on them.
   */
  public static queued(): PoolCapacity {
    return new PoolCapacity({ kind: 'queued' });
  }

  private constructor(
    /** @internal */
    public readonly _spec: PoolCapacitySpec,
  ) {}
}

/** As which capacity pods find the nodes of a pool. @internal */
export function podCapacity({ _spec: { kind } }: PoolCapacity): GpuPoolSpec['capacity'] {
  return kind === 'queued' ? kind : POD_CAPACITY[kind];
}
