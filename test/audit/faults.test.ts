/** The auditor is audited: what somebody could do wrong in a stack, and that it is found. */
import type { Block, Stack } from '../terraform/offline';
import { findings } from './findings';
import { auditedJson, AuditedStack } from './stacks';

const JSONS = auditedJson();

type Change = (block: Block) => void;

/** The stack with the first resource of a type changed. */
function found(name: string, type: string, change: Change): string[] {
  const stack = JSON.parse(JSONS.get(name) ?? '{}') as Stack;
  const [block] = Object.values(stack.resource[type] ?? {});
  if (!block) throw new Error(`${name} has no ${type}`);
  change(block);
  return findings(new AuditedStack(name, stack));
}

/** Puts a value at a path, through the first of each list of blocks. */
const put = (path: string, value: unknown): Change => (block) => {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce<Block>((each, key) => [each[key]].flat()[0] as Block, block);
  parent[last] = value;
};

const statement = (Action: string, Resource: string): Change => (block) => {
  const policy = JSON.parse(String(block.policy)) as { Statement: Block[] };
  policy.Statement.push({ Effect: 'Allow', Action, Resource });
  block.policy = JSON.stringify(policy);
};

/** What is wrong, in which stack, with the first of which type, and what the auditor says. */
type Fault = readonly [fault: string, stack: string, type: string, change: Change, expected: RegExp];

