import { ApiError } from './api-error';

/** A watch that ends sooner, without a word, failed. */
export const MIN_WATCH_MS = 1000;
/** The server has not got as far as the version asked for: it was restored from a backup. */
const VERSION_TOO_LARGE = 'ResourceVersionTooLarge';

/** Whether a watch cannot go on from where it was after an error. */
export function needsList(error: unknown): boolean {
  return ApiError.isGone(error) || ApiError.isNotFound(error) || isVersionTooLarge(error);
}

function isVersionTooLarge(error: unknown): boolean {
  return error instanceof ApiError && (error.details?.causes ?? []).some(({ reason }) => reason === VERSION_TOO_LARGE);
}
