/** The files that a node's programs read. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ClusterFiles } from '../cluster/files';
import { PAUSE } from './images/light';
import type { NodeNetwork } from './network';
import type { NodePrograms } from './programs';

export interface NodeFilesOptions {
  readonly files: ClusterFiles;
  readonly network: NodeNetwork;
  readonly programs: NodePrograms;
}

/** In the namespaces of the node, whose `/run` is its own. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** For every registry that a manifest names. */
export function writeRegistryConfig({ files }: NodeFilesOptions, url: string): void {
  fs.mkdirSync(files.path('registries', '_default'), { recursive: true });
  files.write(path.join('registries', '_default', 'hosts.toml'), `[host.'${url}']\ncapabilities = ['pull', 'resolve']\n`);
}

export function writeContainerdConfig({ files, programs }: NodeFilesOptions): string {
  const directory = files.path('cni');
  fs.mkdirSync(directory);
  return files.write('containerd.toml', `version = 3
root = '${files.path('containerd')}'
state = '/run/containerd'
disabled_plugins = [
  'io.containerd.snapshotter.v1.blockfile', 'io.containerd.snapshotter.v1.btrfs', 'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.erofs', 'io.containerd.snapshotter.v1.zfs', 'io.containerd.nri.v1.nri',
]

[grpc]
address = '${CONTAINERD_SOCKET}'

[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ['${programs.directory}']
conf_dir = '${directory}'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
SystemdCgroup = false

[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = '${PAUSE}'

[plugins.'io.containerd.cri.v1.images'.registry]
config_path = '${files.path('registries')}'
`);
}

/** The network of the pods: a bridge, which makes itself with the first of them. */
export function writePodNetwork({ files, network }: NodeFilesOptions): void {
  const ipam = { type: 'host-local', ranges: [[{ subnet: network.pods }]], dataDir: files.path('addresses') };
  files.write(path.join('cni', '10-pods.conflist'), JSON.stringify({
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      { type: 'bridge', bridge: 'pods', isDefaultGateway: true, ipMasq: true, ipMasqBackend: 'iptables', hairpinMode: true, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }));
}

export function writeKubeletConfig({ files, network }: NodeFilesOptions): string {
  return files.write('kubelet.json', JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: network.node,
    /* Only this machine and the pods of the cluster reach it. */
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroupOf(files)}`,
    clusterDNS: [network.node],
    clusterDomain: 'cluster.local',
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    failCgroupV1: false,
    failSwapOn: false,
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: '2s',
    /* Where it lies in /run, it is not seen from the node. */
    resolvConf: '',
    serializeImagePulls: false,
    syncFrequency: '10s',
  }));
}

/** The control group of everything on the node, below the root of each hierarchy; the guard removes it by its name. */
export function cgroupOf({ directory }: ClusterFiles): string {
  return path.basename(directory);
}

export function writeProxyConfig({ files, network }: NodeFilesOptions, kubeconfig: string): string {
  return files.write('kube-proxy.json', JSON.stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    bindAddress: network.node,
    clientConnection: { kubeconfig },
    clusterCIDR: network.pods,
    /* These belong to the whole machine. */
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    iptables: { masqueradeAll: !fs.existsSync('/proc/sys/net/bridge/bridge-nf-call-iptables'), minSyncPeriod: '0s' },
    mode: 'iptables',
  }));
}

/** Names of the cluster only: pods reach nothing else. */
export function writeDnsConfig({ files, network }: NodeFilesOptions, kubeconfig: string): string {
  return files.write('Corefile', `.:53 {
  bind ${network.node}
  errors
  cache 5
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfig}
    pods insecure
    ttl 5
  }
}
`);
}
