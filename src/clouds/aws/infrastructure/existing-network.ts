import type { AwsLocation, NetworkSpec } from '../../infrastructure';

const VPC = /^vpc-[0-9a-f]+$/;
const SUBNET = /^subnet-[0-9a-f]+$/;

/** Subnets of others by zone, in which nothing is changed. EKS goes by the subnets alone: the id of the VPC says which one was meant. */
export function existingSubnets({ vpcId, subnetIds = [] }: NetworkSpec, { zones }: AwsLocation): ReadonlyMap<string, string> {
  if (!VPC.test(String(vpcId))) throw new Error(`vpcId is ${String(vpcId)}; give the id of a VPC, such as vpc-0123456789abcdef0`);
  const ids = [subnetIds].flat();
  const strange = ids.find((id) => !SUBNET.test(id));
  if (strange !== undefined) throw new Error(`subnetIds has ${strange}; give ids of subnets, such as subnet-0123456789abcdef0`);
  if (ids.length !== zones.length) {
    throw new Error(`network has ${ids.length} subnetIds for zones ${zones.join(', ')}; give one for each, in their order`);
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`subnetIds has ${twice} twice, but a subnet is in one zone; give one for each of zones ${zones.join(', ')}`);
  return new Map(zones.map((zone, index) => [zone, ids[index] ?? '']));
}
