import { Chart, JsonPatch } from 'cdk8s';
import type { ApiObject } from 'cdk8s';
import { Code, Dataset, DeletionPolicy, Gpu, Loader, Model, ModelSource, Notebook, Quantizer, Server, Trainer } from '../../src';
import type { ModelProps, Workspace } from '../../src';
import type { Resource } from '../../src/api/resource';
import type { Effect } from '../../src/diff/effect';
import { folder } from '../constructs/archive/folders';
import { clusterWith, effectOf, effectsBetween, imported, linesOf } from './apps';

/** Has volumes of images. */
const NEWER = { platform: { kubernetesVersion: '1.35' } };

/** An import, a training, a quantization, and what runs on it. */
function chain(team: Workspace, epochs = 1, more: Partial<ModelProps> = {}): void {
  const base = new Model(team, 'qwen', { loader: Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: 'c1899de289a04d12100db370d81485cdf75e47ca' }) });
  const chats = new Dataset(team, 'chats', { image: 'acme/loader:1' });
  const tuned = base.finetune('tuned', { trainer: Trainer.sft({ epochs }), dataset: chats, resources: { gpu: Gpu.NVIDIA_L4 }, ...more });
  tuned.quantize('small', { quantizer: Quantizer.fp8() }).serve('chat', { resources: { gpu: Gpu.NVIDIA_L4 } });
  tuned.notebook('lab', {});
}

const qwen = (digit: string) => Loader.huggingFace('Qwen/Qwen3-0.6B', { revision: digit.repeat(40) });

function between(from: (team: Workspace) => void, to: (team: Workspace) => void): Effect[] {
  return effectsBetween(clusterWith(from), clusterWith(to));
}

test('the same app has no effect', () => {
  expect(between(chain, chain)).toEqual([]);
});

test('a param of a training trains again, and all that is made of it or runs on it follows', () => {
  const effects = between((team) => chain(team), (team) => chain(team, 3));
  expect(linesOf(effects)).toEqual([
    'made-again: Model team-a/tuned trains again on 1 nvidia-l4',
    'made-again: Model team-a/small quantizes again',
    'rolls: Server team-a/chat rolls with a spare GPU: a new replica takes 1 nvidia-l4 beside the former ones',
    'waits: Notebook team-a/lab restarts when it starts next: what runs goes on until then',
  ]);
  const [tuned, small, chat, lab] = effects;
  expect(tuned).toMatchObject({ changes: [{ field: 'params.epochs', from: 1, to: 3 }], causes: [] });
  expect(tuned?.notes).toEqual([`${tuned?.subject.formerName} is no longer declared; its artifact stays in the bucket`]);
  expect(small?.causes).toEqual([`kubernetes/ml/Model/team-a/${tuned?.subject.name}`]);
  expect(chat?.causes).toEqual([`kubernetes/ml/Model/team-a/${small?.subject.name}`]);
  expect(lab?.causes).toEqual([`kubernetes/ml/Model/team-a/${tuned?.subject.name}`]);
});

test('other code trains again, and the ConfigMap that it travels in is not told beside it', () => {
  const coded = (text: string) => (team: Workspace): void => {
    const code = Code.directory(folder({ 'train.py': text }));
    const made = imported(team, 'opt', { code });
    made.notebook('lab', { image: 'acme/lab:1', code });
  };
  const effects = between(coded('1'), coded('2'));
  expect(linesOf(effects)).toEqual(['made-again: Model team-a/opt imports again', 'waits: Notebook team-a/lab restarts when it starts next: what runs goes on until then']);
  expect(effects[0]?.changes.map(({ field }) => field)).toEqual(['code.configMapName', 'code.digest']);
});

