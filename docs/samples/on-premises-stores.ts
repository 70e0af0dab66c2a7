import { OnPremisesStore } from 'cdk-substratus';
import { Size } from 'cdk8s';

export const stores = {
  keys: OnPremisesStore.s3({ endpoint: 'https://ceph.acme.example', bucketName: 'artifacts', credentialsSecret: 'store' }),
  tokens: OnPremisesStore.s3({
    endpoint: 'https://minio.acme.example:9000',
    bucketName: 'artifacts',
    tokens: { roleArn: 'arn:aws:iam:::role/{namespace}.{serviceAccount}', audience: 'minio' },
  }),
  nfs: OnPremisesStore.nfs({ server: 'nfs.acme.example', path: '/export/ml', mountOptions: ['nfsvers=4.2', 'nconnect=8'] }),
  mounted: OnPremisesStore.directory('/mnt/lustre/ml'), // on every node, by you
  cephfs: OnPremisesStore.csi({
    driver: 'cephfs.csi.ceph.com',
    volumeHandle: '{volume}',
    volumeAttributes: { clusterID: 'acme', fsName: 'ml', staticVolume: 'true', rootPath: '/ml/{folder}' },
    nodeStageSecret: { name: 'cephfs-node', namespace: 'ceph-csi' },
  }),
  weka: OnPremisesStore.csi({ driver: 'csi.weka.io', volumeHandle: 'dir/v1/ml/{folder}' }),
  class: OnPremisesStore.storageClass('weka', { size: Size.tebibytes(10) }),
  claim: OnPremisesStore.claim('artifacts'),
};
