/** Questions about documents (RAG): one Server embeds, another answers, Weaviate finds, and programs with LangChain put them together. */
import { Engine, Gpu, Loader, Model, Preview, Quantizer, Workspace } from 'cdk-substratus';
import { ApiObject, App, Chart } from 'cdk8s';
import { clientIdsOn, cloudNamed, platformOn } from '../platforms';
import type { CloudName } from '../platforms';
import { Assistant } from './assistant';
import { Weaviate } from './weaviate';

/** A small GPU that each cloud has; Azure has no L4. On a laptop everything runs on the CPU. */
const SMALL_GPU: Readonly<Partial<Record<CloudName, Gpu>>> = { gcp: Gpu.NVIDIA_L4, aws: Gpu.NVIDIA_L4, azure: Gpu.NVIDIA_T4 };

/** Of the application, which is not a workspace: it calls Servers, and has no Models of its own. */
const APPLICATION = 'assistant';

export function rag(app: App, cloud: CloudName): void {
  const gpu = SMALL_GPU[cloud];
  const platform = platformOn(cloud);
  if (gpu) platform.addGpuPool('small', { gpu, maxNodes: 2 });
  platform.addWorkspace('team-a', { serversOpenTo: [APPLICATION], clientIds: clientIdsOn(cloud, 'team-a') });

  const team = new Workspace(app, 'team-a', { platform });
  const encoder = new Model(team, 'bge', { loader: Loader.huggingFace('BAAI/bge-small-en-v1.5') });
  const embeddings = encoder.serve('embeddings', { engine: Engine.embeddings() }); // small enough for a CPU
  const qwen = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-4B-Instruct-2507') });
  const answers = gpu ? qwen : qwen.quantize('qwen-gguf', { quantizer: Quantizer.gguf() });
  const chat = answers.serve('chat', { resources: { gpu } });

  const namespace = new Chart(app, 'namespace');
  new ApiObject(namespace, APPLICATION, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: APPLICATION } });
  const chart = new Chart(app, APPLICATION, { namespace: APPLICATION });
  chart.addDependency(namespace);
  const store = new Weaviate(chart, 'weaviate');
  new Assistant(chart, 'assistant', { chat, embeddings, store });
}

if (require.main === module) {
  const app = new App();
  rag(app, cloudNamed(process.env.CLOUD));
  app.synth();
  const previews = Preview.of(app).write();
  console.log(`What to apply is in ${app.outdir}/; what will run for it, to read only:\n  ${previews.join('\n  ')}`);
}
