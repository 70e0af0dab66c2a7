/**
 * Packages that only some users need: cdktf and one provider a cloud, cdk8s-plus for its workloads.
 *
 * They are optional peers of the published package and stay out of `.jsii`; docs/decisions/0001 says why.
 */
export const OPTIONAL_PEERS = {
  'cdk8s-plus-27': '^2.9.0',
  'cdktf': '^0.21.0',
  '@cdktf/provider-google': '^16.12.0',
  '@cdktf/provider-aws': '^21.22.0',
  '@cdktf/provider-azurerm': '^14.23.0',
};

/** The lowest version of each caret range, for devDependencies: what CI tests is the minimum that we promise. */
export function pinned(peers: Record<string, string>): string[] {
  return Object.entries(peers).map(([name, range]) => `${name}@${range.replace(/^\^/, '')}`);
}
