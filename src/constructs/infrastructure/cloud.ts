import type { Construct } from 'constructs';
import type { CloudInfrastructure } from '../../clouds/infrastructure';
import { cloudInfrastructure } from '../../clouds/terraform';
import type { Location, SideName } from '../../clouds/terraform';
import { formatValue } from '../checks/format-value';
import { tokenProblem } from '../checks/guard';
import { knownProps, unknownProp } from '../checks/known-props';
import { checkLocation } from './cloud-location';
import { LocalStore } from './local-store';

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

  /**
   * ARN of a policy that is the permissions boundary of every role that is made, such as `arn:aws:iam::111122223333:policy/boundary`. It
   * must allow what the roles do, or the cluster does not come up. Another one is set in place.
   *
   * @default - none
   */
  readonly permissionsBoundary?: string;
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

/** How a local cluster is made. */
export interface LocalCloudProps {
  /**
   * Where artifacts lie.
   *
   * @default LocalStore.directory()
   */
  readonly store?: LocalStore;

  /**
   * Whether GPUs are simulated: pods that ask for them are scheduled, but nothing computes on them.
   *
   * @default false - they are those of this machine
   */
  readonly simulatedGpus?: boolean;

  /**
   * Image of the node, such as `kindest/node:v1.33.1`.
   *
   * @default - the one that kind has with it
   */
  readonly nodeImage?: string;
}

const LOCAL_PROPS = knownProps<LocalCloudProps>({ store: true, simulatedGpus: true, nodeImage: true });

/** A cloud, and where in it. Everything that a look-up would find is said here, so that the plan of a new stack needs none. */
export class Cloud {
  /** Google Cloud: GKE, Cloud Storage, Artifact Registry. */
  public static gcp(props: GcpCloudProps): Cloud {
    checkLocation('gcp', props);
    return Cloud._of('gcp', props);
  }

  /** AWS: EKS, S3, ECR. */
  public static aws(props: AwsCloudProps): Cloud {
    checkLocation('aws', props, ['zones']);
    return Cloud._of('aws', props);
  }

  /** Azure: AKS, Blob Storage, Container Registry. */
  public static azure(props: AzureCloudProps): Cloud {
    checkLocation('azure', props);
    return Cloud._of('azure', props);
  }

  /** A cluster on this machine, in Docker: kind. No Terraform and no account. */
  public static local(props: LocalCloudProps = {}): Cloud {
    const { store = LocalStore.directory(), simulatedGpus = false, nodeImage } = props;
    const problem = unknownProp('Cloud.local', props, LOCAL_PROPS) ?? localProblem({ store, simulatedGpus, nodeImage });
    if (problem) throw new Error(problem);
    return Cloud._of('local', { store: store._spec, simulatedGpus, nodeImage });
  }

  /** The cloud of a name in the tables. @internal */
  public static _of<Name extends SideName>(name: Name, location: Location<Name>): Cloud {
    return new Cloud(name, (scope) => cloudInfrastructure(name, location, scope));
  }

  private constructor(
    /** The cloud: `gcp`, `aws`, `azure` or `local`. */
    public readonly name: string,
    private readonly load: (scope: Construct) => CloudInfrastructure,
  ) {}

  /** What makes it, with provider and backend set up for the stack of a construct. @internal */
  public _infrastructure(scope: Construct): CloudInfrastructure {
    return this.load(scope);
  }
}

/** For callers without types. */
function localProblem({ store, simulatedGpus, nodeImage }: LocalCloudProps): string | undefined {
  if (!(store instanceof LocalStore)) {
    return `Cloud.local: store is ${formatValue(store)}; write LocalStore.directory(), LocalStore.minio() or LocalStore.s3({ ... })`;
  }
  if (typeof simulatedGpus !== 'boolean') return `Cloud.local: simulatedGpus is ${formatValue(simulatedGpus)}; give true or false`;
  if (nodeImage !== undefined && (typeof nodeImage !== 'string' || nodeImage === '')) {
    return `Cloud.local: nodeImage is ${formatValue(nodeImage)}; give an image, for example 'kindest/node:v1.33.1'`;
  }
  const problem = tokenProblem({ nodeImage });
  return problem && `Cloud.local: ${problem}`;
}