test.each<[string, { readonly before: Partial<ModelProps>; readonly after: Partial<ModelProps>; readonly words: string }]>([
  ['imports', { before: { loader: qwen('a') }, after: { loader: qwen('b') }, words: 'imports again' }],
  ['imports by an image', { before: { image: 'acme/model:1' }, after: { image: 'acme/model:2' }, words: 'imports again' }],
  ['is elsewhere', {
    before: { source: ModelSource.image('acme/weights:1') }, after: { source: ModelSource.image('acme/weights:2') },
    words: 'is taken from another place: nothing runs',
  }],
])('a model that %s', (_, { before, after, words }) => {
  const declare = (props: Partial<ModelProps>) => clusterWith((team) => { new Model(team, 'opt', props as ModelProps); }, NEWER);
  expect(linesOf(effectsBetween(declare(before), declare(after)))).toEqual([`made-again: Model team-a/opt ${words}`]);
});

test('another image of a dataset loads again', () => {
  const data = (image: string) => (team: Workspace) => { new Dataset(team, 'chats', { image }); };
  const [effect] = between(data('acme/loader:1'), data('acme/loader:2'));
  expect(effect).toMatchObject({ effect: 'made-again', words: 'loads again', changes: [{ field: 'image', from: 'acme/loader:1', to: 'acme/loader:2' }] });
});

test('what is new is made, and what is gone is deleted', () => {
  expect(linesOf(between(() => undefined, chain))).toEqual([
    'made: Model team-a/qwen imports', 'made: Dataset team-a/chats loads', 'made: Model team-a/tuned trains on 1 nvidia-l4', 'made: Model team-a/small quantizes',
    'starts: Server team-a/chat starts with 1 replica on 1 nvidia-l4', 'starts: Notebook team-a/lab starts',
  ]);
  expect(linesOf(between(chain, () => undefined)).slice(3)).toEqual([
    'deleted: Model team-a/small is deleted; its artifact stays in the bucket',
    'deleted: Server team-a/chat is deleted, and its replicas with it',
    'deleted: Notebook team-a/lab is deleted, and its disk with it',
  ]);
});

test('whether an artifact stays follows from the deletion policy and the source', () => {
  const gone = (props: Partial<ModelProps>) => linesOf(effectsBetween(
    clusterWith((team) => { new Model(team, 'opt', props as ModelProps); }, NEWER), clusterWith(() => undefined, NEWER),
  ));
  expect(gone({ image: 'acme/model:1', deletionPolicy: DeletionPolicy.DELETE }))
    .toEqual(['deleted: Model team-a/opt is deleted, and its artifact with it (deletionPolicy Delete)']);
  expect(gone({ source: ModelSource.image('acme/weights:1') })).toEqual(['deleted: Model team-a/opt is deleted; the files that it refers to stay']);
});

test('a model that takes the place of one with deletionPolicy Delete says that the former artifact goes', () => {
  const model = (image: string) => (team: Workspace) => { imported(team, 'opt', { image, deletionPolicy: DeletionPolicy.DELETE }); };
  const [effect] = between(model('a:1'), model('a:2'));
  expect(effect?.notes).toEqual([
    `${effect?.subject.formerName} is no longer declared: when it is deleted, its artifact goes with it (deletionPolicy Delete)`,
  ]);
});

test('what decides no content makes nothing again', () => {
  const more = { retries: 5, resources: { gpu: Gpu.NVIDIA_L4, cpu: 6 } };
  const [effect, ...others] = between((team) => chain(team), (team) => chain(team, 1, more));
  expect(others).toEqual([]);
  expect(effect).toMatchObject({
    effect: 'unchanged', words: 'is not made again',
    changes: [{ field: 'resources.cpu', to: 6 }, { field: 'retries', to: 5 }],
    notes: ['a run that has not finished takes it at its next attempt; one that computes goes on as it began'],
  });
});

test('a model that is suspended stops, and goes on', () => {
  const suspended = (team: Workspace) => chain(team, 1, { suspend: true });
  expect(linesOf(between(chain, suspended))).toEqual(['stops: Model team-a/tuned is suspended: a run that computes ends, and goes on from its staging volume later']);
  expect(linesOf(between(suspended, chain))).toEqual(['starts: Model team-a/tuned goes on where it was suspended']);
});

