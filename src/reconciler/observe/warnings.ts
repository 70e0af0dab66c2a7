/** What Events say of what does not start: asked for only then, and not often. */
import type { Clock } from '../clock';
import type { Client } from '../kube/client';
import type { LiveObject } from '../kube/types';
import { EVENTS } from '../types';
import type { ObservedChild } from './observed';
import type { ObservedPod } from './pods';

/** For how long nothing needs to be wrong. Milliseconds. */
const PATIENCE_MS = 3000;
const POD_PATIENCE_MS = 20_000;
/** How often the same is asked: less and less, for many may be stuck at once. */
const EVERY_MS = 15_000;
const SELDOM_MS = 300_000;
const LONGEST_MESSAGE = 1024;

interface Asked {
  readonly since: number;
  readonly at?: number;
  readonly times: number;
  readonly message?: string;
}

interface Suspect {
  readonly uid: string;
  readonly namespace?: string;
  readonly patience: number;
}

interface EventLike extends LiveObject {
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

interface OfOne {
  readonly children: readonly ObservedChild[];
  readonly pods: readonly ObservedPod[];
}

export interface Gathered {
  readonly messages: ReadonlyMap<string, string>;
  /** When to ask again; `undefined` if there is nothing to ask. */
  readonly lookAgainMs?: number;
}

export class Warnings {
  private readonly asked = new Map<string, Asked>();

  constructor(private readonly client: Client, private readonly clock: Clock) {}

  public async gather({ children, pods }: OfOne): Promise<Gathered> {
    const suspects: Suspect[] = [
      ...podless(children, pods).map(({ metadata: { uid, namespace } }) => ({ uid, namespace, patience: PATIENCE_MS })),
      ...notStarting(pods).map(({ metadata: { uid, namespace } }) => ({ uid, namespace, patience: POD_PATIENCE_MS })),
    ];
    const messages = new Map<string, string>();
    for (const suspect of suspects) {
      const message = await this.messageOf(suspect);
      if (message !== undefined) messages.set(suspect.uid, message);
    }
    return { messages, ...(suspects.length > 0 && { lookAgainMs: messages.size > 0 ? EVERY_MS : PATIENCE_MS }) };
  }

  public forget(uid: string): void {
    this.asked.delete(uid);
  }

  private async messageOf({ uid, namespace, patience }: Suspect): Promise<string | undefined> {
    const now = this.clock.now();
    const before: Asked = this.asked.get(uid) ?? { since: now, times: 0 };
    const everyMs = Math.min(SELDOM_MS, EVERY_MS * 2 ** (before.times - 1));
    const isDue = now - before.since >= patience && now - (before.at ?? -Infinity) >= everyMs;
    const after = isDue ? { ...before, at: now, times: before.times + 1, message: await this.latest(uid, namespace) } : before;
    this.asked.set(uid, after);
    return after.message;
  }

  private async latest(uid: string, namespace?: string): Promise<string | undefined> {
    const items = await this.client.list<EventLike>(EVENTS, { namespace, fieldSelector: `involvedObject.uid=${uid},type=Warning`, limit: 100 });
    const [newest] = [...items].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
    return newest?.message?.slice(0, LONGEST_MESSAGE);
  }
}

function timeOf({ lastTimestamp, eventTime, metadata }: EventLike): string {
  return lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
}

function podless(children: readonly ObservedChild[], pods: readonly ObservedPod[]): ObservedChild[] {
  return children
    .filter(({ job, metadata }) => job && job.outcome === undefined && !job.suspended && !metadata.deletionTimestamp)
    .filter(({ metadata: { uid } }) => !pods.some(({ controller }) => controller === uid));
}

/** Scheduled, but no container is on its way, which only Events explain. */
function notStarting(pods: readonly ObservedPod[]): ObservedPod[] {
  return pods.filter(({ phase, trouble, isEnding, isStarting }) => phase === 'Pending' && !trouble && !isEnding && isStarting);
}
