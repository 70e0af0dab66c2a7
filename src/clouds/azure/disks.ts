/** Which disks the machines of Azure take. Pure. */
import type { DiskFacts } from '../cloud';

/**
 * The small letters between the number and the version of a size: an `s` says that it takes disks of any premium type.
 *
 * https://learn.microsoft.com/en-us/azure/virtual-machines/vm-naming-conventions (2026-11); sizes of version 1, and those of the
 * family M, are named otherwise.
 */
const FEATURES = /^Standard_(?:[A-LN-Z][A-Z]*)\d+(?:-\d+)?([a-z]*)_(?:[A-Z0-9]+_)*v\d+$/;
const PREMIUM = /^(Premium|UltraSSD)/;

/**
 * These attach to nodes of an availability zone only: «Managed disks with 'PremiumV2_LRS' storage account type can be used only with
 * Virtual Machines in an Availability Zone.» https://github.com/Azure/AKS/issues/3880,
 * https://learn.microsoft.com/en-us/azure/aks/use-ultra-disks#limitations (2026-11)
 */
const IN_ZONES = ['PremiumV2_LRS', 'UltraSSD_LRS'];

export const AZURE_DISKS: DiskFacts = {
  /*
   * https://learn.microsoft.com/en-us/azure/aks/concepts-storage#storage-classes (2026-11). On clusters with zones these are copied to
   * all of them, and else to none, so that they are given without their redundancy.
   */
  byClass: { 'default': 'StandardSSD', 'managed': 'StandardSSD', 'managed-csi': 'StandardSSD', 'managed-csi-premium': 'Premium', 'managed-premium': 'Premium' },
  isZonal: (type) => type.endsWith('_LRS'),
  refuses: ({ machineType, zones }, { type }) => {
    if (PREMIUM.test(type) && FEATURES.exec(machineType)?.[1]?.includes('s') === false) {
      return 'it does not take premium disks, for which a size has an s in its name, as Standard_D4s_v5 has';
    }
    return IN_ZONES.includes(type) && zones?.length === 0 ? 'its nodes are not in a zone, which such a disk needs' : undefined;
  },
};
