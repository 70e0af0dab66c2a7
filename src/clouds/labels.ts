/** Labels that more than one place must know. */
import { API_GROUP } from '../api/resource';
import type { GpuSharing } from './infrastructure';

/** On everything that expansion writes; the reconciler watches for it. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'substratus' } as const;

/** On nodes whose GPUs are shared, such as `time-slicing-4`. The Terraform side sets it, the device plugin is chosen by it. */
export const SHARING_LABEL = `${API_GROUP}/gpu-sharing`;

/** The value of the label, such as `mig-1g.10gb`, `time-slicing-4` or `mps-4`. */
export function sharingLabelValue(sharing: GpuSharing): string {
  return sharing.kind === 'mig' ? `mig-${sharing.profile}` : `${sharing.kind}-${sharing.clients}`;
}
