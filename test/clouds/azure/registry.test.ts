import { Azure, only } from './stack';

describe('a registry', () => {
  test('has no password, is closed to the internet, and knows rights by repository', () => {
    const azure = new Azure();
    azure.registry();
    const json = azure.synth();
    expect(only(json, 'container_registry')).toMatchObject({
      name: 'images0123',
      sku: 'Premium',
      admin_enabled: false,
      anonymous_pull_enabled: false,
      public_network_access_enabled: false,
      role_assignment_mode: 'AbacRepositoryPermissions',
      zone_redundancy_enabled: true,
      lifecycle: { prevent_destroy: true },
    });
    expect(only(json, 'private_endpoint').private_service_connection).toMatchObject({ subresource_names: ['registry'] });
    expect(only(json, 'private_dns_zone').name).toBe('privatelink.azurecr.io');
  });

  test('is reached from the networks that are named, such as those of a CI, and no others', () => {
    const azure = new Azure();
    azure.registry({ allowedCidrs: ['203.0.113.0/24'] });
    expect(only(azure.synth(), 'container_registry')).toMatchObject({
      public_network_access_enabled: true,
      network_rule_set: [{ default_action: 'Deny', ip_rule: [{ action: 'Allow', ip_range: '203.0.113.0/24' }] }],
    });
  });

  test.each([
    ['10.1.0.0/16', 'has 10.1.0.0/16, which is private; give public addresses: private networks reach it through an endpoint of their own'],
    ['everywhere', 'has everywhere; give a range of IPv4 addresses, such as 203.0.113.0/24'],
  ])('fails for a network that Azure refuses: %s', (cidr, problem) => {
    expect(() => { new Azure().registry({ allowedCidrs: [cidr] }); }).toThrow(new Error(`allowedCidrs of registry images0123 ${problem}`));
    expect(() => { new Azure().bucket({ allowedCidrs: [cidr] }); }).toThrow(new Error(`allowedCidrs of bucket artifacts0123 ${problem}`));
  });

  test('removes untagged images', () => {
    const azure = new Azure();
    azure.registry({ untaggedDays: 14 });
    expect(only(azure.synth(), 'container_registry').retention_policy_in_days).toBe(14);
  });

  test('caches other registries under their names', () => {
    const azure = new Azure();
    azure.registry({ pullThrough: ['ghcr.io'] });
    expect(only(azure.synth(), 'container_registry_cache_rule')).toMatchObject({ name: 'cache-ghcr-io', source_repo: 'ghcr.io/*', target_repo: 'ghcr.io/*' });
  });

  test.each([
    ['a name that Azure refuses', { name: 'my-images' }, 'registry name is my-images; on azure it has 5 to 50 letters and digits'],
    ['a time that Azure refuses', { untaggedDays: 0 }, 'untaggedDays of registry images0123 is 0; on azure it is from 1 to 365'],
    [
      'an upstream that wants credentials',
      { pullThrough: ['docker.io'] },
      'pullThrough of registry images0123 has docker.io, which azure does not cache without credentials; use ghcr.io, mcr.microsoft.com, public.ecr.aws, quay.io, registry.k8s.io',
    ],
  ])('fails on %s', (_, spec, message) => {
    expect(() => new Azure().registry(spec)).toThrow(new Error(message));
  });
});
