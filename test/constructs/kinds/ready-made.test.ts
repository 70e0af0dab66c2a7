import type { Construct } from 'constructs';
import { Dataset, DatasetShape, Engine, Gpu, Loader, Model, Notebook, Quantizer, Server, Trainer, TrainingOutput, Workbench } from '../../../src';
import { recipeDigest } from '../../../src/api/digest';
import type { ResourceObject } from '../../../src/constructs/kinds/resource-object';
import { messageOf, workspace } from '../fixtures';

const team = () => workspace();
const qwen = (scope: Construct, id = 'qwen') => new Model(scope, id, { loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'abc' }) });
const chats = (scope: Construct) => new Dataset(scope, 'chats', { loader: Loader.huggingFace('acme/chats'), shape: DatasetShape.messages() });

const adapter = (scope: Construct, loraRank?: number) => qwen(scope).finetune('a', {
  dataset: chats(scope), trainer: Trainer.sft({ output: TrainingOutput.ADAPTER, ...(loraRank !== undefined && { loraRank }) }),
});

function specOf(construct: Construct): Record<string, unknown> {
  return (construct.node.defaultChild as ResourceObject).declared.spec as Record<string, unknown>;
}

describe('a ready-made program', () => {
  test('is a name, a version and params on the wire; a token is outside the recipe', () => {
    const scope = team();
    const model = new Model(scope, 'm', { loader: Loader.huggingFace('acme/llm', { include: ['*.json', '*.safetensors'], token: '${{ secrets.hf.token }}' }) });
    expect(specOf(model)).toEqual({
      runtime: { name: 'huggingface', version: 1 },
      params: { repo: 'acme/llm', include: '*.json,*.safetensors' },
      runtimeEnv: { HF_TOKEN: '${{ secrets.hf.token }}' },
    });
    const same = new Model(scope, 'n', { loader: Loader.huggingFace('acme/llm', { include: ['*.json', '*.safetensors'] }) });
    expect(same.recipeDigest).toBe(model.recipeDigest);
    const { runtimeEnv, ...written } = specOf(model);
    expect(recipeDigest({ kind: 'Model', spec: { ...written, runtime: { name: 'huggingface' } } })).toBe(model.recipeDigest);
  });

  test('the order of columns is not part of the recipe', () => {
    const scope = team();
    const loaded = (id: string, columns: Record<string, string>) => new Dataset(scope, id, {
      loader: Loader.huggingFace('acme/qa'), shape: DatasetShape.promptCompletion({ columns }),
    });
    expect(loaded('a', { prompt: 'q', completion: 'a' }).recipeDigest).toBe(loaded('b', { completion: 'a', prompt: 'q' }).recipeDigest);
  });

  test('formats are known along the chain, and choose the engine', () => {
    const scope = team();
    const base = qwen(scope);
    const tuned = base.finetune('tuned', { dataset: chats(scope), trainer: Trainer.sft() });
    const gguf = tuned.quantize('gguf', { quantizer: Quantizer.gguf() });
    expect([base, tuned, gguf].map(({ modelFormat, modelQuantization }) => [modelFormat, modelQuantization]))
      .toEqual([['safetensors', undefined], ['safetensors', undefined], ['gguf', 'gguf']]);
    expect(specOf(tuned.serve('a')).runtime).toEqual({ name: 'vllm', version: 1 });
    expect(specOf(gguf.serve('b')).runtime).toEqual({ name: 'llama-cpp', version: 1 });
    expect(specOf(gguf.serve('c', { image: 'acme/server:1' })).runtime).toBeUndefined();
    expect(specOf(new Model(scope, 'g', { loader: Loader.huggingFace('a/b', { include: ['*Q4_K_M.gguf'] }) }).serve('d')).runtime).toMatchObject({ name: 'llama-cpp' });
  });
});

