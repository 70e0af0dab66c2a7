/** Requests that come while nothing runs, and how long they wait. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Elastic, EngineStage } from './stage';

export interface ColdStartPlan {
  readonly servers: number;
  /** How often each of them starts. */
  readonly rounds: number;
  /** How many requests wait for each start. */
  readonly waiting: number;
}

export interface ColdStarts {
  readonly answers: readonly { readonly status: number; readonly wasCold: boolean }[];
  /** Requests that reached a Server before its pod was ready. */
  readonly early: number;
  /** Milliseconds from the first request for a Server until its Deployment had a replica. */
  readonly untilScaled: readonly number[];
  /** Milliseconds from a request to its answer. */
  readonly untilAnswered: readonly number[];
}

/** All Servers of a round are asked at the same time. */
export async function coldStarts(stage: EngineStage, { servers, rounds, waiting }: ColdStartPlan): Promise<ColdStarts> {
  const all = await stage.fleet(servers, { min: 0, max: 1 });
  await pause(1500); // the scaler takes what it hears first of a route for a number to start from
  await Promise.all(all.map((chat) => stage.ask(chat)));
  const starts: Start[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(all.map((chat) => stage.untilGone(chat)));
    starts.push(...await oneRound(stage, all, waiting));
  }
  await Promise.all(all.map((chat) => stage.untilReplicas(chat, 0)));
  const answers = starts.flatMap((start) => start.answers);
  return {
    answers: answers.map(({ status, headers }) => ({ status, wasCold: headers['x-keda-http-cold-start'] === 'true' })),
    early: all.reduce((sum, { backend }) => sum + backend.early, 0),
    untilScaled: starts.map(({ scaled, answers: heard }) => scaled - Math.min(...heard.map(({ at }) => at.sent))),
    untilAnswered: answers.map(({ at }) => at.last - at.sent),
  };
}

/** The value that so much of all values, from 0 to 1, do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

interface Start {
  readonly answers: Awaited<ReturnType<EngineStage['ask']>>[];
  /** When its Deployment had a replica. */
  readonly scaled: number;
}

async function oneRound(stage: EngineStage, all: readonly Elastic[], waiting: number): Promise<Start[]> {
  const stopping = new AbortController();
  const scaled = watchReplicas(stage, all[0]?.namespace ?? '', stopping.signal);
  try {
    await pause(500); // the watch is there
    const heard = await Promise.all(all.map((chat) => Promise.all(Array.from({ length: waiting }, () => stage.ask(chat)))));
    return all.map(({ name }, index) => ({ answers: heard[index] ?? [], scaled: scaled.get(`${name}-server`) ?? NaN }));
  } finally {
    stopping.abort();
  }
}

/** When each Deployment of a namespace was first seen with a replica, from now on. */
function watchReplicas({ client }: EngineStage, namespace: string, signal: AbortSignal): Map<string, number> {
  const seen = new Map<string, number>();
  const watch = async () => {
    for await (const line of client.watch(`/apis/apps/v1/namespaces/${namespace}/deployments?watch=1`, signal)) {
      const { object: { metadata, spec } } = JSON.parse(line) as { readonly object: Deployment };
      if (spec?.replicas && metadata?.name && !seen.has(metadata.name)) seen.set(metadata.name, performance.now());
    }
  };
  watch().catch(() => undefined); // it ends by the signal
  return seen;
}
