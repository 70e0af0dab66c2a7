import type { Construct } from 'constructs';
import type { TerraformCloud } from '../clouds/infrastructure';
import { terraformCloud } from '../clouds/terraform';
import { tokenProblem } from './guard';

/** Where on Google Cloud a cluster is. */
export interface GcpCloudProps {
  /** Id of the project. */
  readonly projectId: string;

  /** Number of the project, which is part of the names of workload identities. */
  readonly projectNumber: string;

  /** Region, such as `us-central1`. */
  readonly region: string;

  /**
   * Zones of the nodes, such as `us-central1-a`.
   *
   * @default - those that Google chooses
   */
  readonly zones?: string[];
}

/** Where on AWS a cluster is. */
export interface AwsCloudProps {
  /** Id of the account. */
  readonly accountId: string;

  /** Region, such as `us-east-1`. */
  readonly region: string;

  /** Zones of the nodes, two or more, such as `us-east-1a`. */
  readonly zones: string[];
}

/** Where on Azure a cluster is. */
export interface AzureCloudProps {
  /** Id of the subscription. */
  readonly subscriptionId: string;

  /** Id of the tenant. */
  readonly tenantId: string;

  /** Location, such as `eastus`. */
  readonly location: string;

  /**
   * Availability zones of the nodes, such as `1`.
   *
   * @default - none are asked for
   */
  readonly zones?: string[];
}

/** A cloud, and where in it. Everything that a look-up would find is said here, so that the plan of a new stack needs none. */
export class Cloud {
  /** Google Cloud: GKE, Cloud Storage, Artifact Registry. */
  public static gcp(props: GcpCloudProps): Cloud {
    required('gcp', props, ['projectId', 'projectNumber', 'region']);
    return new Cloud('gcp', () => terraformCloud('gcp', props), props);
  }

  /** AWS: EKS, S3, ECR. */
  public static aws(props: AwsCloudProps): Cloud {
    required('aws', props, ['accountId', 'region', 'zones']);
    return new Cloud('aws', () => terraformCloud('aws', props), props);
  }

  /** Azure: AKS, Blob Storage, Container Registry. */
  public static azure(props: AzureCloudProps): Cloud {
    required('azure', props, ['subscriptionId', 'tenantId', 'location']);
    return new Cloud('azure', () => terraformCloud('azure', props), props);
  }

  private constructor(
    /** The cloud: `gcp`, `aws` or `azure`. */
    public readonly name: string,
    private readonly load: () => TerraformCloud,
    /** @internal */
    public readonly _location: GcpCloudProps | AwsCloudProps | AzureCloudProps,
  ) {}

  /** Its Terraform side, with provider and backend set up for the stack of a construct. @internal */
  public _terraform(scope: Construct): TerraformCloud {
    const terraform = this.load();
    terraform.prepare(scope);
    return terraform;
  }
}

/** For callers without types, and for what was read from an empty environment. */
function required<P extends object>(cloud: string, props: P, fields: readonly (keyof P & string)[]): void {
  const problem = tokenProblem(props);
  if (problem) throw new Error(`Cloud.${cloud}: ${problem}`);
  for (const field of fields) {
    const value = props[field] as unknown;
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
      throw new Error(`Cloud.${cloud} has no ${field}; give it, since nothing is looked up`);
    }
  }
}
