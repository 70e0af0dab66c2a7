/** A dataset and a trainer of yours, built from git in one team's namespace; the model served in another's; written for Argo CD or Flux. */
import { Build, Dataset, Engine, Gpu, Loader, Model, Preview, Server, Workspace } from 'cdk-substratus';
import { App, Size } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

/** A small GPU that each cloud has. Azure has no L4. */
const SMALL_GPU: Readonly<Record<CloudName, Gpu>> = {
  gcp: Gpu.NVIDIA_L4,
  aws: Gpu.NVIDIA_L4,
  azure: Gpu.NVIDIA_T4,
  local: Gpu.NVIDIA_L4,
};

/** One repository with a folder for each image. */
const REPOSITORY = 'https://github.com/acme/ml';

export function gitops(app: App, cloud: CloudName): void {
  const gpu = SMALL_GPU[cloud];
  const platform = platformOn(cloud);
  platform.addGpuPool('small', { gpu, maxNodes: 8 });
  platform.addWorkspace('team-a', { builds: true, clientIds: clientIdsOn(cloud, 'team-a') });
  platform.addWorkspace('support', { reads: ['team-a'], clientIds: clientIdsOn(cloud, 'support') });

  const team = new Workspace(app, 'team-a', { platform });
  const tickets = new Dataset(team, 'tickets', {
    imageBuild: Build.git({ url: REPOSITORY, path: 'datasets/tickets', tag: 'tickets-v3' }),
    params: { since: '2026-01-01', language: 'en' },
    env: { TICKETS_TOKEN: '${{ secrets.tickets.token }}' },
    staging: { size: Size.gibibytes(10) },
  });
  const base = new Model(team, 'base', { loader: Loader.huggingFace('Qwen/Qwen3-4B-Instruct-2507') });
  const assistant = base.finetune('assistant', {
    imageBuild: Build.git({ url: REPOSITORY, path: 'models/assistant', branch: 'release-2' }),
    dataset: tickets,
    params: { num_train_epochs: 3, learning_rate: 0.0001 },
    resources: { gpu },
    sharedWith: ['support'],
  });

  const support = new Workspace(app, 'support', { platform });
  new Server(support, 'assistant', {
    engine: Engine.vllm(), // which a program of yours cannot imply: it knows the format of what it writes, we do not
    model: assistant,
    resources: { gpu },
    replicas: 2,
  });
}

if (require.main === module) {
  const app = new App();
  gitops(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const ejected = Preview.of(app).eject('eject', { fluxSource: 'ml' });
  console.log(`With the reconciler: apply ${app.outdir}/.\nWithout it: give eject/ to Argo CD, or eject/flux.yaml to Flux (${ejected.length} files).`);
}
