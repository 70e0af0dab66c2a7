import { azureCloud } from '../../../src/clouds/azure/pods';
import { Azure, only } from './stack';
import type { Json } from './stack';

const READER = { namespace: 'team-a', name: 'artifact-reader' };
const WORKSPACES = ['team-a', 'team-b'];

/** Two workspaces, of which the first reads the second, as the constructs add them. */
function azureWithWorkspaces(): Azure {
  const azure = new Azure();
  const bucket = azure.bucket({ artifactPrefix: 'shared' });
  const registry = azure.registry();
  for (const namespace of WORKSPACES) {
    const prefix = `shared/${namespace}`;
    for (const name of ['artifact-writer', 'artifact-reader', 'image-builder']) azure.handle.addIdentity(azure.stack, { namespace, name });
    bucket.addWorkspace(azure.stack, { namespace, prefix });
    bucket.grant(azure.stack, { account: { namespace, name: 'artifact-writer' }, prefix, access: 'write' });
    bucket.grant(azure.stack, { account: { namespace, name: 'artifact-reader' }, prefix, access: 'read' });
    if (namespace === 'team-a') {
      bucket.grant(azure.stack, { account: { namespace, name: 'artifact-reader' }, prefix: 'shared/team-b', access: 'read' });
    }
    registry.addWorkspace(azure.stack, { namespace, builder: { namespace, name: 'image-builder' } });
  }
  return azure;
}

/** Who may do what on what, one a line. */
function rights({ resources }: Json): string[] {
  return Object.values(resources.role_assignment ?? {}).map(({ principal_id: principal, role_definition_name: role, scope, condition }) => {
    const repository = /name\] StringEqualsIgnoreCase '(.*)'\)\)$/.exec(String(condition ?? ''))?.[1];
    return [nameOf(principal), role, nameOf(scope), ...repository ? [repository] : []].join(' | ');
  }).sort();
}

/** A reference without its type, the digest of its address and its attribute. */
function nameOf(reference: unknown): string {
  return String(reference).replace(/^\$\{azurerm_[a-z_]+\.(.*)_[0-9A-F]{8}\.(kubelet_identity)?.*\}$/, (_, name, kubelet) => kubelet ? `${name} nodes` : name);
}

test('these may do this, and nobody may do more', () => {
  expect(rights(azureWithWorkspaces().synth())).toEqual([
    'ml nodes | Container Registry Repository Reader | registry',
    'ml_Identity | Network Contributor | ml_NodeSubnet',
    'ml_Identity-team-a_artifact-reader | Storage Blob Data Reader | bucket_Container-team-a',
    'ml_Identity-team-a_artifact-reader | Storage Blob Data Reader | bucket_Container-team-b',
    'ml_Identity-team-a_artifact-writer | Storage Blob Data Contributor | bucket_Container-team-a',
    'ml_Identity-team-a_image-builder | Container Registry Repository Writer | registry | team-a',
    'ml_Identity-team-b_artifact-reader | Storage Blob Data Reader | bucket_Container-team-b',
    'ml_Identity-team-b_artifact-writer | Storage Blob Data Contributor | bucket_Container-team-b',
    'ml_Identity-team-b_image-builder | Container Registry Repository Writer | registry | team-b',
  ]);
});

test('nobody has rights in another way', () => {
  const { resources } = azureWithWorkspaces().synth();
  expect(Object.keys(resources).filter((type) => /role|policy|access|permission/.test(type))).toEqual(['role_assignment', 'storage_management_policy']);
  expect(Object.values(resources.kubernetes_cluster ?? {})).toMatchObject([{
    local_account_disabled: true, azure_active_directory_role_based_access_control: { azure_rbac_enabled: true },
  }]);
  expect(Object.values(resources.container_registry ?? {})).toMatchObject([{ admin_enabled: false, anonymous_pull_enabled: false }]);
  expect(Object.values(resources.storage_account ?? {})).toMatchObject([{ shared_access_key_enabled: false, local_user_enabled: false }]);
});

test('each identity is one ServiceAccount\'s, which the cluster vouches for', () => {
  const { resources } = azureWithWorkspaces().synth();
  const credentials = Object.values(resources.federated_identity_credential ?? {});
  expect(credentials.map(({ subject }) => subject).sort()).toEqual(WORKSPACES.flatMap((namespace) =>
    ['artifact-reader', 'artifact-writer', 'image-builder'].map((name) => `system:serviceaccount:${namespace}:${name}`)));
  for (const { issuer, audience, user_assigned_identity_id: parent } of credentials) {
    expect(issuer).toMatch(/^\$\{azurerm_kubernetes_cluster\..*\.oidc_issuer_url\}$/);
    expect(audience).toEqual(['api://AzureADTokenExchange']);
    expect(parent).toMatch(/user_assigned_identity/);
  }
});

test('the condition on a builder covers all that it does, and names one repository', () => {
  const { condition, condition_version: version } = only(azureWithWorkspaces().synth(), 'role_assignment', 'registry/Push-team-a');
  const path = 'Microsoft.ContainerRegistry/registries/repositories';
  expect(version).toBe('2.0');
  expect(condition).toBe(
    `((!(ActionMatches{'${path}/content/read'}) AND !(ActionMatches{'${path}/content/write'}) AND !(ActionMatches{'${path}/metadata/read'})`
    + ` AND !(ActionMatches{'${path}/metadata/write'})) OR (@Request[${path}:name] StringEqualsIgnoreCase 'team-a'))`,
  );
});

