import type { KubernetesClusterConfig } from '@cdktf/provider-azurerm/lib/kubernetes-cluster';
import type { MaintenanceSpec } from '../../infrastructure';

/** https://learn.microsoft.com/azure/aks/planned-maintenance (2026-11) */
const LEAST_HOURS = 4;

/** The same for versions of Kubernetes and for images of nodes: either ends what runs on a node. */
export function maintenanceWindows(
  cluster: string, maintenance: MaintenanceSpec,
): Pick<KubernetesClusterConfig, 'maintenanceWindowAutoUpgrade' | 'maintenanceWindowNodeOs'> {
  const { day: dayOfWeek, startTime, hours: duration, exclusions } = maintenance;
  if (duration < LEAST_HOURS) {
    throw new Error(`maintenanceWindow of cluster ${cluster} has ${duration} hours, but AKS takes ${LEAST_HOURS} to 24; give ${LEAST_HOURS} or more`);
  }
  const window = {
    frequency: 'Weekly', interval: 1, dayOfWeek, startTime, utcOffset: '+00:00', duration,
    ...(exclusions.length > 0 && { notAllowed: exclusions.map(({ start, end }) => ({ start, end })) }),
  };
  return { maintenanceWindowAutoUpgrade: window, maintenanceWindowNodeOs: window };
}
