/** What the drain of nodes may take at once. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { PodStatus, ResourceQuota } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { expandWorkspace } from '../../../../src/expand';
import type { KubeObject } from '../../../../src/expand';
import { referenceTo } from '../../client';
import { model, PLATFORM, server } from '../stage';
import type { Live, Stage } from '../stage';

const REPLICAS = 3;

export function disruptions(stage: Stage): void {
  const drained = stage.scene(async () => {
    const namespace = await stage.namespace();
    await stage.published(model(namespace, 'opt'));
    const chat = server(namespace, 'chat', { scaling: 'external' });
    await stage.apply(chat);
    await stage.ready(chat);
    const alone = await stage.pods(chat);
    const first = await evictAll(stage, alone);
    const deployment = await stage.child(chat, 'Deployment');
    await stage.cluster.client.patch(referenceTo(deployment), { spec: { replicas: REPLICAS } });
    await stage.until('all replicas are ready', async () => {
      const { status } = await stage.child(chat, 'Deployment') as Deployment;
      return status?.availableReplicas === REPLICAS && status.replicas === REPLICAS;
    });
    await stage.until('the budget knows them', async () => {
      const { status } = await stage.child(chat, 'PodDisruptionBudget') as PodDisruptionBudget;
      return status?.currentHealthy === REPLICAS && status.expectedPods === REPLICAS;
    });
    await takesNoMorePods(stage, namespace);
    return { first, all: await evictAll(stage, await stage.pods(chat)) };
  });

  test('A14: a drain takes one replica at a time of a Server that an autoscaler scales', async () => {
    const { all } = await drained();
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = all.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
    expect(refused).toEqual(Array(REPLICAS - 1).fill(expect.stringMatching(/disruption budget/)));
  });

  test('A14: the drain of a node is not blocked by a Server with one replica', async () => {
    const { first } = await drained();
    expect(first.map(({ status }) => status)).toEqual(['fulfilled']);
  });

  const held = stage.scene(async () => {
    const evicted: PromiseSettledResult<void>[] = [];
    for (const drainsWaitForRuns of [true, false]) {
      const namespace = await stage.namespace();
      const workspace = expandWorkspace({ ...PLATFORM, workspaces: [{ namespace, drainsWaitForRuns }] }, namespace);
      await Promise.all(workspace.filter(({ kind }) => kind === 'PodDisruptionBudget').map((budget) => stage.client.create(budget)));
      stage.cluster.kubelet.cue({ namespace, labels: { role: 'run' } }, { outcome: 'run' });
      const tuned = model(namespace, 'tuned');
      await stage.apply(tuned);
      const pod = await stage.until('it runs', async () => (await stage.pods(tuned))
        .find(({ metadata, status }) => metadata.labels?.role === 'run' && (status as PodStatus).phase === 'Running'));
      if (drainsWaitForRuns) await knownTo(stage, { namespace, budget: 'substratus-runs' });
      evicted.push(...await evictAll(stage, [pod]));
    }
    return evicted;
  });

  test('a drain waits for the run of a Model where the workspace says so, and only there', async () => {
    expect(await held()).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ message: expect.stringMatching(/disruption budget/) }) },
      { status: 'fulfilled', value: undefined },
    ]);
  });
}

interface Known {
  readonly namespace: string;
  readonly budget: string;
}

/** Until its controller has counted, a budget refuses everything. */
async function knownTo(stage: Stage, { namespace, budget }: Known): Promise<void> {
  await stage.until('the budget knows the run', async () => {
    const { status } = await stage.client.get<PodDisruptionBudget & KubeObject>({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', namespace, name: budget });
    return status?.currentHealthy === 1 && status.expectedPods === 1;
  });
}

/** On simulated nodes a replacement is ready at once, before the next eviction is looked at; so that there is none, a quota forbids it. */
async function takesNoMorePods(stage: Stage, namespace: string): Promise<void> {
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { namespace, name: 'no-more' }, spec: { hard: { pods: '0' } } };
  await stage.client.create(quota);
  await stage.until('the quota holds', async () => {
    const [{ status } = {}] = await stage.client.list({ apiVersion: 'v1', kind: 'ResourceQuota', namespace }) as unknown as ResourceQuota[];
    return status?.hard?.pods === '0';
  });
}

function evictAll({ cluster }: Stage, pods: readonly Live[]): Promise<PromiseSettledResult<void>[]> {
  return Promise.allSettled(pods.map(({ metadata: { namespace = '', name } }) => cluster.evict({ namespace, name })));
}
