/** What a container asks for by default with one GPU of each type, as the expansion has it. */
import { Gpu, Model, Platform, Preview, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';

interface Defaults {
  readonly cpu: string;
  readonly memory: string;
  readonly disk: string;
  readonly staging: string;
}

export const app = new App();

function defaultsOf(gpu: Gpu, index: number): Defaults {
  const platform = Platform.local({ clusterName: 'any' });
  platform.addGpuPool('any', { gpu });
  const namespace = `n${index}`;
  platform.addWorkspace(namespace);
  const workspace = new Workspace(app, namespace, { platform });
  new Model(workspace, 'm', { image: 'any', resources: { gpu } });
  const manifests = JSON.stringify(Preview.of(workspace).children.filter(({ step }) => step === 'run').map(({ manifest }) => manifest));
  const read = (pattern: RegExp): string => pattern.exec(manifests)?.[1] ?? '';
  return {
    cpu: read(/"cpu":"(\w+)"/),
    memory: read(/"memory":"(\w+)"/).replace('Gi', ' GiB'),
    disk: read(/"ephemeral-storage":"(\w+)"/).replace('Gi', ' GiB'),
    staging: read(/"storage":"(\w+)"/).replace('Gi', ' GiB'),
  };
}

const gpus = Object.values(Gpu).filter((value): value is Gpu => value instanceof Gpu);

export const table = [
  ['one GPU of', 'CPU', 'memory', 'disk', 'staging'],
  ['---', '---', '---', '---', '---'],
  ...gpus.map((gpu, index) => {
    const { cpu, memory, disk, staging } = defaultsOf(gpu, index);
    return [`\`${gpu.name}\``, cpu, memory, disk, staging];
  }),
];