const FAULTS: readonly Fault[] = [
  ['a control plane that everybody reaches', 'aws-every-option', 'aws_eks_cluster', put('vpc_config.endpoint_public_access', true), /is not private: vpc_config.endpoint_public_access/],
  ['a control plane that more reach than were allowed', 'aws-open', 'aws_eks_cluster', put('vpc_config.public_access_cidrs', ['0.0.0.0/0']), /is open to every address/],
  ['protection that was taken off', 'aws-open', 'aws_eks_cluster', put('deletion_protection', true), /took the protection off/],
  ['disks without the key', 'aws-ground', 'aws_launch_template', put('block_device_mappings.ebs.kms_key_id', 'arn:aws:kms:us-east-1:1:key/other'), /is not encrypted: block_device_mappings.ebs.kms_key_id/],
  ['a password in user data', 'aws-every-option', 'aws_launch_template', put('user_data', '${base64encode("PASSWORD=x")}'), /its user data is/],
  ['a machine that answers to pods', 'aws-every-option', 'aws_launch_template', put('metadata_options.http_put_response_hop_limit', 2), /http_put_response_hop_limit/],
  ['tags that a volume has not', 'aws-every-option', 'aws_launch_template', put('tag_specifications.tags', {}), /has no tags in tag_specifications.tags/],
  ['a public bucket', 'aws-every-option', 'aws_s3_bucket_public_access_block', put('block_public_policy', false), /aws_s3_bucket\.\w+ is not private: block_public_policy/],
  ['a bucket without TLS', 'aws-every-option', 'aws_s3_bucket_policy', put('policy', '{"Statement":[]}'), /does not refuse what comes without TLS/],
  ['a bucket that everybody reads', 'aws-every-option', 'aws_s3_bucket_policy', (block) => {
    statement('s3:GetObject', 'arn:aws:s3:::x/*')(block);
    block.policy = String(block.policy).replace('"Effect":"Allow"', '"Effect":"Allow","Principal":"*"');
  }, /: \*, of a key may s3:GetObject/],
  ['a bucket that goes', 'aws-every-option', 'aws_s3_bucket', put('lifecycle', {}), /is not protected: lifecycle.prevent_destroy/],
  ['a machine with a public address', 'aws-every-option', 'aws_subnet', put('map_public_ip_on_launch', true), /map_public_ip_on_launch is set/],
  ['nodes in a public subnet', 'aws-every-option', 'aws_route', (block) => Object.assign(block, { gateway_id: 'igw', nat_gateway_id: undefined }), /aws_eks_node_group\S+ is not private: subnet_ids has a public subnet/],
  ['a security group that lets in', 'aws-every-option', 'aws_default_security_group', put('ingress', [{ from_port: 22 }]), /ingress is set/],
  ['a right more', 'aws-every-option', 'aws_iam_role_policy', statement('iam:PassRole', 'arn:aws:iam::111122223333:role/x'), /may iam:PassRole on/],
  ['a right to everything', 'aws-every-option', 'aws_iam_role_policy', statement('s3:*', '*'), /may s3:\* on \*/],
  ['a role without its boundary', 'aws-ground', 'aws_iam_role', put('permissions_boundary', undefined), /its boundary is undefined/],
  ['a role for pods of any cluster', 'aws-ground', 'aws_iam_role', put('assume_role_policy', JSON.stringify({
    Statement: [{ Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  })), /any pod, by .* may/],
  ['an admin policy on nodes', 'aws-every-option', 'aws_iam_role_policy_attachment', put('policy_arn', 'arn:aws:iam::aws:policy/AdministratorAccess'), /may AdministratorAccess/],
  ['a public endpoint', 'gcp-every-option', 'google_container_cluster', put('private_cluster_config.enable_private_endpoint', false), /enable_private_endpoint/],
  ['disks without the key', 'gcp-ground', 'google_container_node_pool', put('node_config.boot_disk_kms_key', undefined), /is not encrypted: node_config.boot_disk_kms_key/],
  ['nodes without labels', 'gcp-every-option', 'google_container_node_pool', put('node_config.resource_labels', undefined), /has no tags in node_config.resource_labels/],
  ['a bucket for everybody', 'gcp-every-option', 'google_storage_managed_folder_iam_member', put('member', 'allUsers'), /is open to every address, or to everybody/],
  ['a role that may more', 'gcp-every-option', 'google_storage_managed_folder_iam_member', put('role', 'roles/storage.admin'), /may roles\/storage.admin on the folder/],
  ['a writer elsewhere', 'gcp-every-option', 'google_storage_managed_folder_iam_member', (block) => Object.assign(block, {
    role: 'roles/storage.objectUser', member: 'principal://x/subject/ns/other/sa/artifact-writer',
  }), /artifact-writer may roles\/storage.objectUser on the folder of another namespace/],
  ['an API that is turned off', 'gcp-every-option', 'google_project_service', put('disable_on_destroy', true), /is not protected: disable_on_destroy/],
  ['a key that never changes', 'gcp-every-option', 'google_kms_crypto_key', put('rotation_period', undefined), /rotation_period is not set/],
  ['a public cluster', 'azure-every-option', 'azurerm_kubernetes_cluster', put('private_cluster_enabled', false), /private_cluster_enabled/],
  ['a cluster that more reach than were allowed', 'azure-open', 'azurerm_kubernetes_cluster', put('api_server_access_profile.authorized_ip_ranges', ['198.51.100.0/24']), /it is open to/],
  ['a storage key', 'azure-every-option', 'azurerm_storage_account', put('shared_access_key_enabled', true), /shared_access_key_enabled/],
  ['a rule from outside', 'azure-every-option', 'azurerm_network_security_group', put('security_rule', [{ direction: 'Inbound' }]), /it lets something in/],
  ['a pool with public addresses', 'azure-every-option', 'azurerm_kubernetes_cluster_node_pool', put('node_public_ip_enabled', true), /node_public_ip_enabled/],
  ['a system pool without tags', 'azure-every-option', 'azurerm_kubernetes_cluster', put('default_node_pool.tags', undefined), /has no tags in default_node_pool.tags/],
  ['an owner', 'azure-every-option', 'azurerm_role_assignment', put('role_definition_name', 'Owner'), /may Owner on/],
  ['a right on the whole account', 'azure-every-option', 'azurerm_role_assignment', put('scope', '/subscriptions/1'), /on \/subscriptions\/1$/],
];

test.each(FAULTS.map(([fault, stack, type, change, expected]) => ({ fault, stack, type, change, expected })))('$fault in $stack is found', ({ stack, type, change, expected }) => {
  expect(found(stack, type, change)).toContainEqual(expect.stringMatching(expected));
});

test('without a fault nothing is found, and a type that nobody thought of is', () => {
  for (const name of ['aws-every-option', 'gcp-every-option', 'azure-every-option']) expect(findings(new AuditedStack(name, JSON.parse(JSONS.get(name) ?? '') as Stack))).toEqual([]);
  const stack = JSON.parse(JSONS.get('aws-every-option') ?? '') as Stack;
  stack.resource.aws_sns_topic = { alerts: {} };
  expect(findings(new AuditedStack('aws-every-option', stack))).toContain(
    'aws-every-option/aws_sns_topic.alerts is not encrypted: aws_sns_topic has no rule; add it to test/audit',
  );
});
