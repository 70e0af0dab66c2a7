/** Domains of Azure's services: those of the global Azure, named here alone. Others are refused by catalog/partitions.ts. Pure. */

/** What is reached through the network only. */
export type PrivateService = 'blob' | 'registry';

const DOMAINS: Readonly<Record<PrivateService, string>> = { blob: 'blob.core.windows.net', registry: 'azurecr.io' };

const VAULT_DOMAIN = 'vault.azure.net';
const REGISTRY = /^[a-z0-9-]+\.azurecr\.io$/;

/** Host of a registry of this name. */
export function registryHostOf(name: string): string {
  return `${name}.${DOMAINS.registry}`;
}

/** Whether it is the host of a registry that we can log in at by an identity. */
export function isRegistryHost(host: string): boolean {
  return REGISTRY.test(host);
}

/** Address of a key in a vault, in its newest version. */
export function keyUrl(vault: string, key: string): string {
  return `https://${vault}.${VAULT_DOMAIN}/keys/${key}`;
}

/** The private DNS zone in which a service is found from inside a network. */
export function privateZone(service: PrivateService): string {
  return `privatelink.${DOMAINS[service]}`;
}
