import { findAssets } from '../cluster/assets';
import { isAssembled } from './images/image';
import type { Image } from './images/image';
import { LIGHT_IMAGES } from './images/light';
import { PYTHON_IMAGES } from './images/python';
import { startNodeCluster } from './node-cluster';
import type { NodeCluster } from './node-cluster';
import { findNodePrograms } from './programs';

/** Tests on a cluster of their own with a node that runs containers. Skipped where there can be none, and their title says why. */
export function describeOnNode(name: string, images: readonly Image[], tests: (cluster: () => NodeCluster) => void): void {
  const assets = findAssets();
  const reason = assets ? reasonOf(images) : 'the programs of the control plane are not there';
  const programs = reason ?? findNodePrograms();
  if (!assets || typeof programs === 'string') return describe.skip(`${name} (skipped: ${String(programs)})`, () => tests(noCluster));
  describe(name, () => {
    let cluster: NodeCluster | undefined;

    beforeAll(async () => {
      cluster = await startNodeCluster({ assets, programs, images: [...LIGHT_IMAGES, ...images] });
    });

    afterAll(() => cluster?.stop());

    tests(() => cluster ?? noCluster());
  });
}

/** Why there cannot be these images here, or undefined. */
function reasonOf(images: readonly Image[]): string | undefined {
  const lacking = images.find((image) => PYTHON_IMAGES.includes(image) && !isAssembled(image));
  return lacking && `${lacking.name} is not assembled`;
}

function noCluster(): never {
  throw new Error('the cluster has not started');
}
