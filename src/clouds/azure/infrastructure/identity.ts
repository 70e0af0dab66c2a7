import type { ServiceAccountRef } from '../../infrastructure';
import { renamed } from '../../renamed';
import { output } from '../../stack';
import { clientIdOutput, joinedName } from '../names';
import { FederatedIdentityCredential, UserAssignedIdentity } from '../resources';
import type { ClusterContext } from './cluster-context';

/**
 * The identity of a ServiceAccount: made when first asked for, by a grant or for its own sake. Its client id, which Azure gives out,
 * is an output, for the ServiceAccount on the Kubernetes side needs it.
 */
export function identityOf(context: ClusterContext, account: ServiceAccountRef): UserAssignedIdentity {
  const { scope, clusterName, resourceGroup: resourceGroupName, location: { location }, tags } = context;
  const { namespace, name } = account;
  /* By an underscore, which neither has: two accounts never share an identity. */
  const id = `${namespace}_${name}`;
  const made = scope.node.tryFindChild(`Identity-${id}`);
  if (made instanceof UserAssignedIdentity) return made;
  const identity = new UserAssignedIdentity(scope, `Identity-${id}`, {
    name: renamed(context, 'azurerm_user_assigned_identity', joinedName([clusterName, namespace, name], 128)),
    location,
    resourceGroupName,
    tags: { ...tags },
  });
  const credential = new FederatedIdentityCredential(scope, `Credential-${id}`, {
    name: joinedName([namespace, name], 120),
    resourceGroupName,
    parentId: identity.id,
    issuer: context.oidcIssuerUrl,
    subject: `system:serviceaccount:${namespace}:${name}`,
    audience: ['api://AzureADTokenExchange'],
  });
  referById(credential, identity.id);
  outputClientId(context, account, identity);
  return identity;
}

/**
 * The identity by the one argument that azurerm 5 has for it, and 4.65 and newer have too; the typings know the former two only.
 *
 * @see https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/guides/5.0-upgrade-guide#azurerm_federated_identity_credential
 */
function referById(credential: FederatedIdentityCredential, identityId: string): void {
  credential.addOverride('parent_id', undefined);
  credential.addOverride('resource_group_name', undefined);
  credential.addOverride('user_assigned_identity_id', identityId);
}

function outputClientId({ scope, clusterName }: ClusterContext, account: ServiceAccountRef, { clientId }: UserAssignedIdentity): void {
  const description = `Client id of ${account.namespace}/${account.name} on ${clusterName}`;
  output(scope, { name: clientIdOutput(clusterName, account), description }, clientId);
}
