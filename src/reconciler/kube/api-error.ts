/** What a request can end with, other than an answer. */

/** The `Status` object that the API server answers with when it refuses. */
export interface ApiStatus {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: ApiErrorDetails;
}

/** Which object and fields a refusal is about. */
export interface ApiErrorDetails {
  readonly name?: string;
  readonly kind?: string;
  readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  readonly retryAfterSeconds?: number;
}

const NOT_FOUND = 404;
const CONFLICT = 409;
const GONE = 410;
const FORBIDDEN = 403;
const UNAUTHORIZED = 401;
const INVALID = 422;
const ALREADY_EXISTS = 'AlreadyExists';
const EXPIRED = 'Expired';

/** The API server refused a request. */
export class ApiError extends Error {
  public static isNotFound(error: unknown): boolean {
    return hasStatus(error, NOT_FOUND);
  }

  /** Another writer was faster, or a precondition does not hold. */
  public static isConflict(error: unknown): boolean {
    return hasStatus(error, CONFLICT) && !ApiError.isAlreadyExists(error);
  }

  public static isAlreadyExists(error: unknown): boolean {
    return error instanceof ApiError && error.reason === ALREADY_EXISTS;
  }

  /** A resource version, or the token of a page, is too old. */
  public static isGone(error: unknown): boolean {
    return hasStatus(error, GONE) || (error instanceof ApiError && error.reason === EXPIRED);
  }

  public static isForbidden(error: unknown): boolean {
    return hasStatus(error, FORBIDDEN);
  }

  public static isUnauthorized(error: unknown): boolean {
    return hasStatus(error, UNAUTHORIZED);
  }

  public static isInvalid(error: unknown): boolean {
    return hasStatus(error, INVALID);
  }

  /** The HTTP status code. */
  public readonly status: number;
  /** A word for programs, such as `NotFound`; empty if the answer had none. */
  public readonly reason: string;
  public readonly details?: ApiErrorDetails;
  /** How long the server asks to be left alone. */
  public readonly retryAfterSeconds?: number;

  constructor({ code = 500, reason = '', message, details }: ApiStatus, retryAfterSeconds?: number) {
    super(message ?? `the API server answered ${code}${reason && ` ${reason}`}`);
    this.name = 'ApiError';
    this.status = code;
    this.reason = reason;
    this.details = details;
    this.retryAfterSeconds = retryAfterSeconds ?? details?.retryAfterSeconds;
  }
}

/** There was no answer, or not all of it: it is unknown whether the request was carried out. May be tried again. */
export class TransportError extends Error {
  /** Node's code for the cause, such as `ECONNREFUSED`; empty if it has none. */
  public readonly code: string;

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TransportError';
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  }
}

/** This process may not write: it is not, or no longer, the leader. */
export class WritesStoppedError extends Error {
  constructor() {
    super('not the leader: nothing is written');
    this.name = 'WritesStoppedError';
  }
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
