/** The clouds' Terraform sides, by name: each is loaded when first used, and with it its provider. The one place that does. */
import type * as aws from './aws/terraform';
import type * as azure from './azure/terraform';
import type * as gcp from './gcp/terraform';
import type { AwsLocation, AzureLocation, GcpLocation, TerraformCloud } from './infrastructure';

/** Where a cluster is, by cloud. */
export interface Locations {
  readonly gcp: GcpLocation;
  readonly aws: AwsLocation;
  readonly azure: AzureLocation;
}

export type TerraformCloudName = keyof Locations;

interface Side<L> {
  readonly provider: string;
  load(): { terraformCloud(location: L): TerraformCloud };
}

const SIDES: { readonly [Name in TerraformCloudName]: Side<Locations[Name]> } = {
  gcp: { provider: '@cdktf/provider-google', load: () => require('./gcp/terraform') as typeof gcp },
  aws: { provider: '@cdktf/provider-aws', load: () => require('./aws/terraform') as typeof aws },
  azure: { provider: '@cdktf/provider-azurerm', load: () => require('./azure/terraform') as typeof azure },
};

/**
 * The Terraform side of a cloud.
 *
 * @throws if cdktf or the cloud's provider package is not installed, with what to install.
 */
export function terraformCloud<Name extends TerraformCloudName>(name: Name, location: Locations[Name]): TerraformCloud {
  const side = SIDES[name];
  try {
    return side.load().terraformCloud(location);
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`cloud ${name} needs packages that are not installed; run npm install cdktf ${side.provider}`, { cause: error });
  }
}
