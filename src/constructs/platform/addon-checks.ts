/** Add-ons: whether the cloud, and what else the platform has, take those that are asked for, and what they are. */
import type { PlatformSpec } from '../../api/platform';
import { OPTIONAL_ADDONS } from '../../clouds/cloud';
import type { AddonObject, Cloud, WantedAddons } from '../../clouds/cloud';
import { clusterAddons } from '../../clouds/terraform';
import { openShiftAddons, withWorkloadDefaults } from '../../expand';
import type { PlatformSource } from './platform-source';

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

/** What the cluster needs beside what its cloud brings, with the rules of the platform for every pod. */
export function addonsOf({ addons = clusterAddons }: PlatformSource, spec: PlatformSpec, wanted: WantedAddons): readonly AddonObject[] {
  return [...addons(spec, wanted).map((addon) => withWorkloadDefaults(addon, spec)), ...openShiftAddons(spec)];
}
