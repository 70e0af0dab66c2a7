/**
 * Packages that only some users need: cdktf and one provider a cloud, cdk8s-plus for its workloads.
 *
 * They are optional peers of the published package and stay out of `.jsii`; docs/decisions/0001 says why.
 */
export const OPTIONAL_PEERS = {
  'cdk8s-plus-27': '^2.9.0',
  /* 0.24 is CDK Terrain under this name, by an alias of npm. */
  'cdktf': '^0.21.0 || ^0.24.0',
  '@cdktf/provider-google': '^16.12.0',
  '@cdktf/provider-aws': '^21.22.0',
  '@cdktf/provider-azurerm': '^14.23.0',
};

/**
 * What may take the place of cdktf and its providers (docs/decisions/0082). Not in node_modules here, for they want another version of
 * constructs: test/package/cdk-terrain.test.ts installs them in a folder of its own.
 */
export const TERRAIN_PEERS = {
  'cdktn': '^0.24.0',
  '@cdktn/provider-aws': '^25.7.0',
  '@cdktn/provider-azurerm': '^16.1.0',
};

/** The lowest version of each caret range, for devDependencies: what CI tests is the minimum that we promise. */
export function pinned(peers: Record<string, string>): string[] {
  return Object.entries(peers).map(([name, range]) => `${name}@${range.replace(/^\^([\d.]+).*$/, '$1')}`);
}
