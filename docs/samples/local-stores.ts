// #region
import { Cloud, LocalStore } from 'cdk-substratus';

export const directory = Cloud.local({ store: LocalStore.directory('/srv/artifacts') });
export const minio = Cloud.local({ store: LocalStore.minio() });
export const ceph = Cloud.local({
  store: LocalStore.s3({ endpoint: 'http://ceph.example.com:7480', credentialsSecret: 'ceph' }),
});
// #endregion
