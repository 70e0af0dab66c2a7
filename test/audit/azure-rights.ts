/** Every right that a stack on Azure gives. */
import type { Right, RightsTable } from './rights';
import type { AuditedStack, Resource } from './stacks';

export const AZURE_RIGHTS: RightsTable = {
  'artifact-reader': [
    'Storage Blob Data Reader on the container of its namespace',
    'Storage Blob Data Reader on the container of another namespace',
    'Storage Blob Data Reader on a container of others',
  ],
  'artifact-writer': ['Storage Blob Data Contributor on the container of its namespace'],
  'image-builder': ['Container Registry Repository Writer on the registry, in the repository of its namespace'],
  'the nodes': ['Container Registry Repository Reader on the registry'],
  'the control plane': [
    'Network Contributor on a subnet', 'Contributor on a group of reservations', 'Reader on a disk encryption set',
  ],
  'the bucket': ['Key Vault Crypto Service Encryption User on a key'],
};

export function azureRights(stack: AuditedStack): Right[] {
  return stack.of('azurerm_role_assignment').map((assignment) => {
    const { who, namespace } = holderOf(assignment);
    const { role_definition_name: role, role_definition_id: id } = assignment.block;
    return { who, may: `${String(role ?? id)} on ${placeOf(assignment, namespace)}`, address: assignment.address };
  });
}

/** An identity by what takes it: a ServiceAccount by its federated credential, a cluster or an account by its reference. */
function holderOf({ stack, block: { principal_id: principal } }: Resource): { readonly who: string; readonly namespace?: string } {
  if (/kubelet_identity|^bbbbbbbb-/.test(String(principal))) return { who: 'the nodes' };
  if (String(principal).startsWith('cccccccc-')) return { who: 'the control plane' };
  const identity = stack.find(principal);
  if (!identity) return { who: String(principal) };
  const subjects = stack.beside(identity, 'azurerm_federated_identity_credential').map(({ block }) => /^system:serviceaccount:([^:]+):([^:]+)$/.exec(String(block.subject)) ?? []);
  const [[, namespace, account] = []] = subjects;
  if (namespace !== undefined && account !== undefined) return { who: subjects.length === 1 ? account : 'more than one ServiceAccount', namespace };
  if (stack.beside(identity, 'azurerm_kubernetes_cluster').length > 0) return { who: 'the control plane' };
  return { who: stack.beside(identity, 'azurerm_storage_account').length > 0 ? 'the bucket' : identity.address };
}

const PLACES: readonly (readonly [RegExp, string])[] = [
  [/\/blobServices\/default\/containers\/[\w-]+$/, 'a container of others'],
  [/\/capacityReservationGroups\/[\w-]+$/, 'a group of reservations'],
  [/\/diskEncryptionSets\/[\w-]+$/, 'a disk encryption set'],
  [/\/vaults\/[\w-]+\/keys\/[\w-]+$/, 'a key'],
  [/\/subnets\/[\w-]+$/, 'a subnet'],
];

/** What a right is on, and the condition that narrows it. */
function placeOf({ stack, block: { scope, condition } }: Resource, namespace = ''): string {
  const place = stack.find(scope);
  const text = String(scope);
  const whole = /^\$\{[\w.-]+\}$/.test(text) ? place : undefined;
  if (whole?.type === 'azurerm_storage_container') return `the container of ${String(whole.block.name).endsWith(`-${namespace}`) ? 'its namespace' : 'another namespace'}`;
  if (whole?.type === 'azurerm_container_registry') return `the registry${inRepository(condition, namespace)}`;
  if (whole?.type === 'azurerm_subnet') return 'a subnet';
  return PLACES.find(([pattern]) => pattern.test(text))?.[1] ?? text;
}

function inRepository(condition: unknown, namespace: string): string {
  if (condition === undefined) return '';
  const [, repository] = /^\(\(!\(ActionMatches\{.*\}\)\) OR \(@Request\[Microsoft\.ContainerRegistry\/registries\/repositories:name\] StringEqualsIgnoreCase '(.*)'\)\)$/.exec(String(condition)) ?? [];
  return repository?.split('/').at(-1) === namespace ? ', in the repository of its namespace' : ` if ${String(condition)}`;
}
