// #region
import { Gpu, OnPremisesStore, Platform } from 'cdk-substratus';

export const gke = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml', autoProvisioning: true });
export const eks = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
export const aks = Platform.azure({ clusterName: 'ml', storageAccount: 'acmeml', resourceGroup: 'ml' });
export const kind = Platform.local({ clusterName: 'laptop' });
export const onPremises = Platform.onPremises({
  clusterName: 'rack',
  store: OnPremisesStore.s3({ endpoint: 'https://ceph.acme.example', bucketName: 'artifacts', credentialsSecret: 'store' }),
});

onPremises.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8 });
aks.addWorkspace('team-a', {
  clientIds: {
    artifactWriter: '6f1c2a52-0d5e-4a0e-9a51-3c8f6d1b7a01',
    artifactReader: '6f1c2a52-0d5e-4a0e-9a51-3c8f6d1b7a02',
    imageBuilder: '6f1c2a52-0d5e-4a0e-9a51-3c8f6d1b7a03',
  },
});
// #endregion
