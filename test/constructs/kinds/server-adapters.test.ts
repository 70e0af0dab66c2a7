import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  Dataset, DatasetShape, Engine, Gpu, Loader, Model, ModelSource, Preview, Quantizer, Server, Trainer, TrainingOutput, Workspace,
} from '../../../src';
import type { ServerOptions } from '../../../src';
import type { ServerSpec } from '../../../src/api/resource';
import type { ResourceObject } from '../../../src/constructs/kinds/resource-object';
import { gcp, messageOf, workspace } from '../fixtures';

const qwen = (scope: Construct, repo = 'Qwen/Qwen3-0.6B') => new Model(scope, 'qwen', { loader: Loader.huggingFace(repo, { revision: 'abc' }) });

function chats(scope: Construct): Dataset {
  const made = scope.node.tryFindChild('chats') as Dataset | undefined;
  return made ?? new Dataset(scope, 'chats', { loader: Loader.huggingFace('acme/chats'), shape: DatasetShape.messages() });
}

function adapter(base: Model, id: string, loraRank = 16): Model {
  const trainer = Trainer.sft({ output: TrainingOutput.ADAPTER, loraRank, seed: seedOf(id) });
  return base.finetune(id, { dataset: chats(base.node.scope as Construct), trainer });
}

/** So that no two have one recipe. */
function seedOf(id: string): number {
  return Array.from(id).reduce((sum, letter) => 31 * sum % 100003 + letter.charCodeAt(0), 0);
}

function specOf(server: Server): ServerSpec {
  return (server.node.defaultChild as ResourceObject).declared.spec as ServerSpec;
}

