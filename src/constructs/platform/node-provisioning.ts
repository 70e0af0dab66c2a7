import type { NodeProvisioningSpec } from '../../api/platform';
import type { Cloud } from '../../clouds/cloud';
import { tokenProblem } from '../checks/guard';

/** ComputeClasses of a GKE cluster. */
export interface ComputeClassesOptions {
  /**
   * E-mail address of the service account that its nodes have.
   *
   * @default - that of the nodes of a `Cluster`, or `nodeServiceAccount` of a cluster that exists; where neither is known, what GKE takes,
   * which is the default service account of Compute Engine
   */
  readonly nodeServiceAccount?: string;
}

/** Karpenter on an EKS cluster. */
export interface KarpenterOptions {
  /**
   * Name of the IAM role that its nodes have, for a platform that is described by hand.
   *
   * @default - that of the nodes of the cluster
   */
  readonly nodeRole?: string;

  /**
   * Whether a cluster that exists has Karpenter already. It is then neither installed nor given a role, a queue and a profile, which on a
   * platform that is described by hand it never is.
   *
   * @default false
   */
  readonly existing?: boolean;
}

/** EKS Auto Mode. */
export interface EksAutoModeOptions {
  /**
   * Name of the IAM role that its nodes have.
   *
   * @default - that of the nodes of a `Cluster`; of a cluster that exists it must be said
   */
  readonly nodeRole?: string;
}

/** What makes the nodes that `platform.addGpuProvisioner` declares, when pods ask for them. */
export class NodeProvisioning {
  /** ComputeClasses of GKE, for which it creates node pools by itself, from version 1.33.3-gke.1136000 on (Google Cloud). */
  public static computeClasses(options: ComputeClassesOptions = {}): NodeProvisioning {
    return new NodeProvisioning({ kind: 'compute-class', ...options });
  }

  /** Karpenter, which `ClusterAddons` installs (AWS). */
  public static karpenter(options: KarpenterOptions = {}): NodeProvisioning {
    return new NodeProvisioning({ kind: 'karpenter', ...options });
  }

  /** EKS Auto Mode: Karpenter, drivers and device plugins that AWS runs, for a surcharge on every machine that it makes (AWS). */
  public static eksAutoMode(options: EksAutoModeOptions = {}): NodeProvisioning {
    return new NodeProvisioning({ kind: 'eks-auto-mode', ...options });
  }

  /** Node auto-provisioning of AKS, which is Karpenter that Azure runs (Azure). */
  public static aks(): NodeProvisioning {
    return new NodeProvisioning({ kind: 'aks' });
  }

  private constructor(private readonly spec: NodeProvisioningSpec) {
    const problem = tokenProblem({ ...spec });
    if (problem) throw new Error(`${CALLS[spec.kind]}: ${problem}`);
  }

  /** @throws Error if it is one of another cloud. @internal */
  public _specFor({ title, provisioners = {} }: Cloud): NodeProvisioningSpec {
    if (Object.hasOwn(provisioners, this.spec.kind)) return this.spec;
    const calls = provisioningCalls(provisioners);
    throw new Error(`nodeProvisioning is ${CALLS[this.spec.kind]}, which ${title} does not have; ${calls.length > 0 ? `use ${calls.join(' or ')}` : 'leave it out'}`);
  }
}

const CALLS: Readonly<Record<NodeProvisioningSpec['kind'], string>> = {
  'compute-class': 'NodeProvisioning.computeClasses()',
  'karpenter': 'NodeProvisioning.karpenter()',
  'eks-auto-mode': 'NodeProvisioning.eksAutoMode()',
  'aks': 'NodeProvisioning.aks()',
};

/** What to write for what a cloud has. @internal */
export function provisioningCalls(provisioners: NonNullable<Cloud['provisioners']>): string[] {
  return (Object.keys(provisioners) as NodeProvisioningSpec['kind'][]).map((kind) => CALLS[kind]);
}
