import { Backoff } from '../backoff';
import { SYSTEM_CLOCK, SYSTEM_RANDOM, sleep } from '../clock';
import type { Clock, Random } from '../clock';
import { Registry } from '../runtime/metrics';
import { abortReason, linkedSignal } from './abort';
import { ApiError, TransportError, WritesStoppedError } from './api-error';
import type { ApiStatus } from './api-error';
import type { ClientConfig } from './client-config';
import { Limiter } from './limiter';
import { parseJson } from './parse-json';
import { RequestMetrics } from './request-metrics';
import { Transport, readChunks, readWhole } from './transport';
import type { Answer, TransportRequest } from './transport';

/** How many requests may be under way; the others wait. */
export const MAX_IN_FLIGHT = 16;
/** How long an answer may take, its body included. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** How often a request is tried that may be tried again. */
export const MAX_ATTEMPTS = 4;
/** The longest wait that is granted to a server which asks for one. */
export const MAX_RETRY_AFTER_MS = 30_000;
const RETRY_BASE_MS = 100;
const RETRY_CAP_MS = 5000;
const MS_PER_SECOND = 1000;

const TOO_MANY_REQUESTS = 429;
const BAD_STATUSES = [500, 502, 503, 504];

export interface RequesterOptions {
  /** Version of this program, for the server's logs. */
  readonly version?: string;
  readonly maxInFlight?: number;
  readonly requestTimeoutMs?: number;
  /** How often a request is tried that may be tried again. */
  readonly maxAttempts?: number;
  readonly metrics?: Registry;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly attempts?: number;
  readonly signal?: AbortSignal;
  /** Asked just before anything is sent. */
  readonly isAllowed?: () => boolean;
}

/** What is made of an answer. */
type Read<T> = (answer: Answer, signal: AbortSignal) => Promise<T>;

/** Sends requests to an API server: as whom, how many at a time, how long, and how often. */
export class Requester {
  private readonly transport: Transport;
  private readonly limiter: Limiter;
  private readonly metrics: RequestMetrics;
  private readonly options: Required<RequesterOptions>;

  constructor(private readonly config: ClientConfig, options: RequesterOptions) {
    const { version = '0.0.0', maxInFlight = MAX_IN_FLIGHT, requestTimeoutMs = REQUEST_TIMEOUT_MS, maxAttempts = MAX_ATTEMPTS } = options;
    const { metrics = new Registry(), clock = SYSTEM_CLOCK, random = SYSTEM_RANDOM } = options;
    this.options = { version, maxInFlight, requestTimeoutMs, maxAttempts, metrics, clock, random };
    this.transport = new Transport(config, maxInFlight);
    this.limiter = new Limiter(maxInFlight);
    this.metrics = new RequestMetrics({ host: this.transport.host, registry: metrics, clock });
  }

  /** Sends a request, again if that may help, and gives the parsed answer. */
  public async send<T>(request: ApiRequest): Promise<T> {
    return this.try(request, async (response, signal) => parseJson(await readWhole(response, signal)) as T);
  }

  /** Sends a request once, and hands the answer on as it arrives. */
  public async stream(request: ApiRequest, onChunk: (chunk: Buffer) => void): Promise<void> {
    return this.try({ ...request, attempts: 1 }, (response, signal) => readChunks(response, onChunk, signal));
  }

  private async try<T>(request: ApiRequest, read: Read<T>): Promise<T> {
    const { clock, random, maxAttempts } = this.options;
    const backoff = new Backoff({ baseMs: RETRY_BASE_MS, capMs: RETRY_CAP_MS, random });
    const { attempts = maxAttempts, signal = new AbortController().signal } = request;
    for (;;) {
      try {
        return await this.limiter.run(() => this.attempt(request, read, signal), signal);
      } catch (error) {
        if (signal.aborted || backoff.failures + 1 >= attempts || !mayRetry(request, error)) throw error;
        await sleep(clock, Math.max(backoff.next(), retryAfterMs(error)), signal);
        if (signal.aborted) throw abortReason(signal);
      }
    }
  }