describe('a Server with adapters', () => {
  test('names them by the ids of their constructs, and makes room for the largest rank', () => {
    const scope = workspace();
    const base = qwen(scope);
    const [sql, support] = [adapter(base, 'sql', 64), adapter(base, 'support')];
    const { adapters, params, model } = specOf(base.serve('chat', { adapters: [support, sql] }));
    expect(model).toEqual({ name: base.modelName });
    expect(adapters).toEqual([{ name: 'sql', model: { name: sql.modelName } }, { name: 'support', model: { name: support.modelName } }]);
    expect(params).toEqual({ toolParser: 'hermes', reasoningParser: 'qwen3', maxLoraRank: 64 });
  });

  test('names them as it is told', () => {
    const base = qwen(workspace());
    const [old, other] = [adapter(base, 'sql-v1'), adapter(base, 'sql-v2')];
    const { adapters } = specOf(base.serve('chat', { adapters: [old], namedAdapters: { sql: other, older: old } }));
    expect(adapters).toEqual([
      { name: 'older', model: { name: old.modelName } }, { name: 'sql', model: { name: other.modelName } }, { name: 'sql-v1', model: { name: old.modelName } },
    ]);
  });

  test('answers under its own name, and under that of each adapter', () => {
    const base = qwen(workspace());
    const [sql, support] = [adapter(base, 'sql'), adapter(base, 'support')];
    expect(base.serve('chat', { adapters: [support, sql] }).servedModelNames).toEqual(['chat', 'chat:sql', 'chat:support']);
    expect(base.serve('plain').servedModelNames).toEqual(['plain']);
    expect(sql.serve('tuned', { adapters: [support] }).servedModelNames).toEqual(['tuned', 'tuned:base', 'tuned:support']);
  });

  test('waits for each, mounts it, and is told of it', () => {
    const scope = workspace();
    const base = qwen(scope);
    const sql = adapter(base, 'sql');
    base.serve('chat', { adapters: [sql] });
    const preview = Preview.of(scope);
    expect(preview.children.find(({ resource }) => resource.endsWith('chat'))?.gates).toEqual([`Model team-a/${base.modelName}`, `Model team-a/${sql.modelName}`]);
    expect(preview.toYaml()).toContain('mountPath: /content/adapters/sql');
    expect(preview.toYaml()).toContain('{"name":"chat:sql","path":"/content/adapters/sql","base_model_name":"chat"}');
  });

  test('takes adapters that were loaded, are there already, or are declared elsewhere', () => {
    const scope = workspace();
    const base = qwen(scope);
    const loaded = new Model(scope, 'loaded', { loader: Loader.huggingFace('acme/sql-lora', { revision: 'abc' }), adapterOf: base, adapterRank: 8 });
    const there = new Model(scope, 'there', { source: ModelSource.claim('weights'), adapterOf: base, adapterRank: 32 });
    const elsewhere = Model.fromModelAttributes(scope, 'elsewhere', { modelName: 'x', modelFormat: 'adapter', modelBase: base });
    const { adapters, params } = specOf(base.serve('chat', { adapters: [loaded, there, elsewhere] }));
    expect(adapters?.map(({ name }) => name)).toEqual(['elsewhere', 'loaded', 'there']);
    expect(params?.maxLoraRank).toBe(32);
    expect([loaded.modelFormat, loaded.modelRepository, loaded.modelLoraRank]).toEqual(['adapter', 'Qwen/Qwen3-0.6B', 8]);
  });

  test('has the recipe of a Model unchanged by what it is an adapter of', () => {
    const loader = Loader.huggingFace('acme/sql-lora', { revision: 'abc' });
    const scope = workspace();
    const plain = new Model(workspace(), 'sql', { loader });
    expect(new Model(scope, 'sql', { loader, adapterOf: qwen(scope), adapterRank: 8 }).modelName).toBe(plain.modelName);
  });

  test('makes room for a rank of 16 where one is not known, and says nothing where none is', () => {
    const scope = workspace();
    const base = qwen(scope, 'acme/llm');
    const known = new Model(scope, 'known', { loader: Loader.huggingFace('acme/a'), adapterOf: base, adapterRank: 8 });
    const other = new Model(scope, 'other', { loader: Loader.huggingFace('acme/b'), adapterOf: base });
    expect(specOf(base.serve('a', { adapters: [known, other] })).params).toEqual({ maxLoraRank: 16 });
    expect(specOf(base.serve('b', { adapters: [other] })).params).toBeUndefined();
    expect(specOf(base.serve('c', { adapters: [known] })).params).toEqual({ maxLoraRank: 8 });
  });

  test('takes an adapter of the model that its own was quantized from', () => {
    const base = qwen(workspace());
    const sql = adapter(base, 'sql');
    const small = base.quantize('small', { quantizer: Quantizer.fp8() });
    expect(specOf(small.serve('chat', { adapters: [sql], resources: { gpu: Gpu.NVIDIA_L4 } })).adapters).toHaveLength(1);
  });

  test('serves an adapter as its model beside others of the same base', () => {
    const base = qwen(workspace());
    const { model, base: own, adapters } = specOf(adapter(base, 'sql').serve('chat', { adapters: [adapter(base, 'support')] }));
    expect([model?.name, own?.name, adapters?.[0]?.name]).toEqual([expect.stringMatching(/^sql-/), base.modelName, 'support']);
  });

  test('needs the memory of its adapters', () => {
    const scope = workspace();
    const base = qwen(scope, 'Qwen/Qwen3-8B');
    const options: ServerOptions = { engine: Engine.vllm({ maxModelLen: 8192 }), resources: { gpu: Gpu.NVIDIA_L4 } };
    const adapters = Array.from({ length: 8 }, (_, index) => adapter(base, `a${index}`, 256));
    expect(base.serve('plain', options).node.validate()).toEqual([]);
    expect(base.serve('chat', { ...options, adapters }).node.validate().join()).toContain('Qwen/Qwen3-8B on one nvidia-l4: the weights leave no memory for its cache');
  });

  test('of an image of the author\'s has them mounted, whatever they are', () => {
    const scope = workspace();
    const [base, other] = [qwen(scope), new Model(scope, 'other', { image: 'acme/adapter:1' })];
    base.serve('chat', { image: 'acme/server:1', adapters: [other] });
    expect(Preview.of(scope).toYaml()).toContain('mountPath: /content/adapters/other');
  });
});

