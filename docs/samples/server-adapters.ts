// #region
import { Dataset, DatasetShape, Gpu, Loader, Model, Trainer, TrainingOutput } from 'cdk-substratus';
// #endregion
import { teamA } from './team-a';

const { app, team } = teamA();
export { app };

// #region
const rows = { shape: DatasetShape.messages() };
const queries = new Dataset(team, 'queries', { loader: Loader.huggingFace('acme/queries'), ...rows });
const tickets = new Dataset(team, 'tickets', { loader: Loader.huggingFace('acme/tickets'), ...rows });

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
