import type { PodSpec } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../../../src/api/platform';
import { clusterAddons, HOST_GPU_LABEL } from '../../../src/clouds/local/addons';
import { minioEndpoint, minioObjects } from '../../../src/clouds/local/minio';
import { localCloud } from '../../../src/clouds/local/pods';
import { schemaErrors } from '../../schemas/validate';

const MINIO = { namespace: 'minio', bucket: 'artifacts', credentialsSecret: 'store' };
const PLATFORM: PlatformSpec = { cloud: 'local', clusterName: 'ml', artifacts: { url: 'file:///var/artifacts' } };

const withGpu = (gpu: string): PlatformSpec => ({ ...PLATFORM, gpuPools: [{ name: 'gpus', gpu, gpusPerNode: 1 }] });
const podsOf = (options = MINIO): PodSpec[] => {
  const [, , deployment, job] = minioObjects(options);
  return [deployment.spec?.template.spec, job.spec?.template.spec].flatMap((spec) => spec ?? []);
};

describe('MinIO', () => {
  test.each(['1.27', 'current'] as const)('is valid on Kubernetes %s', (version) => {
    expect(minioObjects(MINIO).flatMap((object) => schemaErrors(object, version))).toEqual([]);
  });

  test('has its root credentials from a Secret alone', () => {
    const names = ['MINIO_ROOT_USER', 'MINIO_ROOT_PASSWORD', 'RCLONE_S3_ACCESS_KEY_ID', 'RCLONE_S3_SECRET_ACCESS_KEY'];
    const env = podsOf().flatMap(({ containers }) => containers.flatMap((container) => container.env ?? []));
    const secrets = env.filter(({ name }) => names.includes(name));
    expect(secrets.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(secrets.every(({ value, valueFrom }) => value === undefined && valueFrom?.secretKeyRef?.name === 'store')).toBe(true);
    expect(minioObjects(MINIO).map(({ kind }) => kind)).not.toContain('Secret');
  });

  test('runs under the restricted pod security standard', () => {
    for (const { securityContext, containers, automountServiceAccountToken } of podsOf()) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(automountServiceAccountToken).toBe(false);
      for (const container of containers) {
        expect(container.securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
      }
    }
  });

  test('images are of one version', () => {
    for (const { containers } of podsOf()) expect(containers[0]?.image).toMatch(/:(RELEASE\.)?\d/);
  });

  test('its bucket is made by a Job, another bucket by another', () => {
    const jobOf = (bucket: string) => minioObjects({ ...MINIO, bucket })[3];
    expect(jobOf('artifacts').spec?.template.spec?.containers[0]?.args).toEqual(['mkdir', ':s3:artifacts']);
    expect(jobOf('artifacts').metadata?.name).not.toBe(jobOf('others').metadata?.name);
  });

  test('pods reach it by the keys and the endpoint that it has', () => {
    const platform = { ...PLATFORM, artifacts: { url: 's3://artifacts', endpoint: minioEndpoint(MINIO), credentialsSecret: 'store' } };
    const { env } = localCloud.store(platform, { namespace: 'team-a', owner: 'team-a', role: 'artifact-reader' });
    const keys = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.key ?? []);
    const serverKeys = (podsOf()[0]?.containers[0]?.env ?? []).map(({ valueFrom }) => valueFrom?.secretKeyRef?.key);
    expect([...keys].sort()).toEqual([...serverKeys].sort());
    expect(minioEndpoint(MINIO)).toBe('http://minio.minio:9000');
  });

  test('fails when S3 would refuse the bucket', () => {
    expect(() => minioObjects({ ...MINIO, bucket: 'A' }))
      .toThrow(new Error('bucket name A is not valid for S3; give 3 to 63 lowercase letters, digits, hyphens and dots'));
  });

  test('the same options give the same bytes', () => {
    expect(JSON.stringify(minioObjects(MINIO))).toBe(JSON.stringify(minioObjects(MINIO)));
  });
});

describe('the device plugin', () => {
  test('is there if a pool has GPUs of NVIDIA', () => {
    expect(clusterAddons(PLATFORM)).toEqual([]);
    expect(clusterAddons(withGpu('amd-mi300x'))).toEqual([]);
    expect(clusterAddons(withGpu('nvidia-l4')).map(({ metadata }) => metadata?.name)).toEqual(['nvidia-device-plugin']);
  });

  test('runs on nodes with GPUs of the host, not on those with simulated ones, and tolerates their taint', () => {
    const spec = clusterAddons(withGpu('nvidia-l4'))[0]?.spec?.template.spec;
    expect(spec?.nodeSelector).toEqual(HOST_GPU_LABEL);
    expect(spec?.tolerations).toContainEqual({ operator: 'Exists', effect: 'NoSchedule' });
  });

  test('is valid, and its image can be another', () => {
    const platform = { ...withGpu('nvidia-l4'), images: { 'nvidia-device-plugin': 'mirror.local/device-plugin:v0.18.0' } };
    const [daemonSet] = clusterAddons(platform);
    const sameFields = { ...daemonSet, kind: 'Deployment' }; // the schemas of the tests have no DaemonSet yet
    expect([...schemaErrors(sameFields, '1.27'), ...schemaErrors(sameFields, 'current')]).toEqual([]);
    expect(daemonSet?.spec?.template.spec?.containers[0]?.image).toBe('mirror.local/device-plugin:v0.18.0');
  });
});