describe('adapters are refused', () => {
  test.each<[string, (scope: Construct, base: Model) => unknown, string]>([
    ['of another base', (scope, base) => {
      const llama = new Model(scope, 'llama', { loader: Loader.huggingFace('acme/llama', { revision: 'abc' }) });
      return base.serve('chat', { adapters: [adapter(llama, 'sql')] });
    }, 'adapter team-a/sql was trained from Model team-a/llama-<digest>, but the Server serves Model team-a/qwen-<digest>; serve it by a Server of Model team-a/llama-<digest>'],
    ['of the model that theirs was trained from', (_, base) => {
      const tuned = base.finetune('tuned', { dataset: chats(base.node.scope as Construct), trainer: Trainer.sft() });
      return tuned.serve('chat', { adapters: [adapter(base, 'sql')] });
    }, 'adapter team-a/sql was trained from Model team-a/qwen-<digest>, but the Server serves Model team-a/tuned-<digest>; serve it by a Server of Model team-a/qwen-<digest>'],
    ['that are whole models', (_, base) => base.serve('chat', { adapters: [base.finetune('sql', { dataset: chats(base.node.scope as Construct), trainer: Trainer.sft() })] }),
      'adapter team-a/sql is a whole model (safetensors), not a LoRA adapter; train it with output TrainingOutput.ADAPTER, or serve it by a Server of its own'],
    ['of which nothing is known', (scope, base) => base.serve('chat', { adapters: [Model.fromModelAttributes(scope, 'sql', { modelName: 'sql' })] }),
      'adapter team-a/sql is not known to be a LoRA adapter of any model; '
      + 'give adapterOf to the Model, or modelFormat: \'adapter\' and modelBase to Model.fromModelAttributes'],
    ['of a rank over maxLoraRank', (_, base) => base.serve('chat', { adapters: [adapter(base, 'sql', 64)], engine: Engine.vllm({ maxLoraRank: 32 }) }),
      'adapter team-a/sql is of rank 64, but maxLoraRank of engine vllm is 32; leave maxLoraRank out, or train it with a lower loraRank'],
    ['of a rank that no engine serves', (scope, base) => base.serve('chat', {
      adapters: [new Model(scope, 'sql', { loader: Loader.huggingFace('acme/sql'), adapterOf: base, adapterRank: 1024 })],
    }), 'adapter team-a/sql is of rank 1024, but engine vllm serves ranks up to 512; train it with a lower loraRank'],
    ['by llama.cpp', (_, base) => base.quantize('small', { quantizer: Quantizer.gguf() }).serve('chat', { adapters: [adapter(base, 'sql')] }),
      'adapter team-a/sql is given, but engine llama-cpp takes the number of an adapter with each request, and not its name; '
      + 'serve the model in safetensors by Engine.vllm(), or train each with output TrainingOutput.MERGED, quantize it to gguf, and serve it by a Server of its own'],
    ['by another engine', (_, base) => base.serve('chat', { adapters: [adapter(base, 'sql')], engine: Engine.speech() }),
      'model team-a/qwen is made from Qwen/Qwen3-0.6B, which writes text, but engine speech does not; use Engine.vllm()'],
    ['under one name', (scope, base) => {
      const sql = adapter(base, 'sql');
      return base.serve('chat', { adapters: [sql], namedAdapters: { sql: new Model(scope, 'other', { loader: Loader.huggingFace('acme/sql'), adapterOf: base }) } });
    }, 'adapters team-a/sql and team-a/other would both be named sql; give it another name by namedAdapters'],
    ['that are given twice', (_, base) => {
      const sql = adapter(base, 'sql');
      return base.serve('chat', { adapters: [sql, sql] });
    }, 'adapter team-a/sql is given twice as sql; leave one of them out'],
    ['in both lists', (_, base) => {
      const sql = adapter(base, 'sql');
      return base.serve('chat', { adapters: [sql], namedAdapters: { sql } });
    }, 'adapter team-a/sql is given twice as sql; leave one of them out'],
    ['under the name of the base', (_, base) => base.serve('chat', { namedAdapters: { base: adapter(base, 'sql') } }),
      'adapter team-a/sql would be named \'base\', which is the name of the model that an adapter was trained from; give it another name by namedAdapters'],
    ['under a name that no volume can have', (_, base) => base.serve('chat', { namedAdapters: { 'S Q L': adapter(base, 'sql') } }),
      'adapter team-a/sql would be named \'S Q L\', which is not 1 to 40 lower-case letters, digits and - inside; give it another name by namedAdapters'],
    ['of which there are too many', (_, base) => {
      const sql = adapter(base, 'sql');
      return base.serve('chat', { namedAdapters: Object.fromEntries(Array.from({ length: 33 }, (__, index) => [`a${index}`, sql])) });
    }, '33 adapters are given, and a Server takes 32; serve the others by another Server of the same model'],
    ['that are no Models', (_, base) => base.serve('chat', { adapters: ['sql'] as unknown as Model[] }),
      'adapters[0] is \'sql\'; give a Model, or refer to one with Model.fromModelAttributes'],
    ['that are one and not a list', (_, base) => base.serve('chat', { adapters: 'sql' as unknown as Model[] }), 'adapters is \'sql\'; give a list of Models'],
    ['in a list without names', (_, base) => base.serve('chat', { namedAdapters: [] as unknown as Record<string, Model> }),
      'namedAdapters is a list; give Models by their names, or a list as adapters'],
  ])('%s', (_, make, message) => {
    const scope = workspace();
    expect(messageOf(() => make(scope, qwen(scope))).replace(/-[0-9a-z]{8}\b(?=[,; ]|$)/g, '-<digest>')).toBe(`[team-a/chat] ${message}`);
  });

  test.each<[string, (scope: Construct, base: Model) => unknown, string]>([
    ['beside a trainer', (scope, base) => base.finetune('sql', { dataset: chats(scope), trainer: Trainer.sft(), adapterOf: base }),
      'adapterOf and trainer are set; leave adapterOf out, for output TrainingOutput.ADAPTER of the trainer says the same'],
    ['beside a quantizer', (_, base) => base.quantize('sql', { quantizer: Quantizer.fp8(), adapterOf: base }),
      'adapterOf and quantizer are set, but an adapter is not quantized; leave one of them out'],
    ['without what it is an adapter of', (scope) => new Model(scope, 'sql', { loader: Loader.huggingFace('acme/sql'), adapterRank: 8 }),
      'adapterRank is 8 but adapterOf is not set; set adapterOf, or leave adapterRank out'],
    ['with a rank that is none', (scope, base) => new Model(scope, 'sql', { loader: Loader.huggingFace('acme/sql'), adapterOf: base, adapterRank: 0.5 }),
      'adapterRank is 0.5; give a whole number, 1 or more'],
    ['of what is not a Model', (scope) => new Model(scope, 'sql', { loader: Loader.huggingFace('acme/sql'), adapterOf: 'qwen' as unknown as Model }),
      'adapterOf is \'qwen\'; give a Model, or refer to one with Model.fromModelAttributes'],
  ])('where a Model says so %s', (_, make, message) => {
    const scope = workspace();
    expect(messageOf(() => make(scope, qwen(scope)))).toBe(`[team-a/sql] ${message}`);
  });
});

