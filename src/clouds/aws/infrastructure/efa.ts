/** Elastic Fabric Adapters: the network between the GPUs of machines, beside that of the pods. */
import type { LaunchTemplateNetworkInterfaces } from '@cdktf/provider-aws/lib/launch-template';
import type { GpuPoolSpec } from '../../infrastructure';
import { MACHINES } from '../machines';

export const EFA_RESOURCE = 'vpc.amazonaws.com/efa';

/** How many adapters the machines of a pool are given; 0 where it asks for none. */
export function adaptersOf({ fabric }: Pick<GpuPoolSpec, 'fabric'>): number {
  return Number(fabric?.[EFA_RESOURCE] ?? 0);
}

/** @throws Error where the machines have not just so many, or are not near each other. */
export function checkEfa(spec: GpuPoolSpec): void {
  const { name, machineType, machineTypes = [machineType], compact } = spec;
  const adapters = adaptersOf(spec);
  if (adapters === 0) return;
  for (const each of machineTypes) {
    const machine = MACHINES.find((known) => known.machineType === each);
    const { efa = 0 } = machine ?? {};
    if (!machine || efa === adapters) continue;
    const remedy = efa === 0 ? 'leave fabric out, or take a machine that has some' : `write Fabric.efa(${efa})`;
    throw new Error(`pool ${name}: fabric is Fabric.efa(${adapters}), but ${each} has ${efa} of them; ${remedy}`);
  }
  if (!compact) throw new Error(`pool ${name}: fabric is of machines near each other; set compact: true, and zones to one`);
}

/**
 * An adapter on each card. That of the first card is also the node's own address; the others carry nothing else, and take no address of the
 * subnet. Machines with one card have one adapter.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
 */
export function efaInterfaces(count: number, securityGroups: readonly string[]): LaunchTemplateNetworkInterfaces[] {
  return Array.from({ length: count }, (_, card) => ({
    networkCardIndex: card,
    deviceIndex: card === 0 ? 0 : 1,
    interfaceType: card === 0 ? 'efa' : 'efa-only',
    securityGroups: [...securityGroups],
    deleteOnTermination: 'true',
  }));
}
