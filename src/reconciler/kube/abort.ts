import { TransportError } from './api-error';

/** An abort signal that follows another for as long as it is needed, and leaves nothing behind on it. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  abort(reason: Error): void;
  /** Follows no longer. */
  unlink(): void;
}

/** `AbortSignal.any` keeps something for every signal that it ever made, as long as the first one lives. This does not. */
export function linkedSignal(parent: AbortSignal): LinkedSignal {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => parent.removeEventListener('abort', follow),
  };
}

/** Why a signal aborted: the error that it was given, or a word on it. */
export function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error && reason.name !== 'AbortError' ? reason : new TransportError('the request was aborted', reason);
}
