/** Plays the controllers and kubelets, as quickly as an API server takes it: Jobs complete, Deployments are available. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Job } from 'kubernetes-types/batch/v1';
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { referenceTo } from '../../test/cluster/client';
import type { Client, KubeObject } from '../../test/cluster/client';
import { follow } from '../../test/cluster/follow';
import type { Followed } from '../../test/cluster/follow';

type StoredJob = Job & Followed;
type StoredDeployment = Deployment & Followed;
type StoredClaim = PersistentVolumeClaim & Followed;

interface Begun {
  readonly job: StoredJob;
  readonly pod: Pod;
}

const NODE = 'node-1';
const PUBLISHED = JSON.stringify({ published: true, contentDigest: `sha256:${'a'.repeat(64)}`, bytes: 250_000_000, files: 7 });
const NOT_PUBLISHED = JSON.stringify({ published: false });
/** Models whose Jobs wait until they are let go. */
const HELD = /^held-/;

export class Actor {
  private readonly stopping = new AbortController();
  private readonly seen = new Set<string>();
  /** Jobs that wait to be let go, by the name of their Model. */
  private readonly held = new Map<string, Begun>();
  /** Deployments that wait to be rolled out; `undefined` where all are at once. */
  private slow?: StoredDeployment[];
  private readonly failures: Error[] = [];
  private underWay = 0;
  private following: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: Client) {}

  public start(): void {
    const { client, stopping: { signal } } = this;
    const jobs = { collection: { apiVersion: 'batch/v1', kind: 'Job' }, signal };
    const deployments = { collection: { apiVersion: 'apps/v1', kind: 'Deployment' }, signal };
    const claims = { collection: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, signal };
    this.following = Promise.all([
      follow<StoredJob>(client, jobs, ({ object, isGone }) => { if (!isGone) this.act(this.begin(object)); }),
      follow<StoredDeployment>(client, deployments, ({ object, isGone }) => { if (!isGone) this.act(this.rollOut(object)); }),
      follow<StoredClaim>(client, claims, ({ object, isGone }) => { if (!isGone) this.act(this.letGo(object)); }),
    ]);
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
    const [first] = this.failures;
    if (first) throw new Error(`${this.failures.length} writes of the simulated controllers failed, the first with: ${first.message}`);
  }

  /** Whether nothing that it has heard of is still to be written. */
  public get isIdle(): boolean {
    return this.underWay === 0;
  }

  /** How many Models wait to be let go. */
  public get waiting(): number {
    return this.held.size;
  }

  /** Ends the Job of a Model that was held. */
  public async release(model: string): Promise<void> {
    const begun = this.held.get(model);
    if (!begun) throw new Error(`no Job of Model ${model} waits`);
    this.held.delete(model);
    await this.complete(begun);
  }

  /** Starts no pods until they are let start: as long as it takes a cluster, and no longer. */
  public holdPods(): void {
    this.slow ??= [];
  }

  public startPods(): void {
    const { slow = [] } = this;
    this.slow = undefined;
    for (const deployment of slow) this.act(this.rollOut(deployment));
  }

  private act(work: Promise<void>): void {
    this.underWay += 1;
    work.catch((error: Error) => {
      if (!this.stopping.signal.aborted) this.failures.push(error);
    }).finally(() => { this.underWay -= 1; });
  }

  private async begin(job: StoredJob): Promise<void> {
    const { labels = {} } = job.metadata as ObjectMeta;
    if (this.seen.has(job.metadata.uid)) return;
    this.seen.add(job.metadata.uid);
    const pod = await this.createPod(job);
    if (!HELD.test(labels.model ?? '')) return this.complete({ job, pod });
    await this.patchStatus(pod, { phase: 'Running' });
    this.held.set(labels.model ?? '', { job, pod });
  }

  private createPod({ metadata: { name, namespace, uid }, spec }: StoredJob): Promise<Pod> {
    const { metadata, spec: podSpec } = spec?.template ?? {};
    return this.client.create<Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name, namespace, ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true }] },
      spec: { containers: [], ...podSpec, nodeName: NODE },
    });
  }

  /** A pod with its final output, and a Job that has succeeded. */
  private async complete({ job, pod }: Begun): Promise<void> {
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const [container] = pod.spec?.containers ?? [];
    const terminated = { exitCode: 0, reason: 'Completed', message: wordsOf(pod.metadata?.labels), startedAt: now, finishedAt: now };
    await this.patchStatus(pod, {
      phase: 'Succeeded',
      containerStatuses: [{
        name: container?.name, image: container?.image, imageID: `sha256:${'b'.repeat(64)}`, restartCount: 0, ready: false, state: { terminated },
      }],
    });
    const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, status: 'True', lastTransitionTime: now, lastProbeTime: now }));
    await this.patchStatus(job, { startTime: now, completionTime: now, succeeded: 1, conditions });
  }

  private async rollOut(deployment: StoredDeployment): Promise<void> {
    const { spec, status } = deployment;
    const { generation = 1 } = deployment.metadata as ObjectMeta;
    if ((status?.observedGeneration ?? 0) >= generation) return;
    if (this.slow) return void this.slow.push(deployment);
    const { replicas = 1 } = spec ?? {};
    await this.patchStatus(deployment, {
      observedGeneration: generation, replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas,
    });
  }

  /** Nothing uses a claim of which the reconciler has deleted the pods. */
  private async letGo(claim: StoredClaim): Promise<void> {
    const { deletionTimestamp, finalizers = [] } = claim.metadata as ObjectMeta;
    if (deletionTimestamp === undefined || finalizers.length === 0) return;
    await this.client.patch(referenceTo(claim), { metadata: { finalizers: null } });
  }

  private async patchStatus(object: KubeObject, status: object): Promise<void> {
    await this.client.patch(referenceTo(object), { status }, { subresource: 'status' });
  }
}

/** Datasets and Models that are held are in the bucket already; others are not, until they are published. */
function wordsOf(labels: Readonly<Record<string, string>> = {}): string {
  if (labels.role === 'check') return labels.dataset !== undefined || HELD.test(labels.model ?? '') ? PUBLISHED : NOT_PUBLISHED;
  return labels.role === 'publish' ? PUBLISHED : '';
}
