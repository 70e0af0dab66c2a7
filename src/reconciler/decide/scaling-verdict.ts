/** What the status of a Server says that KEDA scales. */
import type { ServerResource } from '../../api/resource';
import { isByKeda } from '../../expand';
import type { DeploymentState } from '../observe/observed';
import { inProgress } from './decision';
import type { Verdict } from './decision';
import type { Serving } from './serving';

const ASLEEP: readonly string[] = ['ScaledToZero', 'Waking'];

/** Nothing runs, for nobody asks: that is as it should be. */
export function asleepVerdict({ view: { resource } }: Serving, { replicas }: DeploymentState): Verdict | undefined {
  if (replicas > 0 || !scales(resource)) return undefined;
  return { ready: true, reason: 'ScaledToZero', message: 'scaled to 0 replicas, as there are no requests; the next one starts a replica' };
}

/** A request has come to a Server that slept: it is held or told to come back, so that the Server is there for its clients. */
export function wakingVerdict(serving: Serving, { replicas, available }: DeploymentState, trouble?: string): Verdict | undefined {
  const { resource } = serving.view;
  const reason = resource.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
  if (available > 0 || !scales(resource) || !ASLEEP.includes(reason ?? '')) return undefined;
  const message = `waking for a request, 0 of ${replicas} replicas ${replicas === 1 ? 'answers' : 'answer'}${trouble === undefined ? '' : `: ${trouble}`}`;
  return { ...inProgress('Waking', message), ready: true };
}

/** What the autoscaler says of itself, word for word. Nothing waits for it: what runs serves without. */
export function scalerConditionsOf({ view: { children } }: Serving): NonNullable<Verdict['conditions']> {
  return children.flatMap(({ scaler = [], metadata }) => (metadata.deletionTimestamp === undefined ? scaler : []));
}

function scales({ kind, spec }: Serving['view']['resource']): boolean {
  return kind === 'Server' && isByKeda({ spec } as Pick<ServerResource, 'spec'>);
}
