/** What is there before a stack on the ground of others is applied: made on the same server, by Terraform too. */
import { AWS_GROUND } from './every-option';
import type { Block, Stack } from './offline';

/** What the ids of the ground are called in its outputs. */
const OUTPUTS: Readonly<Record<keyof typeof AWS_GROUND, string>> = {
  vpc: '${aws_vpc.ground.id}', subnetA: '${aws_subnet.a.id}', subnetB: '${aws_subnet.b.id}', securityGroup: '${aws_security_group.ground.id}',
  key: '${aws_kms_key.ground.arn}',
};

const ANYTHING = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });

function literals(stack: Stack, type: string, argument: string): string[] {
  const values = Object.values(stack.resource[type] ?? {}).map((block) => String(block[argument]));
  return [...new Set(values.filter((value) => !value.startsWith('${')))];
}

/** A VPC with two subnets, a key, a boundary, and the cluster and the role of nodes that a stack refers to by their names. */
export function groundOf(stack: Stack): Stack {
  const [{ region } = { region: '' }] = stack.provider.aws ?? [];
  const subnet = (index: number, letter: string): Block => ({ vpc_id: '${aws_vpc.ground.id}', cidr_block: `10.0.${index}.0/24`, availability_zone: `${String(region)}${letter}` });
  const role = (name: string): Block => ({ name, assume_role_policy: JSON.stringify({ Version: '2012-10-17', Statement: [] }) });
  const cluster = (name: string): Block => ({
    name, role_arn: '${aws_iam_role.control-plane.arn}', vpc_config: { subnet_ids: ['${aws_subnet.a.id}', '${aws_subnet.b.id}'] },
  });
  const roles = literals(stack, 'aws_eks_node_group', 'node_role_arn').map((arn) => arn.split('/').at(-1) ?? '');
  const clusters = literals(stack, 'aws_eks_node_group', 'cluster_name');
  const resource = {
    aws_vpc: { ground: { cidr_block: '10.0.0.0/16' } },
    aws_subnet: { a: subnet(0, 'a'), b: subnet(1, 'b') },
    aws_security_group: { ground: { vpc_id: '${aws_vpc.ground.id}' } },
    aws_kms_key: { ground: {} },
    aws_iam_policy: { boundary: { name: 'boundary', policy: ANYTHING } },
    aws_iam_role: Object.fromEntries(['control-plane', ...roles].map((name) => [name, role(name)])),
    ...clusters.length > 0 && { aws_eks_cluster: Object.fromEntries(clusters.map((name) => [name, cluster(name)])) },
  };
  const output = Object.fromEntries(Object.entries(OUTPUTS).map(([name, value]) => [name, { value }]));
  return Object.assign({ terraform: stack.terraform, provider: stack.provider, resource }, { output });
}

/** A stack with the ids that the ground has here. */
export function onGround(json: string, ids: Readonly<Record<string, string>>): string {
  return Object.entries(AWS_GROUND).reduce((text, [name, id]) => text.replaceAll(id, ids[name] ?? id), json);
}
