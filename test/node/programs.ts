/** The programs of a node: those that are built here, and those of the system. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { binaryPath, cachePath } from '../cluster/assets';
import type { BinaryModule } from '../cluster/assets';
import { isOnPath } from './images/light';

/** kubelet, kube-proxy and CoreDNS. */
export const NODE_BINARY: BinaryModule = { name: 'node', directory: path.join(__dirname, 'binary') };

const CGROUPS = '/sys/fs/cgroup';

/** Programs that `go install` builds, by module and version. */
const INSTALLED = {
  'github.com/containerd/containerd/v2@v2.4.2': ['cmd/containerd', 'cmd/containerd-shim-runc-v2', 'cmd/ctr'],
  'github.com/containernetworking/plugins@v1.9.1': ['plugins/main/bridge', 'plugins/main/loopback', 'plugins/meta/portmap', 'plugins/ipam/host-local'],
};

/** Programs of the system, and the Debian package of each. */
const OF_SYSTEM = {
  busybox: 'busybox-static', conntrack: 'conntrack', ip: 'iproute2', iptables: 'iptables', nsenter: 'util-linux', runc: 'runc', setpriv: 'util-linux',
  unshare: 'util-linux',
};

export interface NodePrograms {
  readonly containerd: string;
  readonly ctr: string;
  /** The first words of each. */
  readonly kubelet: readonly string[];
  readonly proxy: readonly string[];
  readonly dns: readonly string[];
  /** The directory of containerd, its shim and the plugins of the pod network. */
  readonly directory: string;
}

/** The programs, or why there cannot be a node here. */
export function findNodePrograms(): NodePrograms | string {
  const reason = cannotRun() ?? lacksOfSystem();
  if (reason) return reason;
  const binary = binaryPath(NODE_BINARY);
  const directory = installedDirectory();
  if (![binary, path.join(directory, 'containerd')].every((file) => fs.existsSync(file))) return 'the programs of the node are not built';
  return {
    containerd: path.join(directory, 'containerd'),
    ctr: path.join(directory, 'ctr'),
    kubelet: [binary, 'kubelet'],
    proxy: [binary, 'kube-proxy'],
    dns: [binary, 'coredns'],
    directory,
  };
}

/** Why no container can run here, or undefined. */
export function cannotRun(): string | undefined {
  if (process.platform !== 'linux') return `a node needs Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'a node needs root';
  if (!unshared('true')) return 'a node needs namespaces of its own, which may not be made here';
  if (!canGroup()) return `a node needs control groups of its own, which may not be made in ${CGROUPS}`;
  return undefined;
}

/** The packages of Debian whose programs are missing. */
export function missingPackages(): readonly string[] {
  const missing = Object.entries(OF_SYSTEM).filter(([program]) => !isOnPath(program));
  return [...new Set(missing.map(([, name]) => name))];
}

/** Installs the programs of Go modules, beside the target first, so that an interrupted installation leaves none. */
export function installPrograms(): void {
  const target = installedDirectory();
  if (fs.existsSync(target)) return;
  const unfinished = `${target}.${process.pid}`;
  const env = { ...process.env, CGO_ENABLED: '0', GOBIN: unfinished };
  for (const [module, programs] of Object.entries(INSTALLED)) {
    const [name, version] = module.split('@');
    execFileSync('go', ['install', '-trimpath', '-ldflags', '-s -w', ...programs.map((program) => `${name}/${program}@${version}`)], {
      env, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'],
    });
  }
  fs.renameSync(unfinished, target);
}

function installedDirectory(): string {
  const versions = Object.keys(INSTALLED).map((module) => module.replace(/.*\/([^/]+)(\/v2)?@/, '$1-'));
  return cachePath('node', ...versions.slice(0, 1), ...versions.slice(1));
}

function lacksOfSystem(): string | undefined {
  const missing = missingPackages();
  if (missing.length > 0) return `the programs of ${missing.join(', ')} are missing`;
  return unshared(...NODE_NEEDS) ? undefined : 'a node needs overlay mounts, bridges and iptables, which the kernel does not give it here';
}

/** What containers are made of, tried once where nothing stays of it. A machine may let its root have namespaces and none of this. */
const NODE_NEEDS = ['sh', '-ec', `
mount -t tmpfs tmpfs /mnt
mkdir /mnt/lower /mnt/upper /mnt/work /mnt/merged
mount -t overlay overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work /mnt/merged
ip link add probe type veth peer name peer
ip link add bridge type bridge
iptables -t nat -n -L`];

/** Whether a command succeeds in namespaces of its own. */
function unshared(...command: string[]): boolean {
  try {
    execFileSync('unshare', ['--mount', '--net', '--pid', '--fork', ...command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Of the one hierarchy, or of one among several. */
function canGroup(): boolean {
  const isUnified = fs.existsSync(path.join(CGROUPS, 'cgroup.controllers'));
  const probe = path.join(CGROUPS, isUnified ? '' : 'memory', `probe-${process.pid}`);
  try {
    fs.mkdirSync(probe);
    fs.rmdirSync(probe);
    return true;
  } catch {
    return false;
  }
}
