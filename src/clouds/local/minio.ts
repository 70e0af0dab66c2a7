/** MinIO in the cluster, as an S3-compatible store for artifacts on a laptop. Pure. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Job } from 'kubernetes-types/batch/v1';
import type { Container, EnvVar, Namespace, PersistentVolumeClaim, PodSpec, Service } from 'kubernetes-types/core/v1';
import { digest, shortDigest } from '../../api/digest';
import { PART_OF } from '../../api/labels';
import { IMAGES } from '../../catalog/images';
import { checkBucketName } from '../s3-compatible';

const NAME = 'minio';
const PORT = 9000;
const USER = 1000;
const LABELS = { 'app.kubernetes.io/name': NAME };
const OBJECT_LABELS = { ...LABELS, ...PART_OF };

export interface MinioOptions {
  readonly namespace: string;
  readonly bucket: string;
  /** Secret in the namespace with the root user's `accessKeyId` and `secretAccessKey`. Not made here: no key is in a manifest. */
  readonly credentialsSecret: string;
  /** Default: `20Gi`. */
  readonly storage?: string;
  readonly image?: string;
  /** Image with rclone, which makes the bucket. */
  readonly rcloneImage?: string;
}

/** The endpoint for the platform, from any namespace. */
export function minioEndpoint({ namespace }: Pick<MinioOptions, 'namespace'>): string {
  return `http://${NAME}.${namespace}:${PORT}`;
}

/** The store, and the Job that makes its bucket. */
export function minioObjects(options: MinioOptions): [PersistentVolumeClaim, Service, Deployment, Job] {
  checkBucketName(options.bucket);
  return [claim(options), service(options), deployment(options), bucketJob(options)];
}

/** A namespace for it alone, held to the restricted standard. */
export function minioNamespace({ namespace }: Pick<MinioOptions, 'namespace'>): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { ...OBJECT_LABELS, 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
}

function claim({ namespace, storage = '20Gi' }: MinioOptions): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: NAME, namespace, labels: OBJECT_LABELS },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  };
}

function service({ namespace }: MinioOptions): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: NAME, namespace, labels: OBJECT_LABELS },
    spec: { selector: LABELS, ports: [{ name: 'http', port: PORT, targetPort: 'http' }] },
  };
}

function deployment(options: MinioOptions): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: NAME, namespace: options.namespace, labels: OBJECT_LABELS },
    spec: {
      replicas: 1,
      /* The volume is one pod's. */
      strategy: { type: 'Recreate' },
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          ...RESTRICTED_POD,
          containers: [server(options)],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: NAME } }, { name: 'tmp', emptyDir: {} }],
        },
      },
    },
  };
}

function server({ image = IMAGES.minio, credentialsSecret }: MinioOptions): Container {
  const probe = (path: string) => ({ httpGet: { path: `/minio/health/${path}`, port: 'http' } });
  return {
    name: NAME,
    image,
    args: ['server', '/data', '--address', `:${PORT}`],
    env: credentials(credentialsSecret, { accessKeyId: 'MINIO_ROOT_USER', secretAccessKey: 'MINIO_ROOT_PASSWORD' }),
    ports: [{ name: 'http', containerPort: PORT }],
    readinessProbe: probe('ready'),
    livenessProbe: probe('live'),
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [{ name: 'data', mountPath: '/data' }, { name: 'tmp', mountPath: '/tmp' }],
  };
}

/** Another bucket is another Job. It tries again until the store answers. */
function bucketJob(options: MinioOptions): Job {
  const { namespace, bucket, credentialsSecret, rcloneImage = IMAGES.rclone } = options;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${NAME}-bucket-${shortDigest(digest({ bucket, credentialsSecret, rcloneImage }))}`, namespace, labels: OBJECT_LABELS },
    spec: {
      backoffLimit: 10,
      template: {
        spec: {
          ...RESTRICTED_POD,
          restartPolicy: 'OnFailure',
          containers: [{
            name: 'bucket',
            image: rcloneImage,
            args: ['mkdir', `:s3:${bucket}`],
            env: [
              { name: 'RCLONE_S3_ENDPOINT', value: minioEndpoint(options) },
              { name: 'RCLONE_S3_PROVIDER', value: 'Minio' },
              ...credentials(credentialsSecret, { accessKeyId: 'RCLONE_S3_ACCESS_KEY_ID', secretAccessKey: 'RCLONE_S3_SECRET_ACCESS_KEY' }),
            ],
            resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
            securityContext: RESTRICTED_CONTAINER,
          }],
        },
      },
    },
  };
}

/** Environment variables from the keys of a Secret. */
function credentials(secret: string, names: Readonly<Record<string, string>>): EnvVar[] {
  return Object.entries(names).map(([key, name]) => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } }));
}

const RESTRICTED_POD: Pick<PodSpec, 'automountServiceAccountToken' | 'securityContext'> = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: USER, runAsGroup: USER, fsGroup: USER, seccompProfile: { type: 'RuntimeDefault' } },
};

const RESTRICTED_CONTAINER = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true };
