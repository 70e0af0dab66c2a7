/** The whole flow on a laptop: kind, MinIO as the bucket, and a registry. All of it on the CPU, with no account and no cdktf. */
import {
  ArtifactBucket, Cloud, Cluster, ClusterAddons, ClusterFiles, Dataset, DatasetShape, ImageRegistry, Loader, LocalStore, Model, Preview,
  Quantizer, Trainer, Workspace,
} from 'cdk-substratus';
import { App, Chart, Size } from 'cdk8s';

/** What a model of 135 million parameters needs. By default there is room for larger ones. */
const SMALL = { resources: { cpu: 1, memory: Size.gibibytes(3), disk: Size.gibibytes(2) } };
const STAGED = { ...SMALL, staging: { size: Size.gibibytes(5) } };

export function local(app: App): Cluster {
  const cluster = new Cluster(app, 'laptop', { cloud: Cloud.local({ store: LocalStore.minio() }) });
  new ArtifactBucket(app, 'artifacts', { cluster });
  new ImageRegistry(app, 'images', { cluster });
  cluster.addWorkspace('team-a');
  const { platform } = cluster;

  new ClusterAddons(new Chart(app, 'system'), 'addons', { platform });
  const team = new Workspace(app, 'team-a', { platform });
  const base = new Model(team, 'smol', {
    loader: Loader.huggingFace('HuggingFaceTB/SmolLM2-135M-Instruct', { revision: '12fd25f77366fa6b3b4b768ec3050bf629380bac' }),
    ...STAGED,
  });
  const chats = new Dataset(team, 'chats', {
    loader: Loader.huggingFace('HuggingFaceTB/everyday-conversations-llama3.1-2k'),
    shape: DatasetShape.messages({ split: 'train_sft', evalSplit: 'test_sft', limit: 200 }),
    ...STAGED,
  });
  const tuned = base.finetune('smol-chats', { trainer: Trainer.sft({ maxLength: 512 }), dataset: chats, ...STAGED });
  tuned.quantize('smol-gguf', { quantizer: Quantizer.gguf({ type: 'Q8_0' }), ...STAGED }).serve('chat', SMALL);
  return cluster;
}

if (require.main === module) {
  const app = new App();
  const cluster = local(app);
  app.synth();
  ClusterFiles.of(cluster).write();
  const preview = Preview.of(app);
  preview.write();
  preview.eject('eject');
  console.log(`What makes the cluster is in clusters/laptop/, what to apply in ${app.outdir}/, and without the reconciler in eject/.\n`
    + 'What will run, to read only, is in preview/');
}
