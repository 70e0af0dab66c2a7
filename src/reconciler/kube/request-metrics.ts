import type { Clock } from '../clock';
import type { Counter, Histogram, Registry } from '../runtime/metrics';

const MS_PER_SECOND = 1000;

/** What a client says of its requests, under the names that client-go uses. */
export class RequestMetrics {
  private readonly host: string;
  private readonly clock: Clock;
  private readonly requests: Counter;
  private readonly durations: Histogram;

  constructor({ host, registry, clock }: { host: string; registry: Registry; clock: Clock }) {
    this.host = host;
    this.clock = clock;
    this.requests = registry.counter('rest_client_requests_total', 'Requests, by status code.');
    this.durations = registry.histogram('rest_client_request_duration_seconds', 'How long answers took to begin.');
  }

  /** Notes the start of a request; the result is to be called with the status code at its end. */
  public started(method: string): (code: string) => void {
    const started = this.clock.now();
    return (code) => {
      this.requests.inc({ code, method, host: this.host });
      this.durations.observe((this.clock.now() - started) / MS_PER_SECOND, { verb: method, host: this.host });
    };
  }
}
