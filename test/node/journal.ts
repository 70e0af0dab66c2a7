/** What a person would have read who watched: each status that resources had, and the Events about them. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Event } from 'kubernetes-types/core/v1';
import { API_VERSION } from '../../src/api/resource';
import type { Status } from '../../src/api/status';
import type { Cluster } from '../cluster/cluster';
import type { Stored } from '../cluster/reconciler/stage';

const KINDS = ['Dataset', 'Model', 'Server', 'Notebook'];
const EVERY_MS = 500;
const REPORTS = path.join(__dirname, '../../.cache/node');

interface Entry {
  readonly atMs: number;
  readonly name: string;
  readonly text: string;
  readonly progress?: string;
}

export class Journal {
  private readonly entries: Entry[] = [];
  private readonly last = new Map<string, string>();
  private readonly startMs = Date.now();
  private isStopping = false;
  private reading: Promise<void> = Promise.resolve();

  constructor(private readonly cluster: Cluster, private readonly namespace: string) {}

  public start(): void {
    this.reading = this.readOn();
  }

  public async stop(): Promise<void> {
    this.isStopping = true;
    await this.reading;
  }

  /** What the status said of the progress of those whose names begin so. */
  public progressOf(prefix: string): readonly string[] {
    return this.entries.filter(({ name }) => name.startsWith(prefix)).flatMap(({ progress }) => progress ?? []);
  }

  /** What the conditions said of those whose names begin so. */
  public saidOf(prefix: string): readonly string[] {
    return this.entries.filter(({ name }) => name.startsWith(prefix)).map(({ text }) => text);
  }

  /** Keeps it for a person to read: `.cache/node/<name>.txt`. */
  public async write(name: string): Promise<void> {
    fs.mkdirSync(REPORTS, { recursive: true });
    fs.writeFileSync(path.join(REPORTS, `${name}.txt`), `${await this.text()}\n`);
  }

  /** All of it, a line each. */
  public async text(): Promise<string> {
    const events = await this.cluster.client.list<Event>({ apiVersion: 'v1', kind: 'Event', namespace: this.namespace });
    const told = events.filter(({ involvedObject: { kind = '' } }) => KINDS.includes(kind));
    return [
      ...this.entries.map(({ atMs, name, text }) => `${(atMs / 1000).toFixed(1).padStart(6)} s  ${name}  ${text}`),
      'Events:',
      ...told.map(({ type, reason, message, involvedObject: { kind, name } }) => `  ${type} ${reason} ${kind}/${name}: ${message}`),
    ].join('\n');
  }

  private async readOn(): Promise<void> {
    while (!this.isStopping) {
      await this.read().catch(() => undefined); // the next time it answers
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  private async read(): Promise<void> {
    for (const kind of KINDS) {
      const items = await this.cluster.client.list<Stored>({ apiVersion: API_VERSION, kind, namespace: this.namespace });
      for (const { metadata: { name }, status = {} } of items) this.note(`${kind} ${name}`, name, status);
    }
  }

  private note(key: string, name: string, { conditions = [], progress }: Status): void {
    const said = conditions.map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`).join(' | ');
    const text = `${said}${progress === undefined ? '' : ` [${progress}]`}`;
    if (this.last.get(key) === text) return;
    this.last.set(key, text);
    this.entries.push({ atMs: Date.now() - this.startMs, name, text, progress });
  }
}