describe('fails when', () => {
  test.each<[string, (scope: Construct) => unknown, string]>([
    ['a param is misspelt', (scope) => new Model(scope, 'm', { loader: Loader.huggingFace('a/b', { revison: 'x' } as never) }), 'huggingface has no param revison; did you mean revision?'],
    ['two programs are named', (scope) => new Model(scope, 'm', { loader: Loader.ollama('a:1'), quantizer: Quantizer.fp8() }), 'loader and quantizer are both set; leave one of them out'],
    ['a program of another role is given', (scope) => new Model(scope, 'm', { loader: Trainer.sft() as never }),
      "loader is a Trainer, which is not a loader; write for example Loader.huggingFace('Qwen/Qwen3-0.6B')"],
    ['an engine is a text', (scope) => qwen(scope).serve('s', { engine: 'vllm' as never }), "engine is 'vllm', which is not an engine; write for example Engine.vllm()"],
    ['a model of speech is trained on text', (scope) => new Model(scope, 'w', { loader: Loader.huggingFace('openai/whisper-small') }).finetune('a', { dataset: chats(scope), trainer: Trainer.sft() }),
      'model team-a/w is made from openai/whisper-small, which transcribes speech, but trainer sft trains models that write text; set image to a program that trains it'],
    ['a sum has capitals', (scope) => new Model(scope, 'm', { loader: Loader.url('https://a.example/m.gguf', { sha256: 'A'.repeat(64) }) }),
      'give for example what sha256sum prints, 64 digits in lower case'],
    ['a command is beside it', (scope) => new Model(scope, 'm', { loader: Loader.ollama('a:1'), command: ['x'] }),
      'runtime is ollama and command is set too; leave command out, for args are added to those of ollama'],
    ['a param is given twice', (scope) => new Model(scope, 'm', { loader: Loader.ollama('a:1'), params: { model: 'b:1' } }), 'param model is set in params and as an option of the program; leave one of them out'],
    ['a shape has no loader', (scope) => new Dataset(scope, 'd', { image: 'acme/d:1', shape: DatasetShape.text() }), 'shape is set but loader is not; set loader, or shape the rows in your image'],
    ['it is quantized twice', (scope) => qwen(scope).quantize('a', { quantizer: Quantizer.fp8() }).quantize('b', { quantizer: Quantizer.gguf() }),
      'model team-a/a is quantized to fp8 already, which quantizer gguf cannot take; give the model that it was made from'],
    ['GGUF is for vLLM', (scope) => qwen(scope).quantize('a', { quantizer: Quantizer.gguf() }).serve('s', { engine: Engine.vllm() }),
      'model team-a/a is gguf, but engine vllm takes safetensors; use Engine.llamaCpp()'],
    ['safetensors are for llama.cpp', (scope) => qwen(scope).serve('s', { engine: Engine.llamaCpp() }),
      'model team-a/qwen is safetensors, but engine llama-cpp takes gguf; use Engine.vllm(), or quantize it to gguf'],
    ['a GPU cannot run the format', (scope) => qwen(scope).quantize('a', { quantizer: Quantizer.int8() }).serve('s', { resources: { gpu: Gpu.NVIDIA_B200 } }),
      'the model is quantized to int8, which does not run on nvidia-b200; quantize it to fp8'],
    ['fp8 has no GPU', (scope) => qwen(scope).quantize('a', { quantizer: Quantizer.fp8() }).serve('s'),
      'the model is quantized to fp8, which does not run without a GPU; quantize it to int8, or to gguf for llama.cpp'],
    ['an adapter is quantized', (scope) => adapter(scope).quantize('b', { quantizer: Quantizer.fp8() }),
      'model team-a/a is an adapter, which quantizer fp8 cannot start from; train it with output TrainingOutput.MERGED'],
    ['an adapter is served by llama.cpp', (scope) => adapter(scope).serve('s', { engine: Engine.llamaCpp() }),
      'model team-a/a is an adapter, which engine llama-cpp cannot serve; use Engine.vllm(), or train it with output TrainingOutput.MERGED, and quantize it to gguf'],
    ['an adapter has a higher rank than the engine takes', (scope) => adapter(scope, 32).serve('s', { engine: Engine.vllm({ maxLoraRank: 16 }) }),
      'model team-a/a is an adapter of rank 32, but maxLoraRank of engine vllm is 16; leave maxLoraRank out, or train it with a lower loraRank'],
    ['an adapter has a base that is not known', (scope) => new Server(scope, 's', { model: Model.fromModelAttributes(scope, 'x', { modelName: 'x', modelFormat: 'adapter' }) }),
      'model team-a/x is an adapter, but which model it was trained from is not known; give modelBase to Model.fromModelAttributes, or train it with output TrainingOutput.MERGED'],
    ['the base of an adapter is not a model', (scope) => new Server(scope, 's', { model: Model.fromModelAttributes(scope, 'x', { modelName: 'x', modelFormat: 'adapter', modelBase: 'qwen' as never }) }),
      "modelBase is 'qwen'; give a Model, or refer to one with Model.fromModelAttributes"],
    ['rows are for another trainer', (scope) => qwen(scope).finetune('a', { dataset: chats(scope), trainer: Trainer.dpo() }),
      'dataset team-a/chats has messages rows, but trainer dpo takes preference; give it another shape'],
    ['a loader reads a dataset', (scope) => new Model(scope, 'm', { loader: Loader.ollama('a:1'), dataset: chats(scope) }), 'loader ollama reads no dataset; leave dataset out'],
    ['a notebook has a workbench that is none', (scope) => new Notebook(scope, 'n', { workbench: Workbench as never }),
      'workbench is the class Workbench, which is not a workbench; write for example Workbench.jupyter()'],
    ['nothing says what serves', (scope) => new Server(scope, 's', { model: Model.fromModelAttributes(scope, 'x', { modelName: 'x' }) }),
      'neither image nor imageBuild is set; set image to what to run, imageBuild to where its sources are, or engine to a ready-made program, for example Engine.vllm()'],
    ['a format is unknown', (scope) => Model.fromModelAttributes(scope, 'x', { modelName: 'x', modelFormat: 'onnx' }), "modelFormat is 'onnx'; use one of safetensors, gguf, adapter"],
  ])('%s', (_, declare, message) => {
    expect(messageOf(() => declare(team()))).toContain(message);
  });

  test('a list has an item with a comma, or none', () => {
    expect(messageOf(() => Quantizer.fp8({ ignore: ['re:[0-9]{1,2}'] }))).toBe("ignore of fp8 has 're:[0-9]{1,2}'; give texts without a comma");
    expect(messageOf(() => Trainer.sft({ loraTargets: [] }))).toBe('loraTargets of sft is empty; leave it out');
  });
});
