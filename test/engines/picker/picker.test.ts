/** A Server whose requests go where their beginning is known: the real endpoint picker, asked by the real Envoy. */
import { expand, INSTALL_INFERENCE_EXTENSION, located, PICKER_ROLE } from '../../../src/expand';
import { applied, previewed } from '../../cluster/reconciler/plain';
import { IDLE } from './replica';
import { describeWithPicker, NAMESPACE } from './stage';
import type { PickerStage } from './stage';

/** Some 4,000 tokens that many requests begin with. */
const LONG = (subject: string): string => `You know all about ${subject}. `.repeat(600);
const QUESTIONS = Array.from({ length: 12 }, (_, number) => `Question ${number}?`);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function conditionOf(stage: PickerStage, type: string) {
  return stage.get(stage.resource).then(({ status }) => status?.conditions?.find((condition) => condition.type === type));
}

describeWithPicker('a Server whose requests go where their beginning is known', (stage) => {
  test('is stalled where the cluster lacks the definitions, with the line that installs them, and goes on once they are there', async () => {
    await stage().apply(stage().resource);
    const { status, message } = await stage().reason(stage().resource, 'InferenceExtensionMissing');
    expect([status, message]).toEqual(['False', 'the cluster has no InferencePool, which routing by the beginning of requests needs; '
      + `install the Gateway API Inference Extension: ${INSTALL_INFERENCE_EXTENSION}`]);
    expect(await stage().children(stage().resource, 'Deployment')).toEqual([]);
    await stage().define();
    await stage().ready(stage().resource);
    await stage().until('its picker is said to answer', async () => (await conditionOf(stage(), 'Routing'))?.status === 'True');
  });

  test('what is applied of its pickers is what a preview shows', async () => {
    const inputs = { model: located(stage().platform, { kind: 'Model', name: 'opt', namespace: NAMESPACE, recipeDigest: 'any' }) };
    const shown = expand(stage().resource, { platform: stage().platform, inputs }).map(({ object }) => object)
      .filter(({ metadata }) => metadata?.labels?.role === PICKER_ROLE);
    expect(shown.map(({ kind }) => kind)).toEqual(['ConfigMap', 'InferencePool', 'Service', 'Deployment', 'PodDisruptionBudget']);
    for (const object of shown) expect(applied(await stage().get(object))).toEqual(previewed(object));
  });

  test('its pickers take the configuration, and find the replicas with the rights that they have', async () => {
    await stage().start();
    expect(stage().replicas.map(({ reads }) => reads > 0)).toEqual([true, true, true]);
  });

  test('requests with the same beginning go to one replica, and others to all of them', async () => {
    const subjects = ['cheese', 'trains', 'the moon', 'bridges', 'rivers', 'chess'];
    const homes: (string | undefined)[] = [];
    for (const subject of subjects) {
      const who = await stage().whoAnswers(QUESTIONS.map((question) => LONG(subject) + question));
      expect(who).toHaveLength(1);
      homes.push(...who);
    }
    const short = await stage().whoAnswers(Array.from({ length: 40 }, (_, number) => `${number} is a number`));
    expect(new Set([...homes, ...short]).size).toBe(3);
    expect(short).toHaveLength(3);
  });

  test('a stream goes there too', async () => {
    const [home] = await stage().whoAnswers([LONG('cheese')]);
    expect(await stage().ask(LONG('cheese'), 'closed', { stream: true })).toEqual({ status: 200, replica: home });
  });

  test('a replica that has requests waiting loses even those whose beginning it knows, and gets them again later', async () => {
    const [home] = await stage().whoAnswers([LONG('gold')]);
    const replica = stage().replicas.find(({ host }) => host === home);
    if (!replica) throw new Error('nobody has answered');
    replica.load = { waiting: 20, running: 64, cache: 0.97 };
    await stage().untilRead();
    expect((await stage().ask(LONG('gold'))).replica).not.toBe(home);
    replica.load = IDLE;
    await stage().untilRead();
  });

  test('when the picker that is asked is killed, the other one is asked at once', async () => {
    await stage().ask(LONG('before'));
    const first = stage().chosen;
    await first.part.kill('SIGKILL');
    await pause(200); // what was on its way to it is lost
    const answers = [];
    for (const question of QUESTIONS) answers.push(await stage().ask(LONG('after') + question));
    expect(answers.map(({ status }) => status)).toEqual(QUESTIONS.map(() => 200));
    expect(new Set(answers.map(({ replica }) => replica)).size).toBe(1);
    expect(stage().chosen).not.toBe(first);
  });

  test('where no picker answers, a gateway that fails open sends requests to all replicas, and Envoy AI Gateway answers with an error', async () => {
    await stage().chosen.part.kill('SIGKILL');
    await pause(1000);
    const open = [];
    for (const question of QUESTIONS) open.push(await stage().ask(question, 'open'));
    expect(open.map(({ status }) => status)).toEqual(QUESTIONS.map(() => 200));
    expect(new Set(open.map(({ replica }) => replica)).size).toBe(3);
    expect((await stage().ask('anybody?', 'closed')).status).toBeGreaterThanOrEqual(500);
    const [picker] = stage().pickers;
    if (!picker) throw new Error('there is no picker');
    picker.part.start();
    await stage().untilReady(picker);
    await stage().until('it answers again', async () => (await stage().ask('anybody?', 'closed')).status === 200);
  });

  test('says in its status that no picker answers, and is Ready all the same', async () => {
    const release = stage().cluster.kubelet.cue({ labels: { role: 'picker' } }, { outcome: 'unready' });
    const pods = (await stage().children(stage().resource, 'Pod')).filter(({ metadata }) => metadata.labels?.role === 'picker');
    expect(pods).toHaveLength(2);
    for (const { metadata } of pods) await stage().client.delete({ apiVersion: 'v1', kind: 'Pod', namespace: metadata.namespace, name: metadata.name });
    await stage().until('the status says so', async () => (await conditionOf(stage(), 'Routing'))?.status === 'False');
    expect(await conditionOf(stage(), 'Routing')).toMatchObject({ reason: 'PickerNotReady', message: expect.stringContaining('no endpoint picker answers') as string });
    expect(await conditionOf(stage(), 'Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
    release();
  });

  test('loses pool and pickers when it is not wanted any more, and no replica restarts for it', async () => {
    const { resource, client } = stage();
    const before = (await stage().pods(resource)).filter(({ metadata }) => metadata.labels?.role === 'run').map(({ metadata }) => metadata.uid).sort();
    const { routing: _, ...spec } = resource.spec as { readonly routing?: string };
    await client.patch({ apiVersion: 'substratus.ai/v1', kind: 'Server', namespace: resource.metadata.namespace, name: resource.metadata.name }, { spec: { ...spec, routing: null } });
    await stage().until('they have gone', async () => (await stage().children(resource, 'Deployment')).length === 1
      && (await client.list({ apiVersion: 'inference.networking.k8s.io/v1', kind: 'InferencePool', namespace: resource.metadata.namespace })).length === 0);
    const after = (await stage().pods(resource)).filter(({ metadata }) => metadata.labels?.role === 'run').map(({ metadata }) => metadata.uid).sort();
    expect(after).toEqual(before);
    await stage().until('the status says nothing of it', async () => await conditionOf(stage(), 'Routing') === undefined);
  });
});
