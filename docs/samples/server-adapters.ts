// #region
import { Gpu, Loader, Model, Trainer, TrainingOutput } from 'cdk-substratus';
// #endregion
import { Dataset, DatasetShape } from 'cdk-substratus';
import { teamA } from './team-a';

const { app, team } = teamA();
export { app };

const rows = (id: string) => new Dataset(team, id, { loader: Loader.huggingFace(`acme/${id}`), shape: DatasetShape.messages() });
const [queries, tickets] = [rows('queries'), rows('tickets')];

// #region
const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-4B-Instruct-2507') });
const trainer = Trainer.sft({ output: TrainingOutput.ADAPTER, loraRank: 32 });
const resources = { gpu: Gpu.NVIDIA_L4 };

const sql = qwen.finetune('sql', { dataset: queries, trainer, resources });
const support = qwen.finetune('support', { dataset: tickets, trainer, resources });
const legal = new Model(team, 'legal-lora', {
  loader: Loader.huggingFace('acme/qwen3-4b-legal'),
  adapterOf: qwen,
  adapterRank: 16,
});

export const chat = qwen.serve('chat', { resources, adapters: [sql, support], namedAdapters: { legal } });
// #endregion
