import type { Backoff } from '../backoff';
import { ApiError, TransportError } from './api-error';

/** A watch that ends sooner, without a word, failed. */
export const MIN_WATCH_MS = 1000;
/** The longest wait while nobody answers at all: nobody is spared by a longer one, and the server is missed as soon as it is back. */
const UNREACHABLE_CAP_MS = 4000;
/** The longest wait that is granted to a server which asks for one. */
const MAX_RETRY_AFTER_MS = 30_000;
const MS_PER_SECOND = 1000;
/** The server has not got as far as the version asked for: it was restored from a backup. */
const VERSION_TOO_LARGE = 'ResourceVersionTooLarge';

/** Whether a watch cannot go on from where it was after an error. */
export function needsList(error: unknown): boolean {
  return ApiError.isGone(error) || ApiError.isNotFound(error) || isVersionTooLarge(error);
}

/** How long to wait after an error: ever longer, and as long as the server asks for. */
export function retryDelayMs(error: unknown, backoff: Backoff): number {
  const wait = error instanceof TransportError ? backoff.next(UNREACHABLE_CAP_MS) : backoff.next();
  const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * MS_PER_SECOND : 0;
  return Math.max(wait, Math.min(asked, MAX_RETRY_AFTER_MS));
}

function isVersionTooLarge(error: unknown): boolean {
  return error instanceof ApiError && (error.details?.causes ?? []).some(({ reason }) => reason === VERSION_TOO_LARGE);
}
