import type { Construct } from 'constructs';
import { Dataset, DatasetShape, Engine, EngineTask, Loader, Model, Quantizer, Server, Trainer } from '../../../src';
import type { ResourceObject } from '../../../src/constructs/kinds/resource-object';
import { workspace } from '../fixtures';

const qwen = (scope: Construct, repo = 'Qwen/Qwen3-0.6B') => new Model(scope, 'qwen', { loader: Loader.huggingFace(repo, { revision: 'abc' }) });
const chats = (scope: Construct) => new Dataset(scope, 'chats', { loader: Loader.huggingFace('acme/chats'), shape: DatasetShape.messages() });

function paramsOf(construct: Construct): Record<string, unknown> | undefined {
  return (construct.node.defaultChild as ResourceObject).declared.spec.params;
}

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