test('a refactoring that keeps the names has no effect: other files, another order, names that are given', () => {
  const before = (team: Workspace) => {
    const model = imported(team, 'opt', { metadata: { name: 'opt' } });
    new Server(team, 'chat', { model, image: 'acme/server:1' });
  };
  const after = (team: Workspace) => {
    const group = new Chart(team, 'serving', { namespace: 'team-a' });
    const model = imported(team, 'base-model', { metadata: { name: 'opt' } });
    new Server(group, 'chat', { model, image: 'acme/server:1' });
  };
  expect(between(before, after)).toEqual([]);
});

test('a model under another id is found by its recipe: nothing runs again, and a server takes the same artifact', () => {
  const serve = (id: string) => (team: Workspace) => { new Server(team, 'chat', { model: imported(team, id), image: 'acme/server:1' }); };
  const effects = between(serve('opt'), serve('base'));
  expect(effectOf(effects, 'Model')).toMatchObject({ effect: 'renamed' });
  expect(effectOf(effects, 'Model').words).toMatch(/^is renamed from opt-\w{8}: its artifact is found, nothing runs again$/);
  expect(effectOf(effects, 'Server')).toMatchObject({ effect: 'unchanged', words: 'goes on as it is' });
});

test('a training whose base has another name is refused, for what it refers to cannot change', () => {
  const tuned = (id: string) => (team: Workspace) => { imported(team, 'tuned', { model: imported(team, id), params: { steps: 1 } }); };
  const effect = effectOf(between(tuned('opt'), tuned('base')), 'Model', 'tuned');
  expect(effect).toMatchObject({ effect: 'refused', notes: ['model decides the content of a Model and cannot change; give it another name, or delete it first'] });
});

test('another recipe under the same name is refused', () => {
  const model = (steps: number) => (team: Workspace) => { imported(team, 'opt', { metadata: { name: 'opt' }, params: { steps } }); };
  expect(between(model(1), model(2))).toMatchObject([{
    effect: 'refused', words: 'is refused by the API server', changes: [{ field: 'params.steps', from: 1, to: 2 }],
    notes: ['params decides the content of a Model and cannot change; give it another name, or delete it first'],
  }]);
});

test('with another bucket artifacts are looked for there, and not made again', () => {
  const [from, to] = ['acme', 'other'].map((bucketName) => clusterWith((team) => { imported(team); }, { platform: { bucketName } }));
  const effect = from && to ? effectOf(effectsBetween(from, to), 'Model') : undefined;
  expect(effect).toMatchObject({ effect: 'stalls', words: 'is looked for in another place, and waits until it is copied there' });
  expect(effect?.changes[0]?.from).toMatch(/^gs:\/\/acme\/team-a\/models\//);
});

test('what cannot be expanded says why', () => {
  const server = (patched: boolean) => clusterWith((team) => {
    const model = imported(team);
    if (patched) (model.node.defaultChild as ApiObject).addJsonPatch(JsonPatch.add('/spec/resources', { gpu: { type: 'nvidia-l5' } }));
    new Notebook(team, 'lab', { image: 'acme/lab:1' });
  });
  expect(() => server(true)).toThrow(/nvidia-l5/);
  const good = server(false);
  const unknownGpu = (each: Resource) => ({ ...each, spec: { ...each.spec, resources: { gpu: { type: 'nvidia-l5' } } } }) as Resource;
  const broken = { ...good, clusters: good.clusters.map((cluster) => ({ ...cluster, resources: cluster.resources.map(unknownGpu) })) };
  expect(effectsBetween(good, broken)).toMatchObject([
    { effect: 'stalls', words: 'cannot be made', notes: [expect.stringContaining('nvidia-l5')] },
    { effect: 'stalls', words: 'cannot run as declared; what runs goes on', notes: [expect.stringContaining('nvidia-l5')] },
  ]);
});