describe('an adapter of another workspace', () => {
  test('is served where it is shared, and may be read', () => {
    const platform = gcp();
    platform.addWorkspace('team-a');
    platform.addWorkspace('team-b', { reads: ['team-a'] });
    const app = new App();
    const [ours, theirs] = ['team-a', 'team-b'].map((name) => new Workspace(app, name, { platform })) as [Workspace, Workspace];
    const base = new Model(ours, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'abc' }), sharedWith: ['team-b'] });
    const sql = new Model(ours, 'sql', { loader: Loader.huggingFace('acme/sql', { revision: 'abc' }), adapterOf: base });
    const server = new Server(theirs, 'chat', { model: base, adapters: [sql] });
    expect(specOf(server).adapters).toEqual([{ name: 'sql', model: { name: sql.modelName, namespace: 'team-a' } }]);
    expect(server.node.validate()).toEqual([`Model team-a/${sql.modelName} is not shared with namespace team-b; add sharedWith: ['team-b'] to it`]);
  });
});

describe('a Server that is declared elsewhere', () => {
  test('answers under the names that it is said to', () => {
    const scope = workspace();
    expect(Server.fromServerAttributes(scope, 'a', { serverName: 'chat', adapterNames: ['support', 'sql'] }).servedModelNames).toEqual(['chat', 'chat:sql', 'chat:support']);
    expect(Server.fromServerAttributes(scope, 'b', { serverName: 'chat' }).servedModelNames).toEqual(['chat']);
  });

  test.each([
    [['base'], 'adapterNames[0] is base, which is the name of the model that an adapter was trained from; give it another name'],
    [['sql', 'sql'], 'adapterNames has two named sql; give one of them another name'],
  ])('has no adapters named %j', (adapterNames, message) => {
    expect(messageOf(() => Server.fromServerAttributes(workspace(), 'a', { serverName: 'chat', adapterNames }))).toBe(`[team-a/a] ${message}`);
  });
});
