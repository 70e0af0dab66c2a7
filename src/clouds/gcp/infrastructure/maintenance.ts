import type {
  ContainerClusterMaintenancePolicy, ContainerClusterMaintenancePolicyMaintenanceExclusion as Exclusion,
} from '@cdktf/provider-google/lib/container-cluster';
import type { ExclusionSpec, MaintenanceSpec } from '../../infrastructure';

/**
 * «At least 48 hours of maintenance availability in a 32-day rolling window», in which a weekly window comes four times; exclusions.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions (2026-11)
 */
const LEAST_HOURS = 12;
const MOST_EXCLUSIONS = 20;
const MOST_DAYS = 180;

/** Nodes and minor versions stay as they are in an exclusion: a node that is upgraded ends what runs on it. */
export function maintenancePolicy(cluster: string, maintenance: MaintenanceSpec): ContainerClusterMaintenancePolicy {
  const { day, hours, start: startTime, end: endTime, exclusions } = maintenance;
  if (hours < LEAST_HOURS) {
    throw new Error(`maintenanceWindow of cluster ${cluster} has ${hours} hours, but GKE takes ${LEAST_HOURS} or more of a weekly one: 48 in 32 days; give ${LEAST_HOURS}`);
  }
  if (exclusions.length > MOST_EXCLUSIONS) throw new Error(`maintenanceWindow of cluster ${cluster} has ${exclusions.length} exclusions; GKE takes ${MOST_EXCLUSIONS}, leave out those that are over`);
  return {
    recurringWindow: { startTime, endTime, recurrence: `FREQ=WEEKLY;BYDAY=${day.slice(0, 2).toUpperCase()}` },
    ...(exclusions.length > 0 && { maintenanceExclusion: exclusions.map((exclusion) => exclusionOf(cluster, exclusion)) }),
  };
}

function exclusionOf(cluster: string, { name, days, start: startTime, end: endTime }: ExclusionSpec): Exclusion {
  if (days > MOST_DAYS) {
    throw new Error(`exclusion ${name} of cluster ${cluster} has ${days} days, of which GKE takes ${MOST_DAYS}; give fewer, or another one after it`);
  }
  return { exclusionName: name, startTime, endTime, exclusionOptions: { scope: 'NO_MINOR_OR_NODE_UPGRADES' } };
}
