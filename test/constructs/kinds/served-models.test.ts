import type { Construct } from 'constructs';
import { Dataset, DatasetShape, Engine, EngineTask, Gpu, Loader, Model, Preview, Quantizer, Server, Trainer, TrainingOutput } from '../../../src';
import type { ServerSpec } from '../../../src/api/resource';
import type { ResourceObject } from '../../../src/constructs/kinds/resource-object';
import { messageOf, workspace } from '../fixtures';

const qwen = (scope: Construct, repo = 'Qwen/Qwen3-0.6B') => new Model(scope, 'qwen', { loader: Loader.huggingFace(repo, { revision: 'abc' }) });
const chats = (scope: Construct) => new Dataset(scope, 'chats', { loader: Loader.huggingFace('acme/chats'), shape: DatasetShape.messages() });

function paramsOf(construct: Construct): Record<string, unknown> | undefined {
  return (construct.node.defaultChild as ResourceObject).declared.spec.params;
}

describe('the engine of a Server', () => {
  test.each([
    ['Qwen/Qwen3-8B', 'vllm'], ['acme/llm', 'vllm'], ['openai/whisper-large-v3', 'speech'], ['distil-whisper/distil-large-v3', 'speech'],
    ['BAAI/bge-m3', 'embeddings'], ['Qwen/Qwen3-Embedding-0.6B', 'embeddings'], ['BAAI/bge-reranker-v2-m3', 'embeddings'],
  ])('of %s is %s', (repo, engine) => {
    const { runtime } = (qwen(workspace(), repo).serve('a').node.defaultChild as ResourceObject).declared.spec;
    expect(runtime).toEqual({ name: engine, version: 1 });
  });

  test.each<[string, string, Engine, string]>([
    ['a model of speech writes text', 'openai/whisper-small', Engine.vllm(),
      'model team-a/qwen is made from openai/whisper-small, which transcribes speech, but engine vllm does not; use Engine.speech()'],
    ['a model of text transcribes', 'Qwen/Qwen3-0.6B', Engine.speech(), 'model team-a/qwen is made from Qwen/Qwen3-0.6B, which writes text, but engine speech does not; use Engine.vllm()'],
    ['an encoder writes text', 'BAAI/bge-m3', Engine.vllm(),
      'model team-a/qwen is made from BAAI/bge-m3, which makes embeddings, but engine vllm does not; use Engine.embeddings(), or Engine.vllm({ task: EngineTask.EMBED })'],
    ['a reranker embeds', 'BAAI/bge-reranker-base', Engine.vllm({ task: EngineTask.EMBED }),
      'model team-a/qwen is made from BAAI/bge-reranker-base, which ranks texts, but engine vllm with task embed does not; '
      + 'use Engine.embeddings(), or Engine.vllm({ task: EngineTask.RERANK })'],
    ['a model of text is for Text Embeddings Inference', 'openai/gpt-oss-20b', Engine.embeddings(),
      'model team-a/qwen is made from openai/gpt-oss-20b, which writes text, but engine embeddings does not; use Engine.vllm()'],
  ])('is refused where %s', (...[, repo, engine, message]) => {
    expect(messageOf(() => qwen(workspace(), repo).serve('a', { engine }))).toBe(`[team-a/a] ${message}`);
  });

  test('may embed with a model of text, and rank with a model of text', () => {
    const base = qwen(workspace());
    expect(paramsOf(base.serve('a', { engine: Engine.vllm({ task: EngineTask.EMBED }) }))).toEqual({ task: 'embed' });
    expect(paramsOf(base.serve('b', { engine: Engine.vllm({ task: EngineTask.RERANK }) }))).toEqual({ task: 'rerank' });
  });

  test('has no task that is not its own', () => {
    const gguf = qwen(workspace()).quantize('gguf', { quantizer: Quantizer.gguf() });
    expect(messageOf(() => gguf.serve('a', { engine: Engine.llamaCpp({ task: EngineTask.CLASSIFY }) })))
      .toContain('param task of llama-cpp is "classify"; give one of generate, embed, rerank');
  });
});

