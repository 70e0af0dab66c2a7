import { Azure, only } from './stack';

const KEY = '/subscriptions/s/resourceGroups/r/providers/Microsoft.KeyVault/vaults/acme/keys/artifacts';

describe('a bucket', () => {
  test('is a storage account without keys, reached over TLS and not from the internet', () => {
    const azure = new Azure();
    azure.bucket();
    expect(only(azure.synth(), 'storage_account')).toMatchObject({
      name: 'artifacts0123',
      shared_access_key_enabled: false,
      local_user_enabled: false,
      https_traffic_only_enabled: true,
      min_tls_version: 'TLS1_2',
      allow_nested_items_to_be_public: false,
      public_network_access_enabled: false,
      network_rules: { default_action: 'Deny' },
      infrastructure_encryption_enabled: true,
      account_replication_type: 'ZRS',
    });
  });

  test('is reached from the networks that are named, and no others', () => {
    const azure = new Azure();
    azure.bucket({ allowedCidrs: ['203.0.113.0/24', '198.51.100.7/32', '198.51.100.8/31'] });
    expect(only(azure.synth(), 'storage_account')).toMatchObject({
      public_network_access_enabled: true,
      network_rules: { default_action: 'Deny', ip_rules: ['203.0.113.0/24', '198.51.100.7', '198.51.100.8', '198.51.100.9'] },
    });
  });

  test('is reached from the cluster\'s network, where its name leads to it', () => {
    const azure = new Azure();
    azure.bucket();
    const json = azure.synth();
    expect(only(json, 'private_endpoint')).toMatchObject({
      subnet_id: expect.stringMatching(/PrivateEndpointSubnet/),
      private_service_connection: { subresource_names: ['blob'], is_manual_connection: false },
    });
    expect(only(json, 'private_dns_zone').name).toBe('privatelink.blob.core.windows.net');
    expect(only(json, 'private_dns_zone_virtual_network_link').virtual_network_id).toMatch(/azurerm_virtual_network\.ml_Network/);
  });

  test('keeps old versions and what was deleted for as long as told', () => {
    const azure = new Azure();
    azure.bucket({ retentionDays: 30 });
    const json = azure.synth();
    expect(only(json, 'storage_account').blob_properties).toEqual({
      versioning_enabled: true, delete_retention_policy: { days: 30 }, container_delete_retention_policy: { days: 30 },
    });
    expect(only(json, 'storage_management_policy').rule).toEqual([expect.objectContaining({
      enabled: true,
      actions: { version: { delete_after_days_since_creation: 30 }, snapshot: { delete_after_days_since_creation_greater_than: 30 } },
    })]);
  });

  test('is protected, and so are its containers, unless told otherwise', () => {
    for (const protect of [true, false]) {
      const azure = new Azure();
      azure.bucket({ protect }).addWorkspace(azure.stack, { namespace: 'team-a', prefix: 'team-a' });
      const json = azure.synth();
      expect(only(json, 'storage_account').lifecycle).toEqual({ prevent_destroy: protect });
      expect(only(json, 'storage_container')).toMatchObject({ container_access_type: 'private', lifecycle: { prevent_destroy: protect } });
    }
  });

  test('is encrypted with a key of one\'s own, which an identity of its own may use', () => {
    const azure = new Azure();
    azure.bucket({ encryptionKey: KEY });
    const json = azure.synth();
    expect(only(json, 'storage_account').customer_managed_key).toMatchObject({ key_vault_key_id: 'https://acme.vault.azure.net/keys/artifacts' });
    expect(only(json, 'role_assignment', 'bucket/KeyRole')).toMatchObject({
      scope: KEY, role_definition_name: 'Key Vault Crypto Service Encryption User', principal_id: expect.stringMatching(/KeyIdentity/),
    });
  });

  test('that exists is left alone, but for the workspaces\' containers', () => {
    const azure = new Azure();
    azure.bucket({ exists: true, resourceGroup: 'data' }).addWorkspace(azure.stack, { namespace: 'team-a', prefix: 'team-a' });
    const json = azure.synth();
    expect(json.resources.storage_account).toBeUndefined();
    expect(json.resources.private_endpoint).toBeUndefined();
    expect(only(json, 'storage_container').storage_account_id)
      .toBe('/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/artifacts0123');
  });

  test('logs what is written and deleted', () => {
    const azure = new Azure();
    azure.bucket();
    expect(only(azure.synth(), 'monitor_diagnostic_setting', 'bucket/Logs').enabled_log).toEqual([{ category: 'StorageWrite' }, { category: 'StorageDelete' }]);
  });

  test.each([
    ['a name that Azure refuses', { name: 'My-Bucket' }, 'bucket name is My-Bucket; on azure it has 3 to 24 lowercase letters and digits, for it names a storage account'],
    ['a time that Azure refuses', { retentionDays: 400 }, 'retentionDays of bucket artifacts0123 is 400; on azure it is from 1 to 365'],
    ['an account that exists nowhere', { exists: true }, 'bucket artifacts0123 exists and has no resourceGroup; give the resource group of the storage account'],
    [
      'a key by its address',
      { encryptionKey: 'https://acme.vault.azure.net/keys/artifacts' },
      'encryptionKey of bucket artifacts0123 is https://acme.vault.azure.net/keys/artifacts; give the resource id of a key, such as /subscriptions/…/resourceGroups/…/providers/Microsoft.KeyVault/vaults/…/keys/…',
    ],
  ])('fails on %s', (_, spec, message) => {
    expect(() => new Azure().bucket(spec)).toThrow(new Error(message));
  });
});
