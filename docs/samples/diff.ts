/** Two versions of an app, and the effects of the change from the one to the other. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ArtifactBucket, Cloud, Cluster, Dataset, Gpu, GpuNodePool, Loader, Model, Quantizer, Reconciler, Trainer, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import { readState } from '../../src/cli/read-state';
import { costChangeOf } from '../../src/diff/cost';
import { diffOf } from '../../src/diff/diff';
import { PLAIN, textOf } from '../../src/diff/text';
import type { State } from '../../src/state/state';

interface Version {
  readonly epochs: number;
  readonly replicas: number;
  readonly maxNodes: number;
}

const WIDTH = 100;

function synthesized({ epochs, replicas, maxNodes }: Version): State {
  const directory = fs.mkdtempSync(path.join(process.cwd(), 'version-'));
  const terraform = new TerraformApp({ outdir: path.join(directory, 'cdktf.out') });
  const stack = new TerraformStack(terraform, 'gcp');
  const cluster = new Cluster(stack, 'ml', { cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' }) });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new GpuNodePool(stack, 'l4', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes });
  cluster.addWorkspace('team-a');
  const app = new App({ outdir: path.join(directory, 'dist') });
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform: cluster.platform });
  const team = new Workspace(app, 'team-a', { platform: cluster.platform });
  const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }) });
  const dataset = new Dataset(team, 'chats', { image: 'acme/chats:1' });
  const tuned = qwen.finetune('tuned', { trainer: Trainer.sft({ epochs }), dataset, resources: { gpu: Gpu.NVIDIA_L4 } });
  tuned.quantize('small', { quantizer: Quantizer.fp8() }).serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 }, replicas });
  tuned.notebook('lab');
  app.synth();
  terraform.synth();
  return readState([], { directory });
}

const before = synthesized({ epochs: 1, replicas: 1, maxNodes: 4 });
const after = synthesized({ epochs: 3, replicas: 2, maxNodes: 8 });
const cost = costChangeOf(before, after);

export const output = `$ npx substratus diff main\n${textOf({ ...diffOf(before, after), ...(cost && { cost }) }, { ...PLAIN, width: WIDTH })}`;
