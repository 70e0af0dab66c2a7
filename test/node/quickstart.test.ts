/** The way of a user: the reconciler installed, a model imported and finetuned, served, opened in a notebook, with programs that run. */
import { Dataset, Model, Notebook, Platform, Reconciler, Server, Workspace } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import { until } from '../cluster/until';
import { describeOnNode } from './describe';
import { PROGRAMS } from './images/programs';
import { LoadedClient } from './load';
import type { NodeCluster } from './node-cluster';

const SYSTEM = 'substratus';
const TEAM = 'team-a';
const LAPTOP = { clusterName: 'laptop' };
/** For the whole quickstart, on two cores that have other things to do. */
const SECONDS = 180;

/** What the user writes; the words are those of the finetuned model, which the server says. */
function declare(words: string): App {
  const app = new App();
  const platform = Platform.local(LAPTOP);
  platform.addWorkspace(TEAM);
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform });
  const team = new Workspace(app, TEAM, { platform });
  const sh = (script: string) => ({ image: PROGRAMS.name, command: ['sh', '-c', script] });
  const base = new Model(team, 'base', sh('echo base > /content/artifacts/model.txt'));
  const data = new Dataset(team, 'squad', sh('echo "question answer" > /content/artifacts/train.txt'));
  const tuned = new Model(team, 'tuned', {
    ...sh('cat /content/model/model.txt /content/data/train.txt; echo "$PARAM_WORDS" > /content/artifacts/model.txt'),
    model: base, dataset: data, params: { words },
  });
  new Server(team, 'chat', { image: PROGRAMS.name, command: ['node', '/programs/serve.js'], model: tuned });
  new Notebook(team, 'lab', { image: PROGRAMS.name, command: ['node', '/programs/notebook.js'], model: tuned, dataset: data });
  return app;
}

/** Applies it as `kubectl` does, chart by chart; what it says. */
async function apply(cluster: NodeCluster, app: App): Promise<string> {
  const said: string[] = [];
  for (const chart of app.charts) {
    const manifest = cluster.write(`${chart.node.id}.json`, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: chart.toJson() }));
    said.push(await cluster.kubectl('apply', '--server-side=false', '-f', manifest));
    await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
  }
  return said.join('');
}

async function untilReady(cluster: NodeCluster, ...resources: string[]): Promise<void> {
  await cluster.kubectl('wait', '--for=condition=Ready', '--namespace', TEAM, `--timeout=${SECONDS}s`, ...resources);
}

describeOnNode('the quickstart on a real node', [PROGRAMS], (cluster) => {
  const address = async (name: string): Promise<string> => {
    const { spec } = await cluster().client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace: TEAM, name });
    return spec?.clusterIP ?? '';
  };
  const pods = (labels: Record<string, string>) => cluster().client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace: TEAM, labels });

  beforeAll(async () => {
    await apply(cluster(), declare('hello'));
    await untilReady(cluster(), 'models,datasets', '--all');
    await untilReady(cluster(), 'server/chat', 'notebook/lab');
  });

  test('R6: with what each asks for by default, all of it runs on two cores, publishing beside a Server and a Notebook', async () => {
    const models = await cluster().kubectl('get', 'models', '--namespace', TEAM, '--output', 'jsonpath={.items[*].status.ready}');
    expect(models).toBe('true true');
  });

  test('the reconciler runs as its own Deployment', async () => {
    const { status } = await cluster().client.get<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: SYSTEM, name: 'substratus-reconciler' });
    expect(status).toMatchObject({ readyReplicas: 2, updatedReplicas: 2 });
  });

  test('the Server says what its model was trained to say', async () => {
    const answer = await fetch(`http://${await address('chat-server')}:8080/`);
    expect(await answer.text()).toBe('hello');
  });

  test('the Notebook lets nobody in without its token', async () => {
    const url = `http://${await address('lab-notebook')}:8888/api/kernels`;
    const token = await cluster().kubectl('get', 'secret', 'lab-notebook-token', '--namespace', TEAM, '--output', 'jsonpath={.data.token}');
    const headers = { authorization: `token ${Buffer.from(token, 'base64').toString()}` };
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { headers })).status).toBe(200);
  });

  test('R12: the manifest of an image that was loaded, not pulled, has no digest that no registry knows', async () => {
    const found = await cluster().onNode('sh', '-c', 'cat /var/lib/substratus/artifacts/*/models/*/manifest.json');
    expect(found).toContain(`"image": "${PROGRAMS.name}",\n"imageDigest": "",\n`);
  });

  test('R13: what is applied again is unchanged, volumes too', async () => {
    const said = (await apply(cluster(), declare('hello'))).trim().split('\n');
    /* kubectl's patch of a budget replaces the selector, so that it is never empty: https://github.com/Azure/eno/pull/246 */
    const changed = said.filter((line) => !line.endsWith(' unchanged') && !line.startsWith('poddisruptionbudget'));
    expect(changed).toEqual([]);
  });

  test('another model rolls the Server while it is asked, and no request fails', async () => {
    const load = new LoadedClient(`http://${await address('chat-server')}:8080/`);
    load.start();
    await until('it is asked', () => load.answers.size > 0);
    await apply(cluster(), declare('goodbye'));
    await until('the new model answers', () => load.answers.has('goodbye'), { seconds: SECONDS });
    await until('the old one is gone', async () => (await pods({ server: 'chat' })).length === 1, { seconds: SECONDS });
    expect(await load.stop()).toEqual({ failed: [], answers: ['goodbye', 'hello'] });
  });

  test('a drain ends all of it, and what was published serves again', async () => {
    await cluster().kubectl('drain', 'node-1', '--pod-selector=role=run', '--delete-emptydir-data', `--timeout=${SECONDS}s`);
    await cluster().kubectl('uncordon', 'node-1');
    await untilReady(cluster(), 'server/chat', 'notebook/lab');
    expect(await (await fetch(`http://${await address('chat-server')}:8080/`)).text()).toBe('goodbye');
  });
});