describe('a Server of an adapter', () => {
  const trained = (scope: Construct, output: TrainingOutput) => qwen(scope).finetune('tuned', { dataset: chats(scope), trainer: Trainer.sft({ output, loraRank: 64 }) });

  test('names the model that it was trained from, and makes room for its rank', () => {
    const scope = workspace();
    const tuned = trained(scope, TrainingOutput.ADAPTER);
    const { runtime, params, model, base } = (tuned.serve('chat').node.defaultChild as ResourceObject).declared.spec as ServerSpec;
    expect([runtime?.name, model?.name, base?.name]).toEqual(['vllm', tuned.modelName, tuned.modelBase?.modelName]);
    expect(params).toEqual({ toolParser: 'hermes', reasoningParser: 'qwen3', maxLoraRank: 64 });
    expect(tuned.modelLoraRank).toBe(64);
    const preview = Preview.of(scope).toYaml();
    expect(preview).toContain('chat=/content/model');
    expect(preview).toContain('mountPath: /content/base');
  });

  test('waits for both where it is declared in other order, or elsewhere', () => {
    const scope = workspace();
    const modelBase = Model.fromModelAttributes(scope, 'base', { modelName: 'base', modelFormat: 'safetensors' });
    const tuned = Model.fromModelAttributes(scope, 'tuned', { modelName: 'tuned', modelFormat: 'adapter', modelBase, modelLoraRank: 8 });
    const { base, params } = (new Server(scope, 'chat', { model: tuned }).node.defaultChild as ResourceObject).declared.spec as ServerSpec;
    expect([base, params]).toEqual([{ name: 'base' }, { maxLoraRank: 8 }]);
    expect(Preview.of(scope).children.find(({ resource }) => resource.endsWith('chat'))?.gates).toEqual(['Model team-a/tuned', 'Model team-a/base']);
  });

  test('needs the memory of its base', () => {
    const scope = workspace();
    const tuned = qwen(scope, 'Qwen/Qwen3-32B').finetune('tuned', { dataset: chats(scope), trainer: Trainer.sft({ output: TrainingOutput.ADAPTER }) });
    expect(tuned.serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } }).node.validate().join()).toContain('Qwen/Qwen3-32B on one nvidia-l4');
  });

  test.each([TrainingOutput.MERGED, TrainingOutput.BOTH])('is not what an output of %s gives: that is a model', (output) => {
    const { base } = (trained(workspace(), output).serve('chat').node.defaultChild as ResourceObject).declared.spec as ServerSpec;
    expect(base).toBeUndefined();
  });

  test('has no base of its own image, which reads the adapter alone', () => {
    const chat = trained(workspace(), TrainingOutput.ADAPTER).serve('chat', { image: 'acme/server:1' });
    expect(((chat.node.defaultChild as ResourceObject).declared.spec as ServerSpec).base).toBeUndefined();
  });
});

describe('the parsers of a Server', () => {
  const KNOWN = { toolParser: 'hermes', reasoningParser: 'qwen3' };

  test('are those of the repository that its chain began with', () => {
    const scope = workspace();
    const base = qwen(scope);
    const tuned = base.finetune('tuned', { dataset: chats(scope), trainer: Trainer.sft() });
    const small = tuned.quantize('small', { quantizer: Quantizer.int4() });
    expect([base, tuned, small].map(({ modelRepository }) => modelRepository)).toEqual(Array(3).fill('Qwen/Qwen3-0.6B'));
    expect(paramsOf(base.serve('a'))).toEqual(KNOWN);
    expect(paramsOf(small.serve('b', { engine: Engine.vllm({ maxModelLen: 4096 }) }))).toEqual({ ...KNOWN, maxModelLen: 4096 });
  });

  test('are what the author says, where the author says it', () => {
    const scope = workspace();
    const base = qwen(scope);
    expect(paramsOf(base.serve('a', { engine: Engine.vllm({ toolParser: '' }) }))).toEqual({ ...KNOWN, toolParser: '' });
    expect(paramsOf(base.serve('b', { engine: Engine.vllm(), params: { reasoningParser: 'deepseek_r1' } }))).toEqual({ ...KNOWN, reasoningParser: 'deepseek_r1' });
  });

  test('are none where nothing is known, or where no text is asked for', () => {
    const scope = workspace();
    expect(paramsOf(qwen(scope, 'acme/llm').serve('a'))).toBeUndefined();
    const own = new Model(scope, 'own', { image: 'acme/trainer:1', model: new Model(scope, 'base', { loader: Loader.huggingFace('Qwen/Qwen3-8B') }) });
    expect(own.modelRepository).toBeUndefined();
    expect(paramsOf(own.serve('b', { engine: Engine.vllm() }))).toBeUndefined();
    const elsewhere = Model.fromModelAttributes(scope, 'x', { modelName: 'x', modelFormat: 'safetensors', modelRepository: 'openai/gpt-oss-20b' });
    expect(paramsOf(new Server(scope, 'd', { model: elsewhere }))).toEqual({ toolParser: 'openai' });
    expect(paramsOf(own.serve('c', { engine: Engine.vllm({ task: EngineTask.EMBED }) }))).toEqual({ task: 'embed' });
  });
});
