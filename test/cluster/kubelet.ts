/** The kubelets of all nodes: they start pods, end them as cued, and let deleted ones go. Nothing runs. */
import type { Pod, PodStatus } from 'kubernetes-types/core/v1';
import { ApiError } from './api-error';
import type { Bucket } from './bucket';
import type { Client } from './client';
import { Cues } from './cue';
import type { Cue, PodSelector } from './cue';
import { follow } from './follow';
import type { Change, Followed } from './follow';
import { endedStatus, startedStatus, stoppedStatus } from './pod-status';

type StoredPod = Pod & Followed;

/** What a kubelet knows of a pod that has a node. */
interface Known {
  latest: StoredPod;
  cue: Cue;
  isBusy: boolean;
  isReleased: boolean;
  /** Ends a pause. */
  wake?: () => void;
}

const DELAY_MS = 20;
const RETRY_MS = 200;

export class Kubelet {
  private readonly cues = new Cues();
  private readonly pods = new Map<string, Known>();
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();

  constructor(private readonly client: Client, private readonly bucket: Bucket) {}

  public start(): void {
    const options = { collection: { apiVersion: 'v1', kind: 'Pod' }, signal: this.stopping.signal };
    this.following = follow<StoredPod>(this.client, options, (change) => this.onChange(change));
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    for (const { wake } of this.pods.values()) wake?.();
    await this.following;
  }

  /** From now on, the pods that start and fit `selector` end as `cue` says. Call what it returns to take that back. */
  public cue(selector: PodSelector, cue: Cue): () => void {
    return this.cues.add(selector, cue);
  }

  /** Ends a pod that runs. */
  public async end(pod: { readonly namespace: string; readonly name: string }, cue: Cue): Promise<void> {
    const stored = await this.client.get<StoredPod>({ apiVersion: 'v1', kind: 'Pod', ...pod });
    const status = this.ended(stored, cue);
    if (!status) throw new Error(`pod ${pod.name}: outcome '${cue.outcome}' is no end; use succeed, fail, oom or evict`);
    await this.write(stored, status);
  }

  private onChange({ object, isGone }: Change<StoredPod>): void {
    const { uid } = object.metadata;
    const known = this.pods.get(uid);
    if (isGone) {
      this.pods.delete(uid);
      known?.wake?.();
    } else if (known) {
      this.update(known, object);
      if (!known.isBusy) void this.work(known);
    } else if (object.spec?.nodeName) {
      const first = { latest: object, cue: this.cues.take(object), isBusy: false, isReleased: false };
      this.pods.set(uid, first);
      void this.work(first);
    }
  }

  /** A watch tells of our own writes later than their answers do. */
  private update(known: Known, pod: StoredPod): void {
    if (Number(pod.metadata.resourceVersion) < Number(known.latest.metadata.resourceVersion)) return;
    known.latest = pod;
    if (hasEnded(pod) || isDeleted(pod)) known.wake?.();
  }

  /** Takes the steps of a pod one after the other, each on the latest version of it. */
  private async work(known: Known): Promise<void> {
    known.isBusy = true;
    for (let step = this.nextStep(known); step; step = this.nextStep(known)) {
      try {
        await step();
      } catch (error) {
        if (isGoneOrOther(error)) break;
        await this.pause(known, RETRY_MS);
      }
    }
    known.isBusy = false;
  }

  private nextStep(known: Known): (() => Promise<void>) | undefined {
    const { latest, cue, isReleased } = known;
    if (isReleased || this.stopping.signal.aborted || !this.pods.has(latest.metadata.uid)) return undefined;
    if (isDeleted(latest)) return () => this.letGo(known);
    if (hasEnded(latest)) return undefined;
    if (!latest.status?.startTime) return cue.outcome === 'pending' ? undefined : () => this.begin(known);
    return endedStatus(latest, cue) && (() => this.finish(known));
  }

  private async begin(known: Known): Promise<void> {
    await this.pause(known, known.cue.delay ?? DELAY_MS);
    const { latest, cue } = known;
    if (isDeleted(latest)) return;
    const ended = cue.duration === 0 ? this.ended(latest, cue) : undefined;
    await this.write(latest, { ...startedStatus(latest, cue), ...ended });
  }

  private async finish(known: Known): Promise<void> {
    await this.pause(known, known.cue.duration ?? DELAY_MS);
    const { latest, cue } = known;
    if (hasEnded(latest) || isDeleted(latest)) return;
    const status = this.ended(latest, cue);
    if (status) await this.write(latest, status);
  }

  private async letGo(known: Known): Promise<void> {
    const { latest, latest: { metadata: { name, namespace, uid } } } = known;
    if (!hasEnded(latest)) await this.write(latest, stoppedStatus(latest));
    await this.client.delete({ apiVersion: 'v1', kind: 'Pod', name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } });
    known.isReleased = true;
  }

  /** With the last words of its container, and what a step has done. */
  private ended(pod: StoredPod, cue: Cue): PodStatus | undefined {
    const message = cue.message ?? (cue.outcome === 'succeed' ? this.bucket.runStep(pod) : undefined);
    return endedStatus(pod, { ...cue, message });
  }

  private async write({ metadata: { name, namespace, uid } }: StoredPod, status: PodStatus): Promise<void> {
    const reference = { apiVersion: 'v1', kind: 'Pod', name, namespace };
    const body = { metadata: { uid }, status };
    const answer = await this.client.patch<StoredPod>(reference, body, { type: 'strategic-merge', subresource: 'status' });
    const known = this.pods.get(uid);
    if (known) this.update(known, answer);
  }

  private async pause(known: Known, milliseconds: number): Promise<void> {
    if (this.stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      known.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    known.wake = undefined;
  }
}

function hasEnded({ status }: StoredPod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function isDeleted({ metadata }: StoredPod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** The pod has gone, or another has its name. */
function isGoneOrOther(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 409);
}
