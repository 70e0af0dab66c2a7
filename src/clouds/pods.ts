/** The clouds, by name: the one place where shared code meets them. Pure. */
import { awsCloud } from './aws/pods';
import { azureCloud } from './azure/pods';
import type { Cloud } from './cloud';
import { gcpCloud } from './gcp/pods';
import { localCloud } from './local/pods';
import { onPremisesCloud } from './on-premises/pods';

export const CLOUDS: Readonly<Record<string, Cloud>> = {
  'gcp': gcpCloud,
  'aws': awsCloud,
  'azure': azureCloud,
  'local': localCloud,
  'on-premises': onPremisesCloud,
};

export const CLOUD_NAMES: readonly string[] = Object.keys(CLOUDS);

/** The cloud of a name, or an error that lists the names there are. */
export function cloudNamed(name: string): Cloud {
  const cloud = Object.hasOwn(CLOUDS, name) ? CLOUDS[name] : undefined;
  if (!cloud) throw new Error(`cloud is ${name}, which is none of ${CLOUD_NAMES.join(', ')}`);
  return cloud;
}
