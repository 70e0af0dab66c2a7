/** Servers with adapters: each is waited for as the model is, and another one is another revision. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import { model, server } from '../stage';
import type { Live, Stage } from '../stage';

const NAMED = (name: string, of = name) => ({ name, model: { name: of } });

export function adapters(stage: Stage): void {
  const story = stage.scene(async () => {
    const namespace = await stage.namespace();
    const chat = (...names: ReturnType<typeof NAMED>[]) => server(namespace, 'chat', { adapters: names });
    const deployment = async () => await stage.child(chat(), 'Deployment') as Live & Deployment;
    const rolledOut = () => stage.until('all pods are of the latest revision', async () => {
      const { metadata: { generation }, status = {} } = await deployment();
      const { observedGeneration, updatedReplicas, replicas, availableReplicas } = status;
      return observedGeneration === generation && [updatedReplicas, replicas, availableReplicas].every((count) => count === 1);
    });
    const names = async () => (await stage.pods(chat())).map(({ metadata }) => metadata.name);
    await stage.published(model(namespace, 'opt'));
    await stage.apply(chat(NAMED('sql')));
    const missing = await stage.reason(chat(), 'ModelNotFound');
    const early = await stage.children(chat(), 'Deployment');
    await stage.published(model(namespace, 'sql', { params: { rank: 8 } }));
    await stage.ready(chat());
    await rolledOut();
    const [first, pods] = [await deployment(), await names()];
    /* One that is not there yet. */
    await stage.apply(chat(NAMED('sql'), NAMED('support')));
    const waits = await stage.until('the Server says what it waits for', async () => {
      const ready = (await stage.get(chat())).status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.message.includes('support') ? ready : undefined;
    });
    const kept = { generation: (await deployment()).metadata.generation, pods: await names() };
    await stage.published(model(namespace, 'support', { params: { rank: 9 } }));
    await stage.until('another revision is there', async () => (await deployment()).metadata.generation !== first.metadata.generation);
    await rolledOut();
    const second = await deployment();
    await stage.converged([namespace]);
    return { namespace, missing, early, first, pods, waits, kept, second };
  });

  test('wait for an adapter that does not exist, and take no GPU meanwhile', async () => {
    const { namespace, missing, early, first } = await story();
    expect(missing).toMatchObject({ status: 'False', message: `waiting for Model ${namespace}/sql, which does not exist` });
    expect(early).toEqual([]);
    expect(mountsOf(first)).toEqual(['/content/adapters/sql', '/content/model']);
  });

  test('go on with the adapters that they have until a new one is Ready', async () => {
    const { namespace, first, pods, waits, kept } = await story();
    expect(waits).toMatchObject({ status: 'True', message: expect.stringContaining(`waiting for Model ${namespace}/support`) as string });
    expect(kept).toEqual({ generation: first.metadata.generation, pods });
  });

  test('roll to a new one when it is Ready', async () => {
    const { second } = await story();
    expect(mountsOf(second)).toEqual(['/content/adapters/sql', '/content/adapters/support', '/content/model']);
  });
}

function mountsOf({ spec }: Deployment): string[] {
  const mounts = spec?.template.spec?.containers[0]?.volumeMounts ?? [];
  return mounts.map(({ mountPath }) => mountPath).filter((path) => /adapters|model/.test(path)).sort();
}
