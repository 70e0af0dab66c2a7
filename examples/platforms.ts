/** acme's clusters, one a cloud, described by hand. A cluster that is declared with this library describes itself. */
import { Platform } from 'cdk-substratus';
import type { WorkspaceClientIds } from 'cdk-substratus';

export type CloudName = 'gcp' | 'aws' | 'azure' | 'local';

/** Where an example can be, of which most are on none but these clouds. */
export type ExampleCloud = CloudName | 'on-premises';

export const CLOUDS: readonly CloudName[] = ['gcp', 'aws', 'azure', 'local'];

/** The cloud that a user has asked for. */
export function cloudNamed(name = 'local'): CloudName {
  const cloud = CLOUDS.find((each) => each === name);
  if (!cloud) throw new Error(`CLOUD is '${name}'; use one of ${CLOUDS.join(', ')}`);
  return cloud;
}

export function platformOn(cloud: CloudName): Platform {
  switch (cloud) {
    case 'gcp': return Platform.gcp({
      clusterName: 'ml', bucketName: 'acme-ml-artifacts', region: 'us-central1', registry: 'us-central1-docker.pkg.dev/acme-ml/images',
    });
    case 'aws': return Platform.aws({
      clusterName: 'ml', bucketName: 'acme-ml-artifacts', region: 'us-east-1', registry: '123456789012.dkr.ecr.us-east-1.amazonaws.com/ml',
    });
    case 'azure': return Platform.azure({
      clusterName: 'ml', storageAccount: 'acmemlartifacts', resourceGroup: 'acme-ml', location: 'eastus', registry: 'acmeml.azurecr.io/ml',
    });
    case 'local': return Platform.local({ clusterName: 'laptop', registry: 'registry.localhost:5000/ml', insecureRegistry: true });
  }
}

/** Azure: what the deployment of the cloud side has answered. Other clouds need none. */
export function clientIdsOn(cloud: CloudName, namespace: keyof typeof CLIENT_IDS): WorkspaceClientIds | undefined {
  return cloud === 'azure' ? CLIENT_IDS[namespace] : undefined;
}

const CLIENT_IDS = {
  'team-a': {
    artifactWriter: '6f1c2a52-0d5e-4a0e-9a51-3c8f6d1b7a01',
    artifactReader: '6f1c2a52-0d5e-4a0e-9a51-3c8f6d1b7a02',
    imageBuilder: '6f1c2a52-0d5e-4a0e-9a51-3c8f6d1b7a03',
  },
  'support': {
    artifactWriter: 'b83d94e7-51f2-4c7b-8e0a-92d4c6a5f101',
    artifactReader: 'b83d94e7-51f2-4c7b-8e0a-92d4c6a5f102',
    imageBuilder: 'b83d94e7-51f2-4c7b-8e0a-92d4c6a5f103',
  },
};
