/** What is kept of what a ProvisioningRequest says of itself. */
import type { LiveObject } from '../kube/types';

/**
 * How a request stands: in the queue, with its nodes there, refused, or over. Nodes of one that has expired go when nothing runs on them,
 * and those of a revoked one are gone.
 *
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/apis/provisioningrequest/autoscaling.x-k8s.io/v1/types.go
 */
export interface RequestState {
  readonly state: 'waiting' | 'provisioned' | 'failed' | 'expired' | 'revoked';
  readonly message: string;
}

interface RequestLike extends LiveObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[] };
}

/** The first that holds decides. */
const STATES = [
  ['Failed', 'failed'], ['CapacityRevoked', 'revoked'], ['BookingExpired', 'expired'], ['Provisioned', 'provisioned'],
] as const;

export function requestState({ status: { conditions = [] } = {} }: RequestLike): RequestState {
  for (const [name, state] of STATES) {
    const found = conditions.find(({ type, status }) => type === name && status === 'True');
    if (found) return { state, message: found.message ?? '' };
  }
  const told = conditions.find(({ type }) => type === 'Provisioned') ?? conditions.find(({ type }) => type === 'Accepted');
  return { state: 'waiting', message: told?.message ?? '' };
}
