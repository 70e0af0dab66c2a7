/** Tests with images of gigabytes, which take minutes to assemble: where they are asked for, by SUBSTRATUS_HEAVY. */
import { describeOnNode } from '../describe';
import { hasLayers } from '../images/image';
import type { Image } from '../images/image';
import type { NodeCluster } from '../node-cluster';

const COMMAND = 'npm run test:node:heavy';

/** Tests on a cluster whose node pulls `images`. Skipped where they are not asked for, or an image is not there, as their title says. */
export function describeOnHeavyNode(name: string, images: readonly Image[], tests: (cluster: () => NodeCluster) => void): void {
  const reason = reasonToSkip(images);
  if (reason !== undefined) return describe.skip(`${name} (skipped: ${reason})`, () => tests(noCluster));
  describeOnNode(name, [], (cluster) => {
    /* Within, so that what ends here ends before the cluster does. */
    describe('in pods', () => {
      beforeAll(async () => {
        for (const image of images) await cluster().registry.offer(image);
      });
      tests(cluster);
    });
  });
}

function noCluster(): never {
  throw new Error('the cluster has not started');
}

export function isAskedForHeavy(): boolean {
  return process.env.SUBSTRATUS_HEAVY === '1';
}

function reasonToSkip(images: readonly Image[]): string | undefined {
  if (!isAskedForHeavy()) return `it takes minutes and gigabytes; ${COMMAND} runs it`;
  const missing = images.find((image) => !hasLayers(image));
  return missing && `${missing.name} is not assembled; ${COMMAND} assembles it`;
}
