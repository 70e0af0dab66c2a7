/** A request that comes through the gateway for a Server at zero waits until it has started: Envoy, KEDA's interceptor, a pod. */
import { App, Chart, Duration } from 'cdk8s';
import { Autoscaling, Model, ModelGateway, Platform, Server, Workspace } from '../../src';
import type { KubeObject } from '../cluster/client';
import { until } from '../cluster/until';
import type { GatewayValues } from './gateway/control-plane';
import { findGateway } from './gateway/programs';
import { GatewayStage } from './gateway/stage';
import { describeWithEngines } from './stage';
import type { Elastic, EngineStage } from './stage';

const NAMESPACE = 'model-gateway';
const INTERCEPTOR = { namespace: 'keda', name: 'keda-add-ons-http-interceptor-proxy', port: 8080 };
const KEY = 'sk-team-ci';
const ANSWER = { id: '1', object: 'chat.completion', created: 1, model: 'chat', choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };

interface Written {
  readonly objects: readonly KubeObject[];
  readonly values: GatewayValues;
}

/** A gateway for the Server `chat` of a namespace. */
function written(namespace: string): Written {
  const platform = Platform.local({ clusterName: 'laptop' });
  platform.addKeda();
  platform.addEnvoyGateway();
  platform.addWorkspace(namespace);
  const app = new App();
  const team = new Workspace(app, namespace, { platform });
  const model = Model.fromModelAttributes(team, 'opt', { modelName: 'opt' });
  const server = new Server(team, 'chat', {
    image: 'acme/server', model, startupTimeout: Duration.minutes(5), autoscaling: Autoscaling.concurrency({ min: 0, max: 2 }),
  });
  const chart = new Chart(app, 'gateway', { namespace: NAMESPACE });
  const gateway = new ModelGateway(chart, 'models', { platform, replicas: 1 });
  gateway.serve(server);
  gateway.addTeam('team', { models: ['chat'] }).addKey('ci', { expires: new Date(Date.now() + 30 * 24 * 3600 * 1000).toISOString().slice(0, 10) });
  return { objects: chart.toJson() as KubeObject[], values: gateway.helmValues as GatewayValues };
}

async function openGateway(stage: EngineStage, { namespace, backend }: Elastic): Promise<GatewayStage> {
  const programs = findGateway();
  if (!programs) throw new Error('the programs of the gateway are not built');
  const gateway = new GatewayStage(stage.cluster, programs);
  const { objects, values } = written(namespace);
  await gateway.open(values);
  await gateway.lead(INTERCEPTOR, stage.engines.interceptorPort);
  const host = `${INTERCEPTOR.name}.${INTERCEPTOR.namespace}.svc.cluster.local`;
  for (const name of [host, `${host}:${INTERCEPTOR.port}`]) stage.engines.network.lead(name, backend.port);
  await gateway.apply(...objects);
  const data = { 'team.ci': Buffer.from(KEY).toString('base64') };
  await stage.client.patch({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: 'keys-team' }, { data });
  await gateway.startProxy({ namespace: NAMESPACE, name: 'models' });
  return gateway;
}

function tests(stage: () => EngineStage): void {
  let gateway: GatewayStage | undefined;

  afterAll(() => gateway?.close());

  test('starts for the first request, which is held and answered, and for nobody who may not ask', async () => {
    const chat = await stage().elastic({ min: 0, max: 2 });
    chat.backend.json = ANSWER;
    gateway = await openGateway(stage(), chat);
    const ask = (key: string) => (gateway as GatewayStage).ask({ key, body: { model: 'chat', messages: [] } });
    await until('the gateway answers', async () => (await ask(KEY)).status === 200, { seconds: 60 });
    await stage().untilReplicas(chat, 0);
    await stage().until('its pods are gone', async () => (await stage().pods(chat.resource)).length === 0);

    expect((await ask('sk-of-nobody')).status).toBe(401);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(await stage().replicas(chat)).toBe(0);

    const answers = await Promise.all([ask(KEY), ask(KEY), ask(KEY)]);
    expect(answers.map(({ status, headers }) => [status, headers['x-keda-http-cold-start']])).toEqual(Array(3).fill([200, 'true']));
    expect(chat.backend.early).toBe(0);
  }, 300_000);
}

const NAME = 'a Server at zero behind a gateway';
if (findGateway()) describeWithEngines(NAME, tests);
else describe.skip(NAME, () => tests(() => { throw new Error('the programs of the gateway are not built'); }));