  /** Opens a watch: an answer that does not end soon. */
  public async open(request: ApiRequest, signal: AbortSignal): Promise<Answer> {
    const response = await this.exchange(request, signal, true);
    if (isSuccess(response)) return response;
    throw await errorOf(response, signal);
  }

  /** Closes all connections. */
  public close(): void {
    this.transport.close();
  }

  private async attempt<T>(request: ApiRequest, read: Read<T>, signal: AbortSignal): Promise<T> {
    const { clock, requestTimeoutMs } = this.options;
    const linked = linkedSignal(signal);
    const cancel = clock.after(requestTimeoutMs, () => linked.abort(late(request, requestTimeoutMs)));
    try {
      const response = await this.exchange(request, linked.signal, false);
      if (!isSuccess(response)) throw await errorOf(response, linked.signal);
      return await read(response, linked.signal);
    } finally {
      cancel();
      linked.unlink();
    }
  }

  /** One request; a second one if the token was not taken and there may be a newer. */
  private async exchange(request: ApiRequest, signal: AbortSignal, isWatch: boolean): Promise<Answer> {
    const response = await this.once(request, signal, isWatch);
    if (response.status !== 401 || !this.config.token?.refused()) return response;
    response.body.resume();
    return this.once(request, signal, isWatch);
  }

  private async once(request: ApiRequest, signal: AbortSignal, isWatch: boolean): Promise<Answer> {
    const outgoing = await this.outgoing(request);
    if (request.isAllowed?.() === false) throw new WritesStoppedError();
    const done = this.metrics.started(isWatch ? 'WATCH' : request.method);
    try {
      const response = await this.transport.send({ ...outgoing, signal, isWatch });
      done(String(response.status));
      return response;
    } catch (error) {
      done('<error>');
      throw error;
    }
  }

  private async outgoing({ method, path, accept, contentType, body }: ApiRequest): Promise<Omit<TransportRequest, 'signal'>> {
    const token = await this.config.token?.token();
    const headers = {
      'accept': accept ?? 'application/json',
      'user-agent': `cdk-substratus-reconciler/${this.options.version}`,
      ...token !== undefined && { authorization: `Bearer ${token}` },
      ...body !== undefined && { 'content-type': contentType ?? 'application/json' },
    };
    return { method, path, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  }
}

function late({ method, path }: ApiRequest, timeoutMs: number): TransportError {
  return new TransportError(`no answer to ${method} ${path} within ${timeoutMs / MS_PER_SECOND} s`);
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** What changes nothing may be tried again after any failure that may pass; what does, only if the server has said that it did not look. */
function mayRetry({ method }: ApiRequest, error: unknown): boolean {
  if (error instanceof ApiError && error.status === TOO_MANY_REQUESTS) return true;
  return method === 'GET' && (error instanceof TransportError || (error instanceof ApiError && BAD_STATUSES.includes(error.status)));
}

function retryAfterMs(error: unknown): number {
  return error instanceof ApiError ? Math.min((error.retryAfterSeconds ?? 0) * MS_PER_SECOND, MAX_RETRY_AFTER_MS) : 0;
}

async function errorOf(answer: Answer, signal: AbortSignal): Promise<ApiError> {
  const { status: code, headers } = answer;
  const seconds = Number(headers['retry-after']);
  const status = statusIn(await readWhole(answer, signal));
  return new ApiError({ ...status, code }, headers['retry-after'] !== undefined && seconds >= 0 ? seconds : undefined);
}

/** The `Status` in a body; a proxy in between answers with something else. */
function statusIn(body: Buffer): ApiStatus {
  try {
    const status = parseJson(body) as ApiStatus | null;
    return status !== null && typeof status === 'object' ? status : {};
  } catch {
    return {};
  }
}
