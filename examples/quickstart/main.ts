/** Imports a small model, finetunes it on a dataset, serves the result, and opens it in a notebook. */
import { Dataset, Gpu, Model, Notebook, Preview, Reconciler, Server, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

/** A small GPU that each cloud has. Azure has no L4. */
const SMALL_GPU: Readonly<Record<CloudName, Gpu>> = {
  gcp: Gpu.NVIDIA_L4,
  aws: Gpu.NVIDIA_L4,
  azure: Gpu.NVIDIA_T4,
  local: Gpu.NVIDIA_L4,
};

export function quickstart(app: App, cloud: CloudName, epochs = 1): void {
  const gpu = SMALL_GPU[cloud];
  const platform = platformOn(cloud);
  platform.addGpuPool('small', { gpu, maxNodes: 8 });
  platform.addWorkspace('team-a', { clientIds: clientIdsOn(cloud, 'team-a') });
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform });

  const team = new Workspace(app, 'team-a', { platform });
  const base = new Model(team, 'opt', {
    image: 'substratusai/model-loader-huggingface',
    params: { name: 'facebook/opt-125m' },
  });
  const squad = new Dataset(team, 'squad', { image: 'substratusai/dataset-squad' });
  const tuned = new Model(team, 'opt-squad', {
    image: 'substratusai/model-trainer-huggingface',
    model: base,
    dataset: squad,
    params: { num_train_epochs: epochs },
    resources: { gpu },
  });
  new Server(team, 'chat', { image: 'substratusai/model-server-basaran', model: tuned, resources: { gpu } });
  new Notebook(team, 'lab', { image: 'substratusai/base', model: tuned, dataset: squad });
}

if (require.main === module) {
  const app = new App();
  quickstart(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const previews = Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only:\n  ${previews.join('\n  ')}`);
}
