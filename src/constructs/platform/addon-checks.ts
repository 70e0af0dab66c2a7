/** Whether the cloud, and what else the platform has, take the add-ons that are asked for. */
import { OPTIONAL_ADDONS } from '../../clouds/cloud';
import type { Cloud, WantedAddons } from '../../clouds/cloud';

const WORDS = { autoscaler: 'autoscaler', defaultStorageClass: 'default StorageClass' } as const;

interface Provisioning {
  readonly autoProvisioning?: boolean;
  readonly nodeProvisioning?: object;
}

/** @throws if nodes could never come up without a pool, or if two would bring the same. */
export function checkAddons(cloud: Cloud, props: WantedAddons & Provisioning): void {
  const { title, canAutoProvision, optionalAddons = [] } = cloud;
  if (props.autoProvisioning && !canAutoProvision) {
    throw new Error(`autoProvisioning is true but on ${title} no node comes up without a pool; leave it out, and declare pools with addGpuPool`);
  }
  const taken = OPTIONAL_ADDONS.find((addon) => props[addon] && !optionalAddons.includes(addon));
  if (taken) throw new Error(`${taken} is true, but on ${title} a cluster has its own ${WORDS[taken]}; leave it out`);
  if (props.autoscaler && props.autoProvisioning) {
    throw new Error('autoscaler and autoProvisioning are both true, so that two would add nodes for the same pod; leave one of them out');
  }
  if (props.autoscaler && props.nodeProvisioning) {
    throw new Error('autoscaler is true beside nodeProvisioning, so that two would add nodes for the same pod; leave one of them out');
  }
}
