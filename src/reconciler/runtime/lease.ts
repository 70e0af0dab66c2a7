import type { LiveObject, ResourceType } from '../kube/types';

export const LEASE: ResourceType = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', kind: 'Lease', namespaced: true };

/** Who leads, as it is stored. */
export interface LeaseSpec {
  /** Empty once the last leader has let go. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Lease extends LiveObject {
  readonly spec?: LeaseSpec;
}

/** A moment, to the microsecond, as Leases have it. */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
