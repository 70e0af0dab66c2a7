import type { Taint } from '../../infrastructure';

const PREFIX = 'k8s.io/cluster-autoscaler/node-template';
/** Of the root disk the kubelet keeps 10 % free, and image and system take some. */
const USABLE_DISK = 0.85;

export interface NodeTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly resources: Readonly<Record<string, string>>;
  readonly capacityType: string;
  readonly diskGiB: number;
}

/**
 * What the nodes of a group at zero will be like: without them the autoscaler takes no pod that selects by a label that EKS sets,
 * asks for local disk, for an accelerator that it does not know, or for a volume of a zone.
 */
export function nodeTemplateTags({ labels, taints, resources, capacityType, diskGiB }: NodeTemplate, zone: string): [string, string][] {
  const nodeLabels = { ...labels, 'eks.amazonaws.com/capacityType': capacityType, 'topology.ebs.csi.aws.com/zone': zone };
  const nodeResources = { ...resources, 'ephemeral-storage': `${Math.floor(diskGiB * USABLE_DISK)}Gi` };
  return [
    ...Object.entries(nodeLabels).map(([key, value]): [string, string] => [`${PREFIX}/label/${key}`, value]),
    ...taints.map(({ key, value }): [string, string] => [`${PREFIX}/taint/${key}`, `${value}:NoSchedule`]),
    ...Object.entries(nodeResources).map(([key, value]): [string, string] => [`${PREFIX}/resources/${key}`, value]),
  ];
}
