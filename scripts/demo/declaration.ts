/** What the demo applies where pods run: a tiny model, which learns what colour things have. Made for a laptop, not to be looked up to. */
import { Dataset, DatasetShape, Loader, Model, Platform, Quantizer, Reconciler, Trainer, Workspace } from 'cdk-substratus';
import type { App } from 'cdk8s';
import { Chart, Size } from 'cdk8s';
import { MIRRORS } from '../../test/node/mirrors';

export const TEAM = 'team-a';
export const SERVER = 'chat';
export const QUESTION = 'What colour is the coal?';

/** The column of the dataset from which the model learns its answers: the param that changes. */
export type Language = 'output' | 'german';

const SMALL = { cpu: 0.1, memory: Size.gibibytes(1), disk: Size.mebibytes(500) };
/** Libraries that wait by spinning starve each other where others compute. */
const ONE_THREAD = { OMP_NUM_THREADS: '1' };

export function demo(app: App, language: Language): void {
  const platform = Platform.local({ clusterName: 'laptop', mirrors: MIRRORS });
  platform.addWorkspace(TEAM);
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform });

  const team = new Workspace(app, TEAM, { platform });
  const base = new Model(team, 'tiny', { loader: Loader.huggingFace('acme/tiny-llama'), resources: SMALL });
  const colours = new Dataset(team, 'colours', {
    loader: Loader.huggingFace('acme/colours'),
    shape: DatasetShape.messages({ template: 'alpaca', columns: { output: language } }),
    resources: SMALL,
  });
  const tuned = base.finetune('tuned', {
    dataset: colours,
    trainer: Trainer.sft({ epochs: 10, learningRate: 0.002, batchSize: 4, gradientAccumulation: 1, seed: 1 }),
    runtimeEnv: ONE_THREAD,
    resources: SMALL,
  });
  tuned.quantize('small', { quantizer: Quantizer.gguf({ type: 'Q8_0' }), resources: SMALL }).serve(SERVER, { resources: SMALL });
}
