/** Speech to text: Whisper with the API of OpenAI, the large one on a small GPU, or a small one on the CPU. */
import { Gpu, Loader, Model, Preview, Workspace } from 'cdk-substratus';
import type { ResourcesOptions } from 'cdk-substratus';
import { App } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

interface Choice {
  readonly repo: string;
  readonly resources?: ResourcesOptions;
}

const LARGE = 'openai/whisper-large-v3-turbo';

/** Azure has no L4. On a laptop the CPU needs AVX-512. */
const CHOICES: Readonly<Record<CloudName, Choice>> = {
  gcp: { repo: LARGE, resources: { gpu: Gpu.NVIDIA_L4 } },
  aws: { repo: LARGE, resources: { gpu: Gpu.NVIDIA_L4 } },
  azure: { repo: LARGE, resources: { gpu: Gpu.NVIDIA_T4 } },
  local: { repo: 'openai/whisper-small' },
};

export function speech(app: App, cloud: CloudName): void {
  const { repo, resources } = CHOICES[cloud];
  const platform = platformOn(cloud);
  if (resources?.gpu) platform.addGpuPool('small', { gpu: resources.gpu, maxNodes: 2 });
  platform.addWorkspace('team-a', { clientIds: clientIdsOn(cloud, 'team-a') });
  const team = new Workspace(app, 'team-a', { platform });
  const whisper = new Model(team, 'whisper', { loader: Loader.huggingFace(repo) });
  whisper.serve('hear', { resources });
}

if (require.main === module) {
  const app = new App();
  speech(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const previews = Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only:\n  ${previews.join('\n  ')}`);
}
