/** What the demo does: the quickstart comes to be Ready, then one param changes and the Server rolls, answering all the time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cue, PodSelector } from '../../test/cluster/cue';
import type { LocalCluster } from '../local-cluster';
import { NAMESPACE } from '../quickstart';
import { Availability } from './availability';
import { declaredName } from './declared-name';
import type { Screen } from './screen';
import { CHART_WIDTH } from './view';
import { availableNow, Watcher } from './watcher';

export interface StoryOptions {
  readonly local: LocalCluster;
  readonly screen: Screen;
  readonly elapsedMs: () => number;
  /** Manifests of the workspace, before the change and after it. */
  readonly before: string;
  readonly after: string;
}

/** How long simulated programs take, so that a person can follow: milliseconds. */
const PACE: readonly (readonly [PodSelector, Cue])[] = [
  [{ container: 'check' }, { outcome: 'succeed', delay: 300, duration: 900 }],
  [{ container: 'dataset' }, { outcome: 'succeed', delay: 300, duration: 2500 }],
  [{ container: 'model' }, { outcome: 'succeed', delay: 300, duration: 4000 }],
  [{ container: 'publish' }, { outcome: 'succeed', delay: 300, duration: 1200 }],
  [{ container: 'serve' }, { outcome: 'run', delay: 3000 }],
  [{ container: 'notebook' }, { outcome: 'run', delay: 2000 }],
];

const SERVER = 'chat';
const DEPLOYMENT = { namespace: NAMESPACE, name: `${SERVER}-server` };
const NOTEBOOK = 'lab';
const RESOURCES = 6;
const SAMPLE_MS = 100;
const REDRAW_MS = 250;
/** With a machine that has much else to do. */
const PATIENCE_MS = 90_000;

export class Story {
  private readonly watcher: Watcher;
  private availability?: Availability;
  private available = 0;
  /** Whether pods of two models were ready at the same time. */
  private hasOverlapped = false;

  constructor(private readonly options: StoryOptions) {
    const { local: { cluster: { client, kubelet } } } = options;
    for (const [selector, cue] of PACE) kubelet.cue({ namespace: NAMESPACE, ...selector }, cue);
    this.watcher = new Watcher({ client, namespace: NAMESPACE, onChange: () => this.onChange() });
  }

  public async tell(): Promise<void> {
    const { screen } = this.options;
    const timer = setInterval(() => this.draw(), REDRAW_MS);
    try {
      await this.becomeReady();
      await this.roll();
    } finally {
      clearInterval(timer);
      screen.release();
      await this.watcher.stop();
    }
  }

  private async becomeReady(): Promise<void> {
    const { local: { cluster }, screen, before } = this.options;
    screen.say('applying the quickstart: a Dataset, three Models, a Server, a Notebook');
    await cluster.kubectl('apply', '--server-side', '-f', before);
    await this.until('all resources are Ready', () => {
      const rows = this.watcher.rows();
      return rows.length === RESOURCES && rows.every(({ state }) => state === 'ready');
    });
  }

  private async roll(): Promise<void> {
    const { local: { cluster }, screen, after } = this.options;
    const known = this.watcher.namesOf('Model');
    const old = this.served();
    const notebookPods = this.notebookPods();
    this.availability = new Availability();
    await this.sampling(this.availability, async () => {
      screen.say('all are Ready. Now epochs is 2 instead of 1: other artifacts, and so Models with other names');
      await cluster.kubectl('apply', '--server-side', '-f', after);
      const next = await this.until(`there is another Model ${declared(old)}`, () => (
        this.watcher.namesOf('Model').find((name) => !known.includes(name) && declared(name) === declared(old))
      ));
      await this.until(`Server ${SERVER} serves ${next}, and only that`, () => {
        const pods = this.watcher.podsOf(DEPLOYMENT.name);
        return this.served() === next && pods.length === 1 && pods[0]?.model === next
          && this.watcher.rows().every(({ state }) => state === 'ready');
      });
      await this.until(`Notebook ${NOTEBOOK} says that there is another Model`, () => this.isOutdated());
    });
    if (this.notebookPods() !== notebookPods) throw new Error(`Notebook ${NOTEBOOK} was restarted: it had ${notebookPods}, and has ${this.notebookPods()}`);
    this.prove(this.availability, old);
  }

  private isOutdated(): boolean {
    const { conditions = [] } = this.watcher.find('Notebook', NOTEBOOK)?.status ?? {};
    return conditions.some(({ type, status }) => type === 'Outdated' && status === 'True');
  }

  private notebookPods(): string {
    return this.watcher.podsOf(`${NOTEBOOK}-notebook`).map(({ name }) => name).join();
  }

  private prove({ samples, least }: Availability, old: string): void {
    const { screen, screen: { palette: { bold, green } } } = this.options;
    this.draw();
    screen.release();
    if (least === 0) throw new Error(`Server ${SERVER} was down during the roll: no replica was available in at least one of ${samples} samples`);
    if (!this.hasOverlapped) throw new Error(`Server ${SERVER} moved to ${this.served()} without a time in which both it and ${old} were ready`);
    screen.print([
      '',
      `${green('✓')} ${bold(`${SERVER} answered all the time`)}: ${least} replica or more available in all ${samples} samples of the roll`,
      `  (every ${SAMPLE_MS} ms); ${old} served until ${this.served()} was ready`,
      `${green('✓')} ${bold(`${NOTEBOOK} ran on`)}, with its kernels: it is Outdated, and takes its other model when it starts next`,
    ]);
  }

  /** Asks the API server itself, not what our watch has heard of it. */
  private async sampling(availability: Availability, work: () => Promise<void>): Promise<void> {
    const { client } = this.options.local.cluster;
    let isOver = false;
    const sample = async (): Promise<void> => {
      for (;;) {
        this.available = await availableNow(client, DEPLOYMENT);
        availability.observe(this.available);
        if (isOver) return; // the last one is of the end
        await sleep(SAMPLE_MS);
      }
    };
    await Promise.all([sample(), work().finally(() => { isOver = true; })]);
  }

  private served(): string {
    return this.watcher.find('Server', SERVER)?.status?.model?.name ?? '';
  }

  private async until<T>(what: string, ask: () => T | undefined | false): Promise<T> {
    const { reconciler } = this.options.local;
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = ask();
      if (answer) return answer;
      const stalled = this.watcher.rows().find(({ state }) => state === 'stalled');
      if (stalled) throw new Error(`${stalled.kind} ${stalled.name} is stalled: ${stalled.reason}, ${stalled.message}`);
      if (!reconciler.isRunning) throw new Error(`the reconciler has ended (${reconciler.ending}):\n${reconciler.lastWords()}`);
      if (Date.now() > end) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain until ${what}`);
      await sleep(SAMPLE_MS);
    }
  }

  private onChange(): void {
    const ready = this.watcher.podsOf(DEPLOYMENT.name).filter(({ state }) => state === 'ready');
    this.hasOverlapped ||= new Set(ready.map(({ model }) => model)).size > 1;
    this.draw();
  }

  private draw(): void {
    const { screen, elapsedMs } = this.options;
    const { availability, available, watcher } = this;
    screen.show({
      title: 'The quickstart, in a cluster on this machine',
      elapsedMs: elapsedMs(),
      rows: watcher.rows(),
      ...(availability && {
        roll: { server: SERVER, available, chart: availability.chart(CHART_WIDTH), pods: watcher.podsOf(DEPLOYMENT.name) },
      }),
    });
  }
}

/** The name of a Model in the program. */
function declared(name: string): string {
  return declaredName(`Model ${NAMESPACE}/${name}`);
}
