import { createHash } from 'node:crypto';
import { SYSTEM_CLOCK, sleep } from '../clock';
import type { Clock } from '../clock';
import { ApiError } from '../kube/api-error';
import type { Client } from '../kube/client';
import type { ResourceType } from '../kube/types';
import { EventFilter } from './event-filter';
import { Fifo } from './fifo';
import { errorText } from './log';
import type { Log } from './log';
import { Lru } from './lru';
import { Registry } from './metrics';
import type { Counter } from './metrics';

export const EVENT: ResourceType = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true };

/** How many Events are remembered, so that the next of the same kind is counted instead of written again. */
const MAX_REMEMBERED = 4096;
/** How many Events may wait to be written; more are dropped. */
export const MAX_PENDING_EVENTS = 1000;
/** The API server's own limit. */
const MAX_MESSAGE_LENGTH = 1024;
/** Where Events about objects without a namespace go. */
const DEFAULT_NAMESPACE = 'default';

/** The object that an Event is about. */
export interface EventObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
}

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  /** A word for programs, in CamelCase. */
  readonly reason: string;
  readonly message: string;
}

export interface EventRecorderOptions {
  readonly client: Client;
  /** Who says so. */
  readonly component: string;
  /** Which process of it. */
  readonly instance?: string;
  readonly log: Log;
  readonly metrics?: Registry;
  readonly clock?: Clock;
}

interface Pending {
  readonly object: EventObject;
  readonly text: EventText;
}

interface Written {
  readonly name: string;
  readonly count: number;
}

/** Writes Events in the background, as well as it can. Never waits, never fails. */
export class EventRecorder {
  private readonly options: EventRecorderOptions;
  private readonly clock: Clock;
  private readonly filter: EventFilter;
  private readonly written = new Lru<Written>(MAX_REMEMBERED);
  private readonly pending = new Fifo<Pending>();
  private readonly results: Counter;
  private sending?: Promise<void>;
  private sequence = 0;

  constructor(options: EventRecorderOptions) {
    const { metrics = new Registry(), clock = SYSTEM_CLOCK } = options;
    this.options = options;
    this.clock = clock;
    this.filter = new EventFilter(clock);
    this.results = metrics.counter('substratus_events_total', 'Events, by what became of them.');
  }

  /** Says something about an object. */
  public record(object: EventObject, text: EventText): void {
    if (this.pending.size >= MAX_PENDING_EVENTS || !this.filter.admits(object.metadata.uid)) {
      this.results.inc({ result: 'dropped' });
      return;
    }
    const { apiVersion, kind, metadata: { name, namespace, uid } } = object;
    /* Of an object, and of a message, no more is kept than what is written: either may be large, and many may wait. */
    const kept = { apiVersion, kind, metadata: { name, namespace, uid } };
    this.pending.push({ object: kept, text: { ...text, message: shortened(text.message) } });
    this.sending ??= this.send();
  }

  /** Resolves when nothing waits to be written, or after `limitMs`. */
  public async flush(limitMs = Infinity): Promise<void> {
    const limit = new AbortController();
    await Promise.race([this.sending, sleep(this.clock, limitMs, limit.signal)]);
    limit.abort();
  }

  private async send(): Promise<void> {
    for (let next = this.pending.shift(); next; next = this.pending.shift()) {
      try {
        await this.write(next);
        this.results.inc({ result: 'written' });
      } catch (error) {
        this.results.inc({ result: 'failed' });
        this.options.log.debug('cannot write an event', { reason: next.text.reason, error: errorText(error) });
      }
    }
    this.sending = undefined;
  }

  private async write({ object, text }: Pending): Promise<void> {
    const parts = [object.metadata.uid, text.type, text.reason, text.message];
    const key = createHash('sha256').update(JSON.stringify(parts)).digest('base64');
    const before = this.written.get(key);
    const again = before && await this.countUp(object, before);
    this.written.set(key, again ?? await this.create(object, text));
  }

  /** Counts an Event once more, unless it is gone: they are kept for an hour. */
  private async countUp({ metadata }: EventObject, { name, count }: Written): Promise<Written | undefined> {
    const { namespace = DEFAULT_NAMESPACE } = metadata;
    const next = { name, count: count + 1 };
    try {
      const body = { count: next.count, lastTimestamp: this.now() };
      await this.options.client.patch(EVENT, { namespace, name }, { type: 'merge', body });
      return next;
    } catch (error) {
      if (ApiError.isNotFound(error)) return undefined;
      throw error;
    }
  }

  private async create(object: EventObject, { type, reason, message }: EventText): Promise<Written> {
    const { client, component, instance } = this.options;
    const { apiVersion, kind, metadata } = object;
    const { namespace = DEFAULT_NAMESPACE } = metadata;
    const name = `${metadata.name}.${this.clock.date().getTime().toString(16)}${(this.sequence++).toString(16).padStart(4, '0')}`;
    const event = {
      metadata: { namespace, name },
      involvedObject: { apiVersion, kind, name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
      type,
      reason,
      message,
      source: { component, host: instance },
      reportingComponent: component,
      reportingInstance: instance ?? component,
      count: 1,
      firstTimestamp: this.now(),
      lastTimestamp: this.now(),
    };
    await client.create(EVENT, event);
    return { name, count: 1 };
  }

  /** Events have seconds only. */
  private now(): string {
    return this.clock.date().toISOString().replace(/\.\d+Z$/, 'Z');
  }
}

function shortened(message: string): string {
  return message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : message;
}
