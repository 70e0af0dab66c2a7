import { Limiter } from '../../../src/reconciler/kube/limiter';
import type { Cluster } from '../cluster';
import { describeOnCluster } from '../describe';
import { installKinds, ROOMY } from './scene';
import { playOn } from './stage';
import type { Stage } from './stage';

/** What is tried, in a sentence, and how. */
export type Scenario = readonly [sentence: string, play: (stage: Stage) => Promise<void>];

export interface Group {
  /** What the sentences begin with. */
  readonly title: string;
  readonly scenarios: readonly Scenario[];
}

/** What is played, in its order. */
export interface Programme {
  /** How many scenarios at the same time: more of them would only wait for each other. */
  readonly atATime: number;
  readonly groups: readonly Group[];
}

const LIMIT_MS = 600_000;

/**
 * Makes a test of each scenario. They are played on one cluster, several at the same time, for most of each is waiting: none may look
 * beyond its namespaces. The first of them begin first, so that is where the long ones belong.
 */
export function testTogether(name: string, { atATime, groups }: Programme): void {
  describeOnCluster(name, ROOMY, (cluster) => {
    const endings = new Map<Scenario, Promise<unknown>>();

    beforeAll(async () => {
      await installKinds(cluster());
      const limiter = new Limiter(atATime);
      for (const scenario of groups.flatMap(({ scenarios }) => scenarios)) {
        endings.set(scenario, limiter.run(() => errorOf(cluster(), scenario), new AbortController().signal));
      }
    });

    describe.each(groups)('$title', ({ scenarios }) => {
      test.each(scenarios.map((scenario) => ({ scenario, sentence: scenario[0] })))('$sentence', async ({ scenario }) => {
        const error = await endings.get(scenario);
        if (error !== undefined) throw error;
      }, LIMIT_MS);
    });
  });
}

/** What it ends with, if not well. */
function errorOf(cluster: Cluster, [, play]: Scenario): Promise<unknown> {
  return playOn(cluster, play).then(() => undefined, (error: unknown) => error);
}
