/** What the locations of Azure have, and what not. */
import type { AzureLocation } from '../../infrastructure';

/**
 * Locations without availability zones, where nothing can be zone-redundant. Microsoft Learn, "List of Azure regions", by memory (2026-11):
 * some get zones over time, and one that is not here is taken to have them.
 *
 * @see https://learn.microsoft.com/azure/reliability/regions-list
 */
const WITHOUT_ZONES = [
  'australiacentral', 'australiacentral2', 'australiasoutheast', 'brazilsoutheast', 'canadaeast', 'francesouth', 'germanynorth',
  'jioindiacentral', 'jioindiawest', 'koreasouth', 'northcentralus', 'norwaywest', 'southafricawest', 'southindia', 'swedensouth',
  'switzerlandwest', 'uaecentral', 'ukwest', 'westcentralus', 'westindia', 'westus',
];

export function hasZones({ location }: Pick<AzureLocation, 'location'>): boolean {
  return !WITHOUT_ZONES.includes(location);
}

/** @throws if zones are named where there are none. */
export function checkZones(what: string, zones: readonly string[], { location }: Pick<AzureLocation, 'location'>): void {
  if (zones.length === 0 || hasZones({ location })) return;
  throw new Error(`${what} is in ${zones.length === 1 ? 'zone' : 'zones'} ${zones.join(', ')}, but ${location} is not known to have availability zones; `
    + 'leave zones out, or take another location');
}
