import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ClusterFile } from '../../clouds/infrastructure';
import { cloudNamed } from '../../clouds/pods';
import { withWorkloadDefaults } from '../../expand';
import { ValidationError } from '../checks/validation-error';
import { outputSibling, checkOutputSibling } from '../preview/output-siblings';
import { yamlOf } from '../preview/yaml';
import { clusterOf } from './cluster-base';
import type { ICluster } from './cluster-props';

/**
 * The files that make a local cluster: the configuration of kind, and `up.sh`, which makes the cluster and whatever it needs before
 * manifests are applied. Clusters on clouds are made by Terraform instead.
 */
export class ClusterFiles {
  /**
   * The files of a cluster, as it is when they are written.
   *
   * @throws if Terraform makes the cluster.
   */
  public static of(cluster: ICluster): ClusterFiles {
    const { files } = clusterOf(cluster, cluster)._infrastructure;
    if (!files) {
      const { title } = cloudNamed(cluster.platform.cloudName);
      throw new ValidationError(cluster, `there are no files of a cluster on ${title}: Terraform makes it; leave ClusterFiles out`);
    }
    return new ClusterFiles(cluster, () => {
      const { _spec: platform } = cluster.platform;
      return files(platform, (object) => withWorkloadDefaults(object, platform));
    });
  }

  private constructor(private readonly cluster: ICluster, private readonly files: () => readonly ClusterFile[]) {}

  /**
   * Writes the files.
   *
   * @param directory where to; by default `clusters/<name of the cluster>`, beside the output directory of the App. It must not lie in
   *   there, because everything in there gets applied.
   * @returns the files that were written
   */
  public write(directory?: string): string[] {
    const { cluster } = this;
    const target = directory ?? outputSibling(cluster, 'clusters', cluster.clusterName);
    checkOutputSibling(cluster, target);
    const errors = cluster.node.validate();
    if (errors.length > 0) throw new ValidationError(cluster, errors.join('; '));
    fs.mkdirSync(target, { recursive: true });
    return this.files().map((file) => {
      const written = path.join(target, file.name);
      fs.writeFileSync(written, 'script' in file ? file.script : yamlOf(file.object));
      fs.chmodSync(written, 'script' in file ? 0o755 : 0o644);
      return written;
    });
  }
}