test('client ids are outputs, by cluster, namespace and ServiceAccount', () => {
  const { output } = azureWithWorkspaces().synth();
  expect(Object.keys(output)).toContain('clientId_ml_team-a_artifact-reader');
  expect(Object.keys(output).filter((name) => name.startsWith('clientId_'))).toHaveLength(6);
  expect(output['clientId_ml_team-a_artifact-reader']?.value).toMatch(/Identity-team-a_artifact-reader.*\.client_id\}$/);
});

test('a grant makes the identity that it is for, the same as if it had been added', () => {
  const granted = new Azure();
  granted.bucket().grant(granted.stack, { account: { namespace: 'team-a', name: 'artifact-reader' }, prefix: 'team-a', access: 'read' });
  const added = new Azure();
  added.handle.addIdentity(added.stack, { namespace: 'team-a', name: 'artifact-reader' });
  added.bucket().grant(added.stack, { account: { namespace: 'team-a', name: 'artifact-reader' }, prefix: 'team-a', access: 'read' });
  expect(granted.synth().resources).toEqual(added.synth().resources);
});

test('the same grant twice is one', () => {
  const azure = new Azure();
  const bucket = azure.bucket();
  for (let times = 0; times < 2; times++) bucket.grant(azure.stack, { account: READER, prefix: 'team-a', access: 'read' });
  expect(rights(azure.synth()).filter((right) => right.includes('Blob'))).toHaveLength(1);
});

test('ServiceAccounts whose names run together have identities of their own', () => {
  const azure = new Azure();
  azure.handle.addIdentity(azure.stack, { namespace: 'team', name: 'a-reader' });
  azure.handle.addIdentity(azure.stack, { namespace: 'team-a', name: 'reader' });
  expect(Object.values(azure.synth().resources.federated_identity_credential ?? {}).map(({ subject }) => subject))
    .toEqual(['system:serviceaccount:team:a-reader', 'system:serviceaccount:team-a:reader']);
});

test.each([
  ['team-a/models', undefined, 'team-a'],
  ['ml/team-a/models', 'ml', 'ml/team-a'],
  ['team-a', 'ml', 'ml/team-a'],
])('fails on a grant on %s where workspaces lie in %s, for it is no workspace', (prefix, artifactPrefix, example) => {
  const bucket = new Azure().bucket({ artifactPrefix });
  expect(() => bucket.grant(new Azure().stack, { account: READER, prefix, access: 'read' })).toThrow(new Error(
    `prefix is ${prefix}, but on azure rights are given by container, of which each workspace has one; `
    + `give the folder of a workspace, such as ${example}, or an empty one for all of them`,
  ));
});

test('a grant may come before the workspace that it is on', () => {
  const azure = new Azure();
  const bucket = azure.bucket();
  bucket.grant(azure.stack, { account: { namespace: 'team-a', name: 'artifact-reader' }, prefix: 'team-b', access: 'read' });
  bucket.addWorkspace(azure.stack, { namespace: 'team-b', prefix: 'team-b' });
  expect(Object.keys(azure.synth().resources.storage_container ?? {})).toEqual(['bucket/Container-team-b']);
});

test('a grant without a prefix is on the whole account', () => {
  const azure = new Azure();
  azure.bucket().grant(azure.stack, { account: { namespace: 'tools', name: 'backup' }, prefix: '', access: 'read' });
  expect(rights(azure.synth())).toContain('ml_Identity-tools_backup | Storage Blob Data Reader | bucket');
});

test('the container that is granted is the one that pods mount and publish to', () => {
  const platform = { cloud: 'azure', clusterName: 'ml', artifacts: { url: 'az://artifacts0123', prefix: 'shared' } };
  const { resources } = azureWithWorkspaces().synth();
  const names = Object.values(resources.storage_container ?? {}).map(({ name }) => String(name));
  expect(names).toEqual(['ws-team-a', 'ws-team-b']);
  expect(WORKSPACES.map((namespace) => azureCloud.workspaceUrl(platform, namespace))).toEqual(names.map((name) => `az://artifacts0123/${name}/shared`));
});

test('more roles than a subscription takes are an error before any is made', () => {
  const azure = new Azure();
  const bucket = azure.bucket();
  for (let reader = 0; reader < 100; reader += 1) {
    const account = { namespace: `team-${reader}`, name: 'artifact-reader' };
    for (let owner = 0; owner < 40; owner += 1) bucket.grant(azure.stack, { account, prefix: `team-${owner}`, access: 'read' });
  }
  const [problem] = azure.stack.node.findAll().flatMap(({ node }) => node.validate()).filter((each) => each.includes('role assignments'));
  expect(problem).toBe('the stack of cluster ml has 4001 role assignments, of which a subscription takes 4000; '
    + 'let workspaces read fewer others, or make clusters in several subscriptions');
});
