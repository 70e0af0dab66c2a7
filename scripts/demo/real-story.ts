/** What the demo does where pods run: a model is trained, served and asked; another param trains another, to which the Server rolls. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from 'kubernetes-types/core/v1';
import type { NodeCluster } from '../../test/node/node-cluster';
import { Asker } from './asker';
import { QUESTION, SERVER, TEAM } from './declaration';
import type { Screen } from './screen';
import { Watcher } from './watcher';

export interface RealStoryOptions {
  readonly cluster: NodeCluster;
  readonly screen: Screen;
  readonly elapsedMs: () => number;
  /** Manifests of the workspace, before the change and after it. */
  readonly before: string;
  readonly after: string;
}

const REDRAW_MS = 250;
const LOOK_MS = 200;
/** For each part, with a machine that has much else to do. */
const PATIENCE_MS = 300_000;
const PORT = 8080;
const RESOURCES = 5;

interface Metrics {
  readonly steps: number;
  readonly first_loss: number;
  readonly loss: number;
}

export class RealStory {
  private readonly watcher: Watcher;

  constructor(private readonly options: RealStoryOptions) {
    this.watcher = new Watcher({ client: options.cluster.client, namespace: TEAM, onChange: () => this.draw() });
  }

  public async tell(): Promise<void> {
    const { screen } = this.options;
    const timer = setInterval(() => this.draw(), REDRAW_MS);
    try {
      const asker = await this.becomeReady();
      await this.roll(asker);
    } finally {
      clearInterval(timer);
      screen.release();
      await this.watcher.stop();
    }
  }

  private async becomeReady(): Promise<Asker> {
    const { cluster, screen, before } = this.options;
    screen.say('applying a Dataset, a Model that is imported, one that is finetuned, one that is quantized, and a Server');
    await cluster.kubectl('apply', '-f', before);
    await this.until('all resources are Ready', () => {
      const rows = this.watcher.rows();
      return rows.length >= RESOURCES && rows.every(({ state }) => state === 'ready');
    });
    const { steps, first_loss: first, loss } = await this.metrics();
    screen.say(`trained in ${steps} steps, by which the loss fell from ${first.toFixed(2)} to ${loss.toFixed(2)}`);
    const asker = new Asker({ url: await this.url(), model: SERVER, words: QUESTION });
    screen.say(`asked "${QUESTION}", it answers "${await asker.ask()}"`);
    return asker;
  }

  private async roll(asker: Asker): Promise<void> {
    const { cluster, screen, after } = this.options;
    const old = this.served();
    screen.say('from now on a client asks without end. Another column of the dataset, so another Dataset, and Models that are made from it');
    asker.start();
    await cluster.kubectl('apply', '-f', after);
    await this.until(`Server ${SERVER} serves another model`, () => this.served() !== old && this.isReady(SERVER));
    await this.until('the other model answers', () => asker.answers.length > 1);
    await this.until('the pod of the old one is gone', () => this.watcher.podsOf(`${SERVER}-server`).length === 1);
    await asker.stop();
    this.prove(asker);
  }

  private prove({ count, failures, answers }: Asker): void {
    const { screen, screen: { palette: { bold, green } } } = this.options;
    this.draw();
    screen.release();
    if (failures.length > 0) throw new Error(`${failures.length} of ${count} questions were not answered while the Server rolled: ${failures[0]}`);
    screen.print(['', `${green('✓')} ${bold(`${SERVER} answered all ${count} questions`)}: first ${answers.map((answer) => `"${answer}"`).join(', then ')}`]);
  }

  private isReady(name: string): boolean {
    return this.watcher.rows().some((row) => row.name === name && row.state === 'ready');
  }

  private served(): string {
    return this.watcher.find('Server', SERVER)?.status?.model?.name ?? '';
  }

  /** Of the training, as they were published. */
  private async metrics(): Promise<Metrics> {
    const tuned = this.watcher.namesOf('Model').find((name) => name.startsWith('tuned-')) ?? '';
    const directory = (this.watcher.find('Model', tuned)?.status?.artifact?.url ?? '').replace('file://', '');
    return JSON.parse(await this.options.cluster.onNode('cat', `${directory}/files/metrics.json`)) as Metrics;
  }

  /** Services are reached from this machine by their addresses. */
  private async url(): Promise<string> {
    const name = `${SERVER}-server`;
    const { spec } = await this.options.cluster.client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace: TEAM, name });
    return `http://${spec?.clusterIP}:${PORT}`;
  }

  private async until(what: string, ask: () => boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!ask()) {
      const stalled = this.watcher.rows().find(({ state }) => state === 'stalled');
      if (stalled) throw new Error(`${stalled.kind} ${stalled.name} is stalled: ${stalled.reason}, ${stalled.message}`);
      if (Date.now() > end) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain until ${what}`);
      await sleep(LOOK_MS);
    }
  }

  private draw(): void {
    const { screen, elapsedMs } = this.options;
    screen.show({ title: 'From a hub to an answer, in pods on this machine', elapsedMs: elapsedMs(), rows: this.watcher.rows() });
  }
}
