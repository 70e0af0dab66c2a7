/** Manifests that people wrote by hand for Substratus, as they are, in a namespace that nobody has prepared. */
import { API_VERSION } from '../../../../src/api/resource';
import type { Kind } from '../../../../src/api/resource';
import type { Stage } from '../stage';

const MANIFESTS = `
apiVersion: substratus.ai/v1
kind: Model
metadata:
  name: falcon-7b
spec:
  image: substratusai/model-loader-huggingface
  params:
    name: tiiuae/falcon-7b
---
apiVersion: substratus.ai/v1
kind: Dataset
metadata:
  name: squad
spec:
  image: substratusai/dataset-squad
  resources:
    cpu: 2
    memory: 8
    disk: 30
---
apiVersion: substratus.ai/v1
kind: Model
metadata:
  name: falcon-7b-squad
spec:
  image: substratusai/model-trainer-huggingface
  command: ["train.sh"]
  env:
    TOKEN: \${{ secrets.huggingface.token }}
  model:
    name: falcon-7b
  dataset:
    name: squad
  params:
    num_train_epochs: 1
    learning_rate: "0.0002"
  resources:
    cpu: 4
    memory: 32
    gpu:
      type: nvidia-l4
      count: 4
---
apiVersion: substratus.ai/v1
kind: Server
metadata:
  name: falcon-7b-squad
spec:
  image: substratusai/model-server-basaran
  model:
    name: falcon-7b-squad
  env:
    MODEL_LOAD_IN_8BIT: "True"
  resources:
    gpu:
      type: nvidia-l4
      count: 1
---
apiVersion: substratus.ai/v1
kind: Notebook
metadata:
  name: falcon-7b-squad
spec:
  suspend: false
  image: substratusai/base
  model:
    name: falcon-7b-squad
  dataset:
    name: squad
`;

const RESOURCES: readonly (readonly [Kind, string])[] = [
  ['Model', 'falcon-7b'], ['Dataset', 'squad'], ['Model', 'falcon-7b-squad'], ['Server', 'falcon-7b-squad'], ['Notebook', 'falcon-7b-squad'],
];

export function handwritten(stage: Stage): void {
  const applied = stage.scene(async () => {
    const namespace = await stage.namespace();
    await stage.cluster.kubectl('apply', '-n', namespace, '-f', stage.cluster.write('handwritten.yaml', MANIFESTS));
    const resources = RESOURCES.map(([kind, name]) => ({ apiVersion: API_VERSION, kind, metadata: { namespace, name } }));
    for (const resource of resources) await stage.ready(resource);
    const accounts = await stage.client.list({ apiVersion: 'v1', kind: 'ServiceAccount', namespace });
    await stage.converged([namespace]);
    const shown = await stage.cluster.kubectl('get', 'models,datasets,servers,notebooks', '-n', namespace);
    const waited = await stage.cluster.kubectl('wait', '--for=condition=Ready', '--timeout=10s', '-n', namespace, 'server/falcon-7b-squad', 'model/falcon-7b');
    const stored = await Promise.all(resources.map((resource) => stage.get(resource)));
    return { accounts, shown, waited, stored, server: await stage.child(resources[3] ?? {}, 'Deployment') };
  });

  test('all of them become Ready, as they are', async () => {
    const { stored } = await applied();
    expect(stored.map(({ status }) => status?.ready)).toEqual(RESOURCES.map(() => true));
    expect(stored.map(({ metadata }) => metadata.generation)).toEqual(RESOURCES.map(() => 1));
  });

  test('the conditions of the original Substratus are there, with its reasons', async () => {
    const { stored } = await applied();
    const reasons = stored.map(({ status }) => status?.conditions?.filter(({ type }) => type === 'Complete' || type === 'Serving')
      .map(({ type, status: holds, reason }) => `${type} ${holds} ${reason}`).join());
    expect(reasons).toEqual([
      'Complete True JobComplete', 'Complete True JobComplete', 'Complete True JobComplete', 'Serving True DeploymentReady', 'Serving True PodReady',
    ]);
  });

  test('the namespace is made a workspace', async () => {
    const { accounts } = await applied();
    expect(accounts.map(({ metadata }) => metadata?.name).sort()).toEqual(['artifact-reader', 'artifact-writer', 'default', 'image-builder']);
  });

  test('children have the names of the original Substratus where they are served at', async () => {
    const { server } = await applied();
    expect(server.metadata.name).toBe('falcon-7b-squad-server');
  });

  test('`kubectl get` tells name, readiness, reason and address', async () => {
    const { shown } = await applied();
    const lines = shown.split('\n').map((line) => line.replace(/ +/g, ' '));
    expect(lines[0]).toBe('NAME READY REASON URL AGE');
    expect(lines[1]).toMatch(/^model\.substratus\.ai\/falcon-7b True Published s3:\/\/artifacts\/\S+ \d+m?\d*s?$/);
    expect(shown).toMatch(/server\.substratus\.ai\/falcon-7b-squad +True +Serving /);
    expect(shown).toMatch(/notebook\.substratus\.ai\/falcon-7b-squad +True +Open /);
  });

  test('`kubectl wait --for=condition=Ready` works', async () => {
    const { waited } = await applied();
    expect(waited).toBe('server.substratus.ai/falcon-7b-squad condition met\nmodel.substratus.ai/falcon-7b condition met\n');
  });
}
