import { App, Size } from 'cdk8s';
import { Dataset, DatasetShape, Gpu, Loader, Model, ModelSource, Platform, Preview, Trainer, Workspace } from '../../../src';

/** Two workspaces, of which one reads what the other has. */
function declare(): App {
  const app = new App();
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 });
  platform.addWorkspace('data', { readableBuckets: [{ url: 'gs://weights' }] });
  platform.addWorkspace('team-a', { reads: ['data'] });
  const data = new Workspace(app, 'data', { platform });
  const team = new Workspace(app, 'team-a', { platform });
  const rows = new Dataset(data, 'rows', { loader: Loader.huggingFace('acme/rows'), shape: DatasetShape.messages(), sharedWith: ['team-a'] });
  new Model(data, 'there', { source: ModelSource.bucket('gs://weights/there') });
  const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B') });
  const tuned = base.finetune('tuned', { trainer: Trainer.sft(), dataset: rows, resources: { gpu: Gpu.NVIDIA_L4, gpuCount: 2 } });
  tuned.serve('chat', { image: 'registry.acme.example/ml/server:4', resources: { cpu: 1, memory: Size.gibibytes(6) } });
  tuned.notebook('lab');
  return app;
}

test('a summary has a line for each resource: program, what it asks for, disk and port, and what it waits for', () => {
  const lines = Preview.of(declare()).summary().split('\n');
  const words = lines.map((line) => line.trim().replace(/ {2,}/g, ' | ').replace(/-[0-9a-z]{8}\b/g, '-DIGEST'));
  expect(words).toEqual([
    'data:',
    'Dataset rows-DIGEST | huggingface | 1 CPU, 4Gi | disk 50Gi',
    'Model there-DIGEST | is there already',
    '',
    'team-a:',
    'Model qwen-DIGEST | huggingface | 1 CPU, 4Gi | disk 50Gi',
    'Model tuned-DIGEST | sft | 2 × nvidia-l4, 6 CPU, 20Gi | disk 50Gi | after qwen, data/rows',
    'Fits: Qwen/Qwen3-0.6B, finetuned by lora with 1 × 2048 tokens on 2 nvidia-l4: 3.5 of 22.0 GiB each',
    'Server chat | server:4 | 1 CPU, 6Gi | port 8080 | after tuned',
    'Notebook lab | jupyter | 1 CPU, 4Gi | disk 20Gi, port 8888 | after tuned',
    '',
  ]);
});

test('the columns of all namespaces are aligned', () => {
  const lines = Preview.of(declare()).summary().split('\n').filter((line) => / (huggingface|sft|server:4|jupyter) /.test(line));
  expect(lines).toHaveLength(5);
  expect(new Set(lines.map((line) => line.search(/ (huggingface|sft|server:4|jupyter) /))).size).toBe(1);
});

test('nothing declared is an empty summary', () => {
  expect(Preview.of(new App()).summary()).toBe('');
});
