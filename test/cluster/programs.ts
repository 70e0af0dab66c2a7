/** The flags of each program. */
import * as path from 'node:path';
import type { ClusterFiles } from './files';

const CONTROLLERS = [
  'clusterrole-aggregation-controller',
  'daemonset-controller',
  'deployment-controller',
  'disruption-controller',
  'garbage-collector-controller',
  'horizontal-pod-autoscaler-controller',
  'job-controller',
  'namespace-controller',
  'node-lifecycle-controller',
  'persistentvolume-binder-controller',
  'persistentvolume-protection-controller',
  'persistentvolumeclaim-protection-controller',
  'pod-garbage-collector-controller',
  'replicaset-controller',
  'resourcequota-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'statefulset-controller',
  'taint-eviction-controller',
  'ttl-after-finished-controller',
];

const CONCURRENT = ['deployment', 'gc', 'job', 'namespace', 'replicaset', 'statefulset'].map((what) => `--concurrent-${what}-syncs=20`);
const QPS = 2000;

/** Of a peer, which there is not, and of an address for others, who are not told: a file in the working directory. */
const NOBODY = 'unix://nobody:1';

/** A socket, not a port: nobody else can have it. */
export function etcdFlags(files: ClusterFiles): string[] {
  return [
    `--data-dir=${files.path('etcd')}`,
    `--listen-client-urls=unix://${files.path('etcd.sock')}`,
    `--advertise-client-urls=${NOBODY}`,
    `--listen-peer-urls=${NOBODY}`,
    `--initial-advertise-peer-urls=${NOBODY}`,
    `--initial-cluster=default=${NOBODY}`,
    `--quota-backend-bytes=${4 * 1024 ** 3}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

export interface ApiServerOptions {
  readonly port: number;
  /** The least that a watch lasts, in seconds, if nothing cuts it. */
  readonly minRequestTimeout: number;

  /**
   * Where pods reach the server, if they run.
   *
   * @default - they do not; the server is at the loopback address
   */
  readonly network?: PodNetwork;
}

/** What the control plane has to know of a network in which pods run. */
export interface PodNetwork {
  /** Address of the API server. */
  readonly server: string;
  /** Addresses of Services: `10.200.128.0/17`. */
  readonly services: string;
}

export function apiServerFlags(files: ClusterFiles, { port, minRequestTimeout, network }: ApiServerOptions): string[] {
  return [
    `--etcd-servers=unix://${files.path('etcd.sock')}`,
    ...addressFlags(network),
    `--secure-port=${port}`,
    `--cert-dir=${path.dirname(files.certificates)}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.path('service-account.pub')}`,
    `--service-account-signing-key-file=${files.path('service-account.key')}`,
    `--token-auth-file=${files.path('tokens.csv')}`,
    '--allow-privileged=true',
    '--max-requests-inflight=2000',
    '--max-mutating-requests-inflight=1000',
    `--min-request-timeout=${minRequestTimeout}`,
    '--profiling=false',
  ];
}

function addressFlags(network: PodNetwork | undefined): string[] {
  if (!network) {
    return [
      '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none', '--service-cluster-ip-range=10.96.0.0/12',
      '--authorization-mode=RBAC',
    ];
  }
  return [
    `--bind-address=${network.server}`, `--advertise-address=${network.server}`, `--service-cluster-ip-range=${network.services}`,
    '--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction',
    '--kubelet-preferred-address-types=InternalIP',
  ];
}

/** With `hasEndpoints` Services have the addresses of their pods. */
export function controllerManagerFlags(files: ClusterFiles, kubeconfig: string, hasEndpoints: boolean): string[] {
  const controllers = [...CONTROLLERS, ...(hasEndpoints ? ['endpointslice-controller'] : [])];
  return [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${controllers.join(',')}`,
    `--root-ca-file=${files.certificates}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--kube-api-qps=${QPS}`,
    `--kube-api-burst=${QPS}`,
    '--horizontal-pod-autoscaler-sync-period=1s',
    '--node-monitor-period=1s',
    '--node-monitor-grace-period=60s',
    ...CONCURRENT,
  ];
}

export function schedulerFlags(files: ClusterFiles, kubeconfig: string): string[] {
  return [`--config=${files.writeSchedulerConfig(kubeconfig)}`, '--secure-port=0'];
}

export function kwokFlags(kubeconfig: string): string[] {
  return [`--kubeconfig=${kubeconfig}`, `--config=${path.join(__dirname, 'nodes.yaml')}`, '--manage-all-nodes', '--node-lease-duration-seconds=40'];
}
