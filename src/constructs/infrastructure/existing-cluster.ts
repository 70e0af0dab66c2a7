import type { Construct } from 'constructs';
import type { CloudInfrastructure, ClusterInfrastructure } from '../../clouds/infrastructure';
import { cloudNamed } from '../../clouds/pods';
import { checkTokens } from '../checks/guard';
import { asValidation, ValidationError } from '../checks/validation-error';
import { Platform } from '../platform/platform';
import type { PlatformProps } from '../platform/platform-props';
import type { ClusterAttributes } from './cluster-attributes';
import { ClusterBase, DEFAULT_OUTPUTS, MANAGED_BY } from './cluster-base';

/** A cluster that exists already: pools, buckets and identities are added to it. */
export class ExistingCluster extends ClusterBase {
  public readonly clusterName: string;
  public readonly platform: Platform;
  public readonly _cloud: CloudInfrastructure;
  public readonly _infrastructure: ClusterInfrastructure;
  public readonly _tags: Readonly<Record<string, string>>;
  protected readonly _registryUrl?: string;
  private readonly autoscaler: boolean;
  /** @internal */
  protected readonly _registrySecret?: string;

  constructor(scope: Construct, id: string, props: ClusterAttributes) {
    super(scope, id);
    const { cloud, clusterName, attributes = {}, tags, outputsFile = DEFAULT_OUTPUTS } = props;
    const platformProps = platformPropsOf(props);
    checkTokens(this, { ...platformProps, outputsFile });
    this.clusterName = clusterName;
    this._tags = { ...MANAGED_BY, ...tags };
    this._registrySecret = props.registrySecret;
    this._registryUrl = props.registry?.replace(/\/+$/, '');
    this._cloud = asValidation(this, () => cloud._infrastructure(this));
    this.autoscaler = props.autoscaler ?? false;
    this.checkAutoscaler();
    this._infrastructure = asValidation(this, () => this._cloud.existingCluster(this, {
      name: clusterName, attributes, autoscaler: props.autoscaler, tags: this._tags,
      nodeProvisioning: props.nodeProvisioning?._specFor(cloudNamed(cloud.name)),
    }));
    this.platform = asValidation(this, () => Platform._ofCluster(cloud.name, platformProps, () => this._source(outputsFile)));
    this.node.addValidation({ validate: () => this._problems() });
  }

  /** The same cluster may be referred to in several stacks, but only one of them brings its autoscaler. */
  private checkAutoscaler(): void {
    if (!this.autoscaler) return;
    const twin = this.node.root.node.findAll().find((each) => each instanceof ExistingCluster && each !== this && each.autoscaler
      && each.clusterName === this.clusterName && each._cloud.region === this._cloud.region);
    if (!twin) return;
    throw new ValidationError(this, `autoscaler is true here and at ${twin.node.path}, which are both cluster ${this.clusterName}; leave it out of one of them`);
  }
}

function platformPropsOf(attributes: ClusterAttributes): PlatformProps {
  const { clusterName, kubernetesVersion, artifactPrefix, registry, registrySecret } = attributes;
  const { autoProvisioning, autoscaler, defaultStorageClass, storageClasses, nodeProvisioning } = attributes;
  const { images, imageMirrors, mirrors, gpuDriver, podDefaults } = attributes;
  return {
    clusterName, kubernetesVersion, artifactPrefix, registry, registrySecret, autoProvisioning, autoscaler, defaultStorageClass,
    images, imageMirrors, mirrors, gpuDriver, podDefaults, storageClasses, nodeProvisioning,
  };
}
