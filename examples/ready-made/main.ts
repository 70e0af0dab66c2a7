/** No image of yours: imports a model, finetunes it on conversations, quantizes the result, serves it, and opens it in a notebook. */
import { Dataset, DatasetShape, Gpu, Loader, Model, Preview, Quantizer, Reconciler, Trainer, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';

/** A small GPU that each cloud has. On a laptop everything runs on the CPU. */
const SMALL_GPU: Readonly<Partial<Record<CloudName, Gpu>>> = { gcp: Gpu.NVIDIA_L4, aws: Gpu.NVIDIA_L4, azure: Gpu.NVIDIA_T4 };

export function readyMade(app: App, cloud: CloudName): void {
  const gpu = SMALL_GPU[cloud];
  const platform = platformOn(cloud);
  if (gpu) platform.addGpuPool('small', { gpu, maxNodes: 8 });
  platform.addWorkspace('team-a', { clientIds: clientIdsOn(cloud, 'team-a') });
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform });

  const team = new Workspace(app, 'team-a', { platform });
  const base = new Model(team, 'qwen', {
    loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }),
  });
  const chats = new Dataset(team, 'chats', {
    loader: Loader.huggingFace('HuggingFaceH4/no_robots'),
    shape: DatasetShape.messages({ limit: 1000, evalFraction: 0.05 }),
  });
  const tuned = base.finetune('tuned', { dataset: chats, trainer: Trainer.sft({ epochs: 1, maxLength: 1024 }), resources: { gpu } });
  const small = tuned.quantize('small', { quantizer: gpu ? Quantizer.int8() : Quantizer.gguf() });
  small.serve('chat', { resources: { gpu } });
  tuned.notebook('lab', { dataset: chats });
}

if (require.main === module) {
  const app = new App();
  readyMade(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const previews = Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only:\n  ${previews.join('\n  ')}`);
}
