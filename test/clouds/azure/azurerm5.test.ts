/** Stacks for azurerm 5, where the stack asks for it: what is written otherwise is in test/terraform/versions.test.ts. */
import { Testing, TerraformStack } from 'cdktf';
import { ArtifactBucket, Cloud, Cluster } from '../../../src';
import { messageOf } from '../../constructs/fixtures';

interface Stack {
  readonly terraform: { readonly required_providers: { readonly azurerm: { readonly version: string } } };
  readonly resource: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

const CLOUD = Cloud.azure({
  subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus',
});

function declared(range?: string): TerraformStack {
  const stack = new TerraformStack(Testing.app(), 'cloud');
  if (range !== undefined) stack.addOverride('terraform.required_providers.azurerm.version', range);
  new ArtifactBucket(stack, 'artifacts', { cluster: new Cluster(stack, 'ml', { cloud: CLOUD }) });
  return stack;
}

function linkOf(stack: TerraformStack): { readonly version: string; readonly link: string[] } {
  const { terraform, resource } = JSON.parse(Testing.synth(stack)) as Stack;
  const [link = {}] = Object.values(resource.azurerm_private_dns_zone_virtual_network_link ?? {});
  return { version: terraform.required_providers.azurerm.version, link: Object.keys(link).filter((key) => /zone|group/.test(key)).sort() };
}

test.each([
  [undefined, '>= 4.81.0, < 5.0.0', ['private_dns_zone_name', 'resource_group_name']],
  ['~> 4.90', '~> 4.90', ['private_dns_zone_name', 'resource_group_name']],
  ['>= 5.0.0, < 6.0.0', '>= 5.0.0, < 6.0.0', ['private_dns_zone_id']],
])('a stack that asks for azurerm %s takes %s, and its zones are linked by %s', (range, version, link) => {
  expect(linkOf(declared(range))).toEqual({ version, link });
});

test.each(['>= 4.81.0, < 6.0.0', '>= 4.81.0', '>= 6.0.0, < 7.0.0'])('fails for azurerm %s, which no one text is right for', (range) => {
  expect(messageOf(() => declared(range))).toBe(`[cloud/artifacts] the stack takes provider azurerm ${range}, but 4 and 5 want different arguments; give a range of `
    + "one of them before the cluster, for example stack.addOverride('terraform.required_providers.azurerm.version', '>= 5.0.0, < 6.0.0')");
});
