/** A Kubernetes cluster with a node that runs containers. */
import type { Assets } from '../cluster/assets';
import { Cluster } from '../cluster/cluster';
import type { Component } from '../cluster/component';
import { ControlPlane } from '../cluster/control-plane';
import { NODE_NAME } from '../cluster/files';
import { Provisioner, storageClass } from '../cluster/provisioner';
import { until } from '../cluster/until';
import { Egress } from './egress';
import { CONTAINERD_SOCKET, writeContainerdConfig, writeDnsConfig, writeKubeletConfig, writePodNetwork, writeProxyConfig, writeRegistryConfig } from './files';
import type { NodeFilesOptions } from './files';
import { imageFile } from './images/image';
import type { Image } from './images/image';
import { Namespaces } from './namespaces';
import { freeNetwork } from './network';
import type { NodeNetwork } from './network';
import type { NodePrograms } from './programs';
import { Registry } from './registry';
import { directoryVolumes } from './volumes';

export interface NodeClusterOptions {
  readonly assets: Assets;
  readonly programs: NodePrograms;
  /** What is there without being pulled. */
  readonly images: readonly Image[];

  /**
   * Whether other images are pulled from their registries, as this machine reaches them.
   *
   * @default - all registries are one, which has what a test offers in it
   */
  readonly pulls?: boolean;
}

const PORT = 6443;
const MIN_REQUEST_TIMEOUT = 1800;
const START_SECONDS = 60;

/** Starts it. Resolves when the node is Ready and has the images. */
export async function startNodeCluster(options: NodeClusterOptions): Promise<NodeCluster> {
  const { assets, programs } = options;
  const network = freeNetwork();
  const plane = new ControlPlane({ assets, port: PORT, minRequestTimeout: MIN_REQUEST_TIMEOUT, isBare: false, network });
  try {
    const namespaces = await Namespaces.create(plane, network);
    const node: NodeFilesOptions = { files: plane.files, network, programs };
    const registry = await Registry.listen(network.server);
    const egress = options.pulls ? await Egress.listen(network.server, process.env.HTTPS_PROXY ?? process.env.https_proxy) : undefined;
    if (!egress) writeRegistryConfig(node, registry.url);
    startContainerd({ plane, namespaces, node, egress });
    await Promise.all([plane.start(), importImages(namespaces, programs, options.images)]);
    const cluster = new NodeCluster(plane, { ...options, namespaces, network, registry, egress });
    startRest(plane, namespaces, node);
    await untilReady(cluster);
    return cluster;
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

interface Parts extends NodeClusterOptions {
  readonly namespaces: Namespaces;
  readonly network: NodeNetwork;
  readonly registry: Registry;
  readonly egress?: Egress;
}

export class NodeCluster extends Cluster {
  public readonly network: NodeNetwork;
  /** From where images are pulled. */
  public readonly registry: Registry;
  private readonly volumes: Provisioner;

  constructor(plane: ControlPlane, private readonly parts: Parts) {
    super(plane, { assets: parts.assets, isBare: true });
    this.network = parts.network;
    this.registry = parts.registry;
    this.volumes = new Provisioner(this.client, directoryVolumes(plane.files.path('volumes')));
    this.volumes.start();
  }

  public async stop(): Promise<void> {
    await this.volumes.stop();
    this.parts.egress?.close();
    this.registry.close();
    await super.stop();
  }

  /** Makes more images be there without being pulled. */
  public async addImages(images: readonly Image[]): Promise<void> {
    await importImages(this.parts.namespaces, this.parts.programs, images);
  }

  /** Runs a program in the namespaces of the node; what it prints. */
  public async onNode(...command: string[]): Promise<string> {
    return this.parts.namespaces.run(...command);
  }
}

interface Starting {
  readonly plane: ControlPlane;
  readonly namespaces: Namespaces;
  readonly node: NodeFilesOptions;
  readonly egress?: Egress;
}

function startContainerd({ plane, namespaces, node, egress }: Starting): Component {
  const config = writeContainerdConfig(node);
  writePodNetwork(node);
  const proxy = egress && { HTTPS_PROXY: egress.url, NO_PROXY: node.network.all };
  const env = { PATH: `${node.programs.directory}:${process.env.PATH}`, ...proxy };
  return plane.startProgram('containerd', { command: namespaces.inside([node.programs.containerd, '--config', config]), kubeconfig: '', env });
}

function startRest(plane: ControlPlane, namespaces: Namespaces, node: NodeFilesOptions): void {
  const { files, network, programs } = node;
  const { url } = plane;
  const ofNode = files.writeKubeconfig('kubeconfig-node', { url, token: files.nodeToken });
  const ofProxy = files.writeKubeconfig('kubeconfig-proxy', { url, token: files.proxyToken });
  const programsOfNode = {
    'kubelet': [
      ...programs.kubelet, `--config=${writeKubeletConfig(node)}`, `--kubeconfig=${ofNode}`, `--hostname-override=${NODE_NAME}`,
      `--node-ip=${network.node}`, '--v=1',
    ],
    'kube-proxy': [...programs.proxy, `--config=${writeProxyConfig(node, ofProxy)}`, `--hostname-override=${NODE_NAME}`],
    'coredns': [...programs.dns, '-conf', writeDnsConfig(node, plane.kubeconfig)],
  };
  for (const [name, command] of Object.entries(programsOfNode)) plane.startProgram(name, { command: namespaces.inside(command), kubeconfig: '' });
}

async function importImages(namespaces: Namespaces, programs: NodePrograms, images: readonly Image[]): Promise<void> {
  const ctr = [programs.ctr, '--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io'];
  await until('containerd answers', () => namespaces.run(...ctr, 'version').catch(() => ''), { seconds: START_SECONDS });
  for (const image of images) await namespaces.run(...ctr, 'images', 'import', '--local', '--no-unpack', await imageFile(image));
}

async function untilReady(cluster: NodeCluster): Promise<void> {
  await cluster.client.create(storageClass('standard', { isDefault: true }));
  await cluster.untilNodeIsReady(NODE_NAME);
  await until('the controllers work', () => cluster.client.find({ apiVersion: 'v1', kind: 'ServiceAccount', name: 'default' }));
}
