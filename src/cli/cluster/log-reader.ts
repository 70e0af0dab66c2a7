/** Reads the output of pods with kubectl, and goes on to the pods that come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MANAGED_BY_LABEL, MANAGER_NAME } from '../../api/labels';
import { buildNamespaceOf } from '../../api/platform';
import { DEFAULT_RECONCILER_NAMESPACE } from '../../api/reconciler';
import type { Context } from '../command';
import type { Kubectl } from '../kubectl';
import { asShown, Lines } from '../lines';
import { platformOf } from './connect';
import { containerToRead, hasStarted, podsToRead } from './pods';
import type { KubePod, PodChoice } from './pods';
import { conditionOf, isTrue, typeOf } from './stored';
import type { Stored } from './stored';

export interface LogOptions extends PodChoice {
  readonly follow?: boolean;
  readonly tail?: string;
  readonly since?: string;
  readonly timestamps?: boolean;
  readonly previous?: boolean;
}

export interface LogLine {
  readonly pod: string;
  readonly container: string;
  readonly line: string;
}

export type OnLine = (line: LogLine, isOneOfMany: boolean) => void;

const POLL_MS = 1000;

export class LogReader {
  private readonly reading = new Map<string, Promise<void>>();
  private open = 0;
  private failure?: Error;

  constructor(private readonly kubectl: Kubectl, private readonly resource: Stored, private readonly options: LogOptions) {}

  /** The pods to read that there are. */
  public async pods(): Promise<readonly KubePod[]> {
    return podsToRead(this.resource.kind, await this.all(), this.options);
  }

  /** What is there now. */
  public async read(pods: readonly KubePod[], onLine: OnLine): Promise<void> {
    for (const pod of pods) await this.readPod(pod, (line) => onLine(line, pods.length > 1));
  }

  /** What is there and what comes, until the resource is done, or has to be helped, or Ctrl-C. */
  public async follow({ signal }: Pick<Context, 'signal'>, onLine: OnLine): Promise<void> {
    while (!signal.aborted) {
      const wanted = (await this.pods()).filter(hasStarted);
      for (const pod of wanted) {
        if (this.reading.has(pod.metadata.uid)) continue;
        const isOneOfMany = wanted.length > 1 || this.reading.size > 0;
        this.open += 1;
        this.reading.set(pod.metadata.uid, this.readPod(pod, (line) => onLine(line, isOneOfMany))
          .catch((error: Error) => { this.failure ??= error; })
          .finally(() => { this.open -= 1; }));
      }
      if (this.failure || (this.open === 0 && await this.isOver())) break;
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    await Promise.all(this.reading.values());
    if (this.failure && !signal.aborted) throw this.failure;
  }

  private async all(): Promise<readonly KubePod[]> {
    const { kind, metadata: { name, namespace = '' } } = this.resource;
    const selector = `${MANAGED_BY_LABEL}=${MANAGER_NAME},${kind.toLowerCase()}=${name}`;
    const namespaces = this.resource.spec.build ? [namespace, await this.buildNamespace(namespace)] : [namespace];
    const lists = await Promise.all([...new Set(namespaces)].map((each) => this.kubectl.list<KubePod>('pods', { namespace: each, selector })));
    return lists.flat();
  }

  private async readPod(pod: KubePod, onLine: (line: LogLine) => void): Promise<void> {
    const container = containerToRead(pod);
    const { name, namespace = '' } = pod.metadata;
    const { follow, tail, since, timestamps, previous } = this.options;
    const lines = new Lines((line) => onLine({ pod: name, container, line: asShown(line) }));
    await this.kubectl.stream([
      'logs', name, '--namespace', namespace, '--container', container, ...follow ? ['--follow'] : [], ...tail === undefined ? [] : [`--tail=${tail}`],
      ...since === undefined ? [] : [`--since=${since}`], ...timestamps ? ['--timestamps'] : [], ...previous ? ['--previous'] : [],
    ], (text) => lines.push(text));
    lines.end();
  }

  /** Whether no other pod will come by itself. */
  private async isOver(): Promise<boolean> {
    const { kind, metadata: { name, namespace } } = this.resource;
    const now = await this.kubectl.find<Stored>({ type: typeOf(kind), name, namespace });
    if (!now || isTrue(now, 'Stalled') || now.spec.suspend) return true;
    return (kind === 'Model' || kind === 'Dataset') && conditionOf(now, 'Ready')?.status === 'True';
  }

  private async buildNamespace(namespace: string): Promise<string> {
    const platform = await platformOf(this.kubectl, DEFAULT_RECONCILER_NAMESPACE);
    return platform ? buildNamespaceOf(platform, namespace) : namespace;
  }
}
