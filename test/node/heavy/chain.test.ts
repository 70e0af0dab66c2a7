/** From a hub to an answer without a line of code: every ready-made program of the chain, in pods that are restricted. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Dataset, DatasetShape, Loader, Model, Quantizer, Trainer } from 'cdk-substratus';
import type { Workspace } from 'cdk-substratus';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import { until } from '../../cluster/until';
import { Egress } from '../egress';
import { clientImage, RUNTIME_IMAGES } from '../images/runtimes';
import { LoadedClient } from '../load';
import { askedOfHub } from '../mirrors';
import { describeOnHeavyNode } from './describe';
import { ONE_THREAD, SMALL, Team, TEAM } from './team';

jest.setTimeout(900_000);

const SECONDS = 600;
const QUESTION = 'What colour is the snow?';
const ANSWER = 'The snow is white.';
const ASK = fs.readFileSync(path.join(__dirname, '../../runtimes/ask.py'), 'utf8');

/** What the user writes. */
function declare(team: Workspace, seed: number): void {
  const base = new Model(team, 'base', { loader: Loader.huggingFace('acme/tiny-llama'), resources: SMALL });
  const dataset = new Dataset(team, 'colours', {
    loader: Loader.huggingFace('acme/colours'), shape: DatasetShape.messages({ template: 'alpaca', evalFraction: 0.1 }), resources: SMALL,
  });
  const trainer = Trainer.sft({ epochs: 10, learningRate: 0.002, batchSize: 4, gradientAccumulation: 1, loggingSteps: 4, seed });
  const tuned = base.finetune('tuned', { dataset, trainer, runtimeEnv: ONE_THREAD, resources: SMALL });
  tuned.quantize('small', { quantizer: Quantizer.gguf({ type: 'Q8_0' }), resources: SMALL }).serve('chat', { resources: SMALL });
  tuned.quantize('integers', { quantizer: Quantizer.int8(), runtimeEnv: ONE_THREAD, resources: SMALL });
}

function clientPod(): Pod {
  const securityContext = { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: TEAM, name: 'client' },
    spec: {
      securityContext,
      terminationGracePeriodSeconds: 0,
      containers: [{
        name: 'client', image: clientImage.name, command: ['sleep', 'infinity'],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      }],
    },
  };
}

describeOnHeavyNode('ready-made programs, from a hub to an answer', RUNTIME_IMAGES, (cluster) => {
  let team: Team;
  let egress: Egress;

  const address = async (): Promise<string> => {
    const { spec } = await cluster().client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace: TEAM, name: 'chat-server' });
    return `http://${spec?.clusterIP}:8080`;
  };

  beforeAll(async () => {
    egress = await Egress.listen(cluster().network.server, process.env.HTTPS_PROXY);
    /* Whatever leaves the cluster has to ask the proxy. */
    team = await Team.open(cluster(), { env: { HTTPS_PROXY: egress.url, HTTP_PROXY: egress.url } });
    await team.apply((workspace) => declare(workspace, 1));
    await cluster().client.create(clientPod());
    await team.untilReady('models,datasets', '--all');
    await team.untilReady('server/chat');
  });

  afterAll(async () => {
    await team.journal.stop();
    await team.journal.write('chain');
    egress.close();
  });

  test('a model is imported with its commit, its licence and verified files', async () => {
    const source = JSON.parse(await team.published('base', 'source.json')) as Record<string, unknown>;
    expect(source).toMatchObject({ source: 'huggingface', repo: 'acme/tiny-llama', licence: 'apache-2.0' });
    expect(source.commit).toMatch(/^[0-9a-f]{40}$/);
    expect((await askedOfHub(cluster())).some((asked) => asked.startsWith('GET /cdn/'))).toBe(true);
  });

  test('training lowers the loss by far, and the status shows how far it is', async () => {
    const metrics = JSON.parse(await team.published('tuned', 'metrics.json')) as { readonly first_loss: number; readonly loss: number };
    expect(metrics.first_loss - metrics.loss).toBeGreaterThan(8);
    expect(team.journal.progressOf('tuned').some((text) => /loading the model|step \d+ of \d+, loss/.test(text))).toBe(true);
  });

  test('the client of OpenAI gets an answer that shows the training, at once and in pieces, and a call of a tool', async () => {
    const said = await cluster().kubectl('exec', '--namespace', TEAM, 'client', '--', 'python3', '-c', ASK, 'http://chat-server:8080/v1', 'chat', QUESTION);
    const { models, answer, pieces, call } = JSON.parse(said) as Record<string, unknown> & { readonly pieces: readonly string[] };
    expect({ models, answer, call }).toEqual({
      models: ['chat'], answer: ANSWER, call: { name: 'paint', arguments: { colour: 'red' } },
    });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(ANSWER);
  });

  test('no program runs as root', async () => {
    const pods = await team.pods();
    expect(pods.every(({ spec }) => spec?.securityContext?.runAsNonRoot)).toBe(true);
  });

  test('another seed trains another model, to which the Server rolls while it is asked, and no request fails', async () => {
    const load = new LoadedClient(`${await address()}/v1/chat/completions`, {
      model: 'chat', messages: [{ role: 'user', content: QUESTION }], temperature: 0, max_tokens: 24,
    });
    load.start();
    await until('it is asked', () => load.answers.size > 0);
    const pods = () => team.pods({ server: 'chat' });
    const [before] = await pods();
    await team.apply((workspace) => declare(workspace, 2));
    await until('another pod serves alone', async () => {
      const found = await pods();
      return found.length === 1 && found[0]?.metadata?.name !== before?.metadata?.name;
    }, { seconds: SECONDS, everyMs: 500 });
    expect((await load.stop()).failed).toEqual([]);
  });

  test('with mirrors nothing of it asked a host outside, not even once', async () => {
    expect(egress.asked).toEqual([]);
    await team.apply((workspace) => new Model(workspace, 'outside', {
      loader: Loader.huggingFace('acme/other'), runtimeEnv: { HF_ENDPOINT: 'https://huggingface.co' }, resources: SMALL,
    }));
    await until('one that is told to does, through the proxy that counts', () => egress.asked.includes('huggingface.co:443'), { seconds: SECONDS });
  });
});
