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
