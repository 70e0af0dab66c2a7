import { IMAGES } from '../../src/catalog/images';
import { KINDS_OF_ROLE, RUNTIMES, settingsOf } from '../../src/runtimes';
import type { Runtime } from '../../src/runtimes';

function imageOf(runtime: Runtime): string {
  const [kind = 'Model'] = KINDS_OF_ROLE[runtime.role];
  const { image } = runtime.container({
    settings: settingsOf(runtime.params(kind)), kind, name: 'x', port: 8080, hasModel: true, hasDataset: true,
    platform: { cloud: 'local', clusterName: 'x', artifacts: { url: 'file:///x' } },
  });
  return IMAGES[image].replace(/@.*/, '');
}

/** All ready-made programs. The image is the one without a GPU. */
export const table = [
  ['Name', 'Role', 'Kinds', 'What it does', 'Image without a GPU'],
  ['---', '---', '---', '---', '---'],
  ...RUNTIMES.map((runtime) => [
    `\`${runtime.name}\``, runtime.role, KINDS_OF_ROLE[runtime.role].join(', '), runtime.summary, `\`${imageOf(runtime)}\``,
  ]),
];
