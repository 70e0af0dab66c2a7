/** Labels that both sides of a cloud must know. */
import type { GpuPoolSpec } from '../api/platform';
import { API_GROUP } from '../api/resource';
import type { GpuSharing } from './infrastructure';

/** On nodes whose GPUs are shared, such as `time-slicing-4`. The Terraform side sets it, the device plugin is chosen by it. */
export const SHARING_LABEL = `${API_GROUP}/gpu-sharing`;

/** The value of the label, such as `mig-1g.10gb`, `time-slicing-4` or `mps-4`. */
export function sharingLabelValue(sharing: GpuSharing): string {
  return sharing.kind === 'mig' ? `mig-${sharing.profile}` : `${sharing.kind}-${sharing.clients}`;
}

/** How the GPUs of a pool are shared; `undefined` if each is one pod's. Platforms of before say it by the label alone. */
export function sharingOf({ sharing, nodeLabels }: GpuPoolSpec): string | undefined {
  return sharing ?? nodeLabels?.[SHARING_LABEL];
}
