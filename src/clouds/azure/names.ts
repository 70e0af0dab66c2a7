/** Names on Azure: what it takes, and how ours are derived. Pure. */
import { digest, shortenedName } from '../../api/digest';
import type { ServiceAccountRef } from '../infrastructure';

/** Characters of a digest that make a name unique: 50 bits. */
const UNIQUE = 10;

interface Unique {
  readonly subscriptionId: string;
  /** The chosen name. */
  readonly name: string;
}

/** Name of a storage account: 3 to 24 lowercase letters and digits, unique in the world; the same for the same subscription and name. */
export function storageAccountName(chosen: Unique): string {
  return uniqueName(chosen, 24);
}

/** Name of a registry: 5 to 50 lowercase letters and digits, unique in the world; the same for the same subscription and name. */
export function registryName(chosen: Unique): string {
  return uniqueName(chosen, 50);
}

function uniqueName({ subscriptionId, name }: Unique, length: number): string {
  return alphanumeric(name).slice(0, length - UNIQUE) + digest({ subscriptionId: subscriptionId.toLowerCase(), name }).slice(0, UNIQUE);
}

/** Name of a node pool: as chosen, without what Azure does not take; where that is too long, its beginning and a digest. */
export function poolName(name: string): string {
  const plain = alphanumeric(name);
  if (!/^[a-z]/.test(plain)) throw new Error(`pool name is ${name}; on azure it begins with a letter`);
  return plain.length <= 12 ? plain : plain.slice(0, 6) + digest(name).slice(0, 6);
}

/** Name of the pool that stands in for another one while its machines are replaced. */
export function rotationPoolName(name: string): string {
  return `r${digest({ rotation: name }).slice(0, 11)}`;
}

function alphanumeric(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** A name of parts joined by `-`; where that is too long, its beginning and a digest. */
export function joinedName(parts: readonly string[], length: number): string {
  return shortenedName(parts.join('-'), { limit: length, hash: () => digest(parts).slice(0, UNIQUE) });
}

/**
 * Name of the Terraform output with the client id of a ServiceAccount's identity: `clientId_<cluster>_<namespace>_<ServiceAccount>`.
 * Neither of the last two has an underscore, so they can be told apart. cdktf's outputs file has it below its construct's path.
 */
export function clientIdOutput(clusterName: string, { namespace, name }: ServiceAccountRef): string {
  return `clientId_${clusterName}_${namespace}_${name}`;
}

/** The resource group of a cluster of this name, which holds everything that is made for it. */
export function resourceGroupName(clusterName: string): string {
  return clusterName;
}

/** @throws if a name is not one that Azure takes for a cluster; it is also its DNS prefix. */
export function checkClusterName(name: string): string {
  return check(name, { what: 'cluster name', pattern: /^[a-z0-9]([-a-z0-9]{0,52}[a-z0-9])?$/, rule: '1 to 54 lowercase letters, digits and hyphens' });
}

/** @throws if a name is not one that Azure takes for a storage account. */
export function checkStorageAccountName(name: string): string {
  return check(name, { what: 'bucket name', pattern: /^[a-z0-9]{3,24}$/, rule: '3 to 24 lowercase letters and digits, for it names a storage account' });
}

/** @throws if a name is not one that Azure takes for a registry. */
export function checkRegistryName(name: string): string {
  return check(name, { what: 'registry name', pattern: /^[a-zA-Z0-9]{5,50}$/, rule: '5 to 50 letters and digits' });
}

const CONTAINER = { pattern: /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/, rule: '3 to 63 lowercase letters, digits and single hyphens' };

/** @throws if a name is not one that Azure takes for a container of blobs. */
export function checkContainerName(name: string): string {
  return check(name, { ...CONTAINER, what: 'container of the workspace', rule: `${CONTAINER.rule}, so the namespace has 60 at most` });
}

/** @throws if a name is not one that a container of others can have. */
export function checkOtherContainerName(name: string): string {
  return check(name, { ...CONTAINER, what: 'container' });
}

interface NameRule {
  readonly what: string;
  readonly pattern: RegExp;
  readonly rule: string;
}

function check(name: string, { what, pattern, rule }: NameRule): string {
  if (!pattern.test(name)) throw new Error(`${what} is ${name}; on azure it has ${rule}`);
  return name;
}
