import type { Construct } from 'constructs';
import { upgradeProblem } from '../../api/kubernetes-upgrade';
import type { CloudInfrastructure, ClusterInfrastructure } from '../../clouds/infrastructure';
import { cloudNamed } from '../../clouds/pods';
import { checkTokens } from '../checks/guard';
import { asValidation } from '../checks/validation-error';
import { Platform } from '../platform/platform';
import type { ClusterAttributes } from './cluster-attributes';
import { ClusterBase, DEFAULT_OUTPUTS, MANAGED_BY } from './cluster-base';
import type { ClusterProps, ICluster } from './cluster-props';
import { ExistingCluster } from './existing-cluster';
import { groundSpec } from './ground';
import { maintenanceSpec } from './maintenance-window';
import { deployedVersion, outputsIn, outputsOf } from './outputs';
import { checkReserved } from './reserved-props';

const DEFAULT_CIDR = '10.0.0.0/16';

/**
 * A Kubernetes cluster on a cloud, private and protected, with its network.
 *
 * Another place in `cloud` or another `clusterName` replaces the cluster, as may `cidr` and on Azure `allowedCidrs`; its deletion
 * protection refuses that. All else is changed in place. `docs/google-cloud.md`, `docs/aws.md` and `docs/azure.md` list every prop.
 */
export class Cluster extends ClusterBase {
  /** References a cluster that exists. */
  public static fromAttributes(scope: Construct, id: string, attributes: ClusterAttributes): ICluster {
    return new ExistingCluster(scope, id, attributes);
  }

  public readonly clusterName: string;
  public readonly platform: Platform;
  /** @internal */
  public readonly _cloud: CloudInfrastructure;
  /** @internal */
  public readonly _infrastructure: ClusterInfrastructure;
  /** @internal */
  public readonly _tags: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    const { cloud, clusterName = id, kubernetesVersion, artifactPrefix, tags, outputsFile = DEFAULT_OUTPUTS } = props;
    const { images, imageMirrors, mirrors, gpuDriver, podDefaults, storageClasses, nodeProvisioning } = props;
    const platformProps = {
      clusterName, kubernetesVersion, artifactPrefix, images, imageMirrors, mirrors, gpuDriver, podDefaults, storageClasses,
      nodeProvisioning,
    };
    checkTokens(this, { ...platformProps, outputsFile });
    this.clusterName = clusterName;
    this._tags = { ...MANAGED_BY, ...tags };
    this._cloud = asValidation(this, () => cloud._infrastructure(this));
    checkReserved(this, props, { cloudName: cloud.name, takes: this._cloud.takes?.cluster });
    this._infrastructure = asValidation(this, () => this._cloud.cluster(this, {
      name: clusterName,
      kubernetesVersion,
      maintenance: props.maintenanceWindow && maintenanceSpec(this, props.maintenanceWindow),
      allowedCidrs: props.allowedCidrs ?? [],
      admins: props.admins ?? [],
      protect: props.deletionProtection ?? true,
      cidr: props.cidr ?? DEFAULT_CIDR,
      ...groundSpec(this, props, { ...this._cloud, title: cloudNamed(cloud.name).title }),
      nodeProvisioning: nodeProvisioning && asValidation(this, () => nodeProvisioning._specFor(cloudNamed(cloud.name))),
      tags: this._tags,
    }));
    this._poolNames.add('system');
    this.platform = asValidation(this, () => Platform._ofCluster(cloud.name, platformProps, () => this._source(outputsFile)));
    this.node.addValidation({ validate: () => [...this.upgradeProblems(kubernetesVersion, outputsFile), ...this._problems()] });
  }

  /** Of a version that the cluster cannot go to from the one that it ran at the last deployment. */
  private upgradeProblems(wanted: string | undefined, outputsFile: string): string[] {
    const running = wanted && deployedVersion(outputsOf(this, outputsIn(this, outputsFile)), this.clusterName);
    const problem = wanted && running && upgradeProblem(running, wanted, this._cloud.upgradesByItself);
    if (!problem) return [];
    return [`kubernetesVersion ${wanted} ${problem}. Cluster ${this.clusterName} ran ${running} when ${outputsFile} was written; `
      + `if it runs another version by now, run cdktf output --outputs-file ${outputsFile}`];
  }
}
