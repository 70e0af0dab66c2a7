import type { PersistentVolume } from 'kubernetes-types/core/v1';
import { gpuNamed } from '../../../src/catalog/gpus';
import { azureCloud } from '../../../src/clouds/azure/pods';
import { platformOf } from '../../expand/fixtures';

const PLATFORM = platformOf('azure', { artifacts: { url: 'az://acmeartifacts', prefix: 'ml', resourceGroup: 'acme' } });
const UNDEPLOYED = platformOf('azure', { workspaces: [{ namespace: 'team-a' }] });

function volume(platform = PLATFORM): PersistentVolume['spec'] {
  return (azureCloud.workspaceVolumes(platform, 'team-a')[0] as PersistentVolume).spec;
}

test('the volume of a workspace is its container, read-only, with the reader\'s identity and never the account\'s key', () => {
  expect(volume()?.csi).toMatchObject({
    driver: 'blob.csi.azure.com',
    readOnly: true,
    volumeHandle: 'acme#acmeartifacts#ws-team-a#team-a',
    volumeAttributes: { containerName: 'ws-team-a', ClientID: 'reader-id', mountWithWorkloadIdentityToken: 'true', protocol: 'fuse2' },
  });
  expect(volume()?.mountOptions).toEqual(expect.arrayContaining(['-o ro', '--subdirectory=ml', '--virtual-directory=true']));
});

test('without a prefix the whole container is mounted', () => {
  const options = volume(platformOf('azure'))?.mountOptions;
  expect(options?.join(' ')).not.toContain('subdirectory');
  expect(options).toContain('--virtual-directory=true');
});

test('an artifact lies in its workspace\'s container, and below the prefix in it', () => {
  const url = `${azureCloud.workspaceUrl(PLATFORM, 'team-a')}/models/abc`;
  expect(url).toBe('az://acmeartifacts/ws-team-a/ml/models/abc');
  const mount = azureCloud.mountArtifact({ name: 'model', mountPath: '/content/model', url, owner: 'team-a', namespace: 'team-a' }, PLATFORM);
  expect(mount.volumeMounts?.[0]).toMatchObject({ subPath: 'models/abc/files', readOnly: true });
  const { remotePath, env } = azureCloud.store(PLATFORM, { namespace: 'team-a', owner: 'team-a', role: 'artifact-reader' });
  expect(remotePath(url)).toBe(':azureblob:ws-team-a/ml/models/abc');
  expect(env).toContainEqual({ name: 'RCLONE_AZUREBLOB_ACCOUNT', value: 'acmeartifacts' });
});

test('a ServiceAccount carries its client id, and a pod asks for it by a label', () => {
  expect(azureCloud.identity(PLATFORM, { namespace: 'team-a', role: 'artifact-writer' }).annotations).toEqual({
    'azure.workload.identity/client-id': 'writer-id', 'azure.workload.identity/tenant-id': 'tenant-id',
  });
  expect(azureCloud.podLabels).toEqual({ 'azure.workload.identity/use': 'true' });
});

test('before the first deployment a placeholder says what is missing', () => {
  expect(azureCloud.identity(UNDEPLOYED, { namespace: 'team-a', role: 'artifact-reader' }).annotations).toEqual({
    'azure.workload.identity/client-id': '<client id of team-a/artifact-reader: known after the first deployment>',
  });
  expect(azureCloud.missing(UNDEPLOYED, 'team-a')).toEqual([
    'the client id of team-a/artifact-writer', 'the client id of team-a/artifact-reader', 'the client id of team-a/image-builder',
  ]);
  expect(azureCloud.missing(PLATFORM, 'team-a')).toEqual([]);
});

test('a GPU is found by the label of this library, and AKS\'s taint of spot nodes is tolerated', () => {
  expect(azureCloud.placeGpu({ gpu: gpuNamed('nvidia-t4'), count: 1 }, PLATFORM).nodeSelector).toEqual({ 'substratus.ai/gpu': 'nvidia-t4' });
  expect(azureCloud.placeCapacity('spot').tolerations).toEqual([
    { key: 'kubernetes.azure.com/scalesetpriority', operator: 'Equal', value: 'spot', effect: 'NoSchedule' },
  ]);
});
