/** The GPU pools of a platform. */
import type { CustomGpuSpec, GpuPoolSpec, NodeProvisioningSpec } from '../../api/platform';
import type { Cloud } from '../../clouds/cloud';
import type { GpuPoolOptions } from './gpu-pool-options';
import { provisionedPool } from './gpu-provisioner';
import type { GpuProvisionerOptions } from './gpu-provisioner';
import { withSmallest } from './machine-types';
import { ownNodesProblem } from './own-nodes';
import { checkPlain, poolProblem } from './platform-checks';
import { KNOWN } from './platform-known';
import { poolSpec } from './platform-source';

/** What was said by `addGpuPool` and `addGpuProvisioner`. Errors do not have the name of the platform and of the pool. */
export class PlatformPools {
  public readonly specs: GpuPoolSpec[] = [];
  /** GPUs of the pools that the catalog does not have. */
  public readonly gpus: CustomGpuSpec[] = [];

  constructor(private readonly cloud: Cloud) {}

  /** Of a pool that is declared elsewhere the capacity may be one that no pod of a kind can have. */
  public add(name: string, options: GpuPoolOptions, capacity?: GpuPoolSpec['capacity']): void {
    this.check(name, options);
    const { spot, flexStart, queued } = options;
    const asked = spot ? 'spot' : flexStart ? 'flex-start' : queued ? 'queued' : 'on-demand';
    const pool = poolSpec(name, withSmallest(this.cloud, options), capacity ?? asked);
    const problem = this.cloud.poolProblem?.(pool, this.specs);
    if (problem) throw new Error(problem);
    this.keep(pool, options);
  }

  public addProvisioned(name: string, options: GpuProvisionerOptions, by?: NodeProvisioningSpec): void {
    checkPlain(options, KNOWN.provisioner);
    const { gpu, gpusPerNode, maxNodes, zones, diskGiB } = options;
    this.check(name, { gpu, gpusPerNode, maxNodes, zones, diskGiB });
    this.keep(provisionedPool(name, options, { cloud: this.cloud, by }), options);
  }

  private check(name: string, options: GpuPoolOptions): void {
    const problem = poolProblem(name, options, { cloud: this.cloud, pools: this.specs, gpus: this.gpus })
      ?? ownNodesProblem(options, this.cloud);
    if (problem) throw new Error(problem);
  }

  private keep(pool: GpuPoolSpec, { gpu: { name, _custom: custom } }: Pick<GpuPoolOptions, 'gpu'>): void {
    this.specs.push(pool);
    if (custom && !this.gpus.some((known) => known.name === name)) this.gpus.push(custom);
  }
}
