/** What it means for a resource that the API server refuses a write for it. */
import { inProgress, stalled } from '../decide/decision';
import type { Verdict } from '../decide/decision';
import { ApiError } from '../kube/api-error';
import { EngineMissing, NameConflict, NotYetGone } from './apply';

/** How long until something may have changed that is not watched. Milliseconds. */
const LATER_MS = 30_000;
const SOON_MS = 1000;
const BAD_REQUEST = 400;
/** How the API server says that it is the rights that are missing; quotas, policies and webhooks answer with 403 too. */
const RIGHTS = /\bUser "[^"]*" cannot /;
/** How it says, with status 500, that an applied object has what its schema does not. */
const UNTYPED = /^failed to create typed patch object/;
/** The longest that is told of one field. */
const LONGEST_CAUSE = 240;

export interface Refusal {
  readonly verdict: Verdict;
  readonly lookAgainMs: number;
}

/** Nothing can be made in a namespace that is going away, and nothing needs to be. */
export function isNamespaceGoing(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const isTerminating = error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
  return isTerminating || (ApiError.isNotFound(error) && error.details?.kind === 'namespaces');
}

/** Nothing can be written to the namespace that a workspace builds in: it is not there, or is not ours to write to. */
export class NoBuildNamespace extends Error {
  /** Whether it is why a write was refused. */
  public static isCauseOf(error: unknown): boolean {
    return isNamespaceGoing(error) || (error instanceof ApiError && ApiError.isForbidden(error) && RIGHTS.test(error.message));
  }

  constructor(namespace: string, workspace: string) {
    super(`images of workspace ${workspace} are built in namespace ${namespace}, which does not exist, is being deleted, or has no Role for the `
      + 'reconciler; apply the Workspace and the Reconciler of this version, or create the namespace with the Pod Security Standard privileged');
  }
}

/** What to say of a refusal that trying again at once does not help against; none for any other error. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof NotYetGone) return { verdict: inProgress('Starting', error.message), lookAgainMs: SOON_MS };
  if (error instanceof NoBuildNamespace) return { verdict: stalled('NoWorkspace', error.message), lookAgainMs: LATER_MS };
  if (error instanceof EngineMissing) return { verdict: stalled(error.engine.missing, error.message), lookAgainMs: LATER_MS };
  if (error instanceof NameConflict) return { verdict: stalled('NameConflict', error.message), lookAgainMs: LATER_MS };
  if (!(error instanceof ApiError)) return undefined;
  const message = withoutDumps(error);
  if (ApiError.isForbidden(error) && /exceeded quota/.test(message)) {
    return { verdict: inProgress('QuotaExceeded', message), lookAgainMs: LATER_MS };
  }
  if (ApiError.isForbidden(error) && RIGHTS.test(message)) {
    return { verdict: inProgress('Forbidden', `the reconciler may not do this: ${message}; apply the Reconciler of this version again`), lookAgainMs: LATER_MS };
  }
  if (!isRejection(error)) return undefined;
  /* A policy may be another soon; what is not valid stays so. */
  const lookAgainMs = ApiError.isForbidden(error) ? LATER_MS : 10 * LATER_MS;
  return { verdict: stalled('Rejected', `the API server refuses what would run: ${message}`), lookAgainMs };
}

/** What was asked for is at fault, or a policy that forbids it: one of them has to change. */
function isRejection(error: ApiError): boolean {
  return ApiError.isInvalid(error) || ApiError.isForbidden(error) || error.status === BAD_REQUEST || UNTYPED.test(error.message);
}

/** Of a value that the API server shows whole, such as the template of a pod, only the ends: what it is, and what is wrong with it. */
function withoutDumps({ message, details }: ApiError): string {
  const dumps = (details?.causes ?? []).flatMap(({ message: text = '' }) => (text.length > LONGEST_CAUSE ? [text] : []));
  return dumps.reduce((text, dump) => text.replace(dump, () => `${dump.slice(0, LONGEST_CAUSE / 2)} … ${dump.slice(-LONGEST_CAUSE / 2)}`), message);
}
