/** Tells the outcome: one write of the status, and an Event where somebody may want to know. */
import { keyOfResource } from '../expand';
import type { Caches } from './caches';
import type { Clock } from './clock';
import type { Verdict } from './decision';
import { ApiError } from './kube/api-error';
import type { Client } from './kube/client';
import { observeResource } from './observed';
import type { Observed } from './observed';
import type { EventRecorder } from './runtime/events';
import type { Outcome } from './runtime/workers';
import { changedStatus } from './status';
import { RESOURCE_TYPES } from './types';

/** Progress is told once in this time; an end at once. */
const EVERY_MS = 1000;

export const STATUS_MANAGER = 'substratus-status';

/** Reasons that are worth a Warning though they may pass by themselves. */
const TROUBLES: readonly string[] = [
  'Unschedulable', 'ImagePullFailed', 'QuotaExceeded', 'Forbidden', 'NoPods', 'CrashLooping', 'VolumePending',
];

export interface Voice {
  readonly client: Client;
  readonly caches: Caches;
  readonly events: EventRecorder;
  readonly clock: Clock;
}

export class StatusWriter {
  private readonly toldAt = new Map<string, number>();

  constructor(private readonly voice: Voice) {}

  /** Writes the status, if it says anything new. */
  public async tell(resource: Observed, verdict: Verdict): Promise<Outcome> {
    const { clock } = this.voice;
    const status = changedStatus(resource, verdict, clock.date().toISOString().replace(/\.\d+Z$/, 'Z'));
    if (!status) return {};
    const key = keyOfResource(resource);
    const waitMs = EVERY_MS - (clock.now() - (this.toldAt.get(key) ?? -Infinity));
    if (verdict.reconciling && !verdict.ready && waitMs > 0) return { requeueAfterMs: waitMs };
    this.toldAt.set(key, clock.now());
    if (await this.write(resource, status)) this.announce(resource, verdict);
    return {};
  }

  public forget(key: string): void {
    this.toldAt.delete(key);
  }

  /** Says whether the resource is still there. */
  private async write(resource: Observed, status: object): Promise<boolean> {
    const { client, caches } = this.voice;
    const { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } } = resource;
    const body = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
    try {
      const live = await client.apply(RESOURCE_TYPES[kind], body, { force: true, subresource: 'status', fieldManager: STATUS_MANAGER });
      caches.resources[kind].observe(observeResource(live, kind));
      return true;
    } catch (error) {
      if (ApiError.isNotFound(error)) return false;
      throw error;
    }
  }

  private announce(resource: Observed, { ready, reason, message, stalled, reconciling }: Verdict): void {
    const before = resource.status?.conditions?.find(({ type }) => type === 'Ready');
    const isTrouble = stalled === true || TROUBLES.includes(reason);
    const isNews = before?.reason !== reason && (isTrouble || !reconciling) && !(ready && before?.status === 'True');
    if (isNews) this.voice.events.record(resource, { type: isTrouble ? 'Warning' : 'Normal', reason, message });
  }
}
