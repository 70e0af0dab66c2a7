import type { NameRules } from '../../infrastructure';

/** Letters, digits, underscores, dots and hyphens. */
function network(least: number, most: number): NameRules[string] {
  return {
    pattern: new RegExp(`^(?=.{${least},${most}}$)[a-zA-Z0-9]([\\w.-]*\\w)?$`),
    words: `${least} to ${most} letters, digits, underscores, dots and hyphens, a letter or digit first and no dot or hyphen last`,
  };
}

/**
 * How names are written that a naming rule gives, by the type of the resource.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules (2026-11)
 */
export const NAME_RULES: NameRules = {
  azurerm_log_analytics_workspace: {
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/, words: '4 to 63 letters, digits and hyphens, no hyphen first or last',
  },
  azurerm_monitor_data_collection_rule: network(3, 64),
  azurerm_nat_gateway: network(1, 80),
  azurerm_network_security_group: network(1, 80),
  azurerm_private_dns_zone_virtual_network_link: network(1, 80),
  azurerm_private_endpoint: network(2, 64),
  azurerm_proximity_placement_group: network(1, 80),
  azurerm_public_ip: network(1, 80),
  azurerm_subnet: network(1, 80),
  azurerm_user_assigned_identity: {
    pattern: /^[a-zA-Z0-9][\w-]{2,127}$/, words: '3 to 128 letters, digits, underscores and hyphens, a letter or digit first',
  },
  azurerm_virtual_network: network(2, 64),
};
