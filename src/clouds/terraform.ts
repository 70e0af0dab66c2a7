/** What makes the clouds, and what each leaves to the user, by name: the one place that loads what makes clusters, when first used. */
import type { Construct } from 'constructs';
import type { PlatformSpec } from '../api/platform';
import { clusterAddons as awsAddons } from './aws/addons';
import type * as aws from './aws/terraform';
import { clusterAddons as azureAddons } from './azure/addons';
import type * as azure from './azure/terraform';
import type { AddonObject, WantedAddons } from './cloud';
import { clusterAddons as gcpAddons } from './gcp/addons';
import type * as gcp from './gcp/terraform';
import type { CloudInfrastructure } from './infrastructure';
import { clusterAddons as localAddons } from './local/addons';
import type * as local from './local/cluster';
import { projectOf } from './terraform-classes';
import type { Project } from './terraform-classes';

interface Side<L> {
  /** Package of the Terraform provider for cdktf; `undefined` where Terraform is not used. */
  readonly provider?: string;
  /** What makes clusters, of where they are. */
  load(): (location: L) => CloudInfrastructure;
  /** Device plugins, and where the cloud leaves them to the user and they are wanted, the autoscaler and the default StorageClass. Pure. */
  addons(platform: PlatformSpec, wanted: WantedAddons): readonly AddonObject[];
}

export const SIDES = {
  gcp: { provider: '@cdktf/provider-google', load: () => (require('./gcp/terraform') as typeof gcp).cloudInfrastructure, addons: gcpAddons },
  aws: { provider: '@cdktf/provider-aws', load: () => (require('./aws/terraform') as typeof aws).cloudInfrastructure, addons: awsAddons },
  azure: { provider: '@cdktf/provider-azurerm', load: () => (require('./azure/terraform') as typeof azure).cloudInfrastructure, addons: azureAddons },
  local: { load: () => (require('./local/cluster') as typeof local).localInfrastructure, addons: localAddons },
} satisfies Readonly<Record<string, Side<never>>>;

export type SideName = keyof typeof SIDES;

/** Where a cluster of a cloud is. */
export type Location<Name extends SideName> = Parameters<ReturnType<typeof SIDES[Name]['load']>>[0];

/**
 * What makes clusters of a cloud, with provider and backend set up for the stack of a construct.
 *
 * @throws if cdktf or the cloud's provider package is not installed, with what to install.
 */
export function cloudInfrastructure<Name extends SideName>(name: Name, location: Location<Name>, scope: Construct): CloudInfrastructure {
  const sides: { readonly [Each in SideName]: Side<Location<Each>> } = SIDES;
  const side = sides[name];
  try {
    const infrastructure = side.load()(location);
    infrastructure.prepare(scope);
    return infrastructure;
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`cloud ${name} needs packages that are not installed; ${installation(projectOf(scope), side.provider)}`, { cause: error });
  }
}

/**
 * How to install a provider in every language. A program in another language than JavaScript gets this message too: there packages
 * are loaded into the Node process of jsii when the program first uses them, and only then found here (docs/decisions/0049).
 */
function installation(project: Project, provider = ''): string {
  if (project === 'cdktn') return terrainInstallation(provider);
  const npm = `run npm install cdktf ${provider}`;
  if (!provider.startsWith('@cdktf/')) return npm;
  const distribution = provider.replace('@cdktf/', 'cdktf-cdktf-');
  return `${npm}; in Python run pip install cdktf ${distribution} and import cdktf and ${distribution.replaceAll('-', '_')} first; `
    + 'in Go, Java and .NET add the same two packages and load them first, as the README shows under Install';
}

/** CDK Terrain has no package for every provider, but those of cdktf can be made of its classes (docs/decisions/0082). */
function terrainInstallation(provider: string): string {
  return `run npm install ${provider.replace('@cdktf/', '@cdktn/')}, or where CDK Terrain has no such package, `
    + `npm install cdktf@npm:cdktn ${provider}, and import from cdktf instead of cdktn`;
}

/** What a cluster needs beside what its cloud brings, as far as its platform tells. */
export function clusterAddons(platform: PlatformSpec, wanted: WantedAddons = {}): readonly AddonObject[] {
  const sides: Readonly<Record<string, Side<never>>> = SIDES;
  return sides[platform.cloud]?.addons(platform, wanted) ?? [];
}
