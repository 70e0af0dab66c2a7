/** What is right of each type of resource on AWS. */
import { all, atLeast, beside, has, hasNo, is, nothingToJudge, only, openness, PREVENT_DESTROY, protection, RIGHT, WIRING, withKey } from './judge';
import type { Judge, Rules } from './judge';
import { valuesAt } from './stacks';
import type { Resource } from './stacks';

const OF_THE_BUCKET = nothingToJudge('judged with its bucket');
const NO_DATA = 'holds no data';
const BY_IAM = 'nobody without rights reaches it, which the table of rights has';
const MADE_AGAIN = 'has nothing in it that would be lost';
const LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/** A policy of a bucket that refuses everything which does not come over TLS. */
const tlsAlone: Judge = ({ block }) => (/"Effect":"Deny","Principal":"\*".*"aws:SecureTransport":"false"/.test(String(block.policy))
  ? undefined : 'its policy does not refuse what comes without TLS');

/** A queue to which nobody but rules of the account may send. */
const eventsAlone: Judge = ({ block }) => (/"Sid":"Events","Effect":"Allow","Principal":\{"Service":"events\.amazonaws\.com"\}.*"Condition":\{"ArnEquals":\{"aws:SourceArn":\[/
  .test(String(block.policy)) ? undefined : 'its policy lets others than the rules of the account send');

/** Nodes are in subnets that no machine has a public address in, and that no route leads into from outside. */
const inPrivateSubnets = (path: string): Judge => (resource) => {
  const subnets = valuesAt(resource.block, path).map((reference) => resource.stack.find(reference)).filter((each) => each !== undefined);
  return subnets.some(isPublic) ? `${path} has a public subnet` : undefined;
};

function isPublic(subnet: Resource): boolean {
  const tables = subnet.stack.beside(subnet, 'aws_route_table_association').map(({ block }) => subnet.stack.find(block.route_table_id));
  return tables.some((table) => table && table.stack.beside(table, 'aws_route').some(({ block }) => 'gateway_id' in block));
}

/** Whoever is on a machine can read its user data: it has the configuration of the node alone. */
const configOfTheNode: Judge = ({ block: { user_data: data = '' } }) => (
  data === '' || /^\$\{base64encode\("MIME-Version.*kind: NodeConfig\\nspec:\\n {2}instance:\\n {4}localStorage:\\n {6}strategy: \w+\\n\\n--\/\/--\\n"\)\}$/.test(String(data))
    ? undefined : `its user data is ${String(data)}`
);

/** Where there is a boundary, no role is without. */
const withinBoundary: Judge = ({ block, stack: { given } }) => (
  block.permissions_boundary === given.permissionsBoundary ? undefined : `its boundary is ${String(block.permissions_boundary)}`
);

/** What it lets in comes from the network that its stack makes. */
const fromTheNetwork: Judge = ({ block, stack }) => (
  stack.of('aws_vpc').some((vpc) => vpc.block.cidr_block === block.cidr_ipv4) ? undefined : `it lets in ${String(block.cidr_ipv4 ?? block.cidr_ipv6)}`
);

const isOfInterface = ({ block }: Resource): boolean => block.vpc_endpoint_type === 'Interface';

export const AWS_RULES: Rules = {
  aws_autoscaling_group_tag: WIRING,
  aws_cloudwatch_event_rule: WIRING,
  aws_cloudwatch_event_target: WIRING,
  aws_cloudwatch_log_group: { encrypted: has('kms_key_id'), private: BY_IAM, protected: atLeast('retention_in_days', 30) },
  aws_default_security_group: { encrypted: NO_DATA, private: hasNo('ingress', 'egress'), protected: MADE_AGAIN },
  aws_ecr_lifecycle_policy: WIRING,
  aws_ecr_pull_through_cache_rule: WIRING,
  aws_ecr_repository: {
    encrypted: is('encryption_configuration.encryption_type', 'KMS'),
    private: all(is('image_scanning_configuration.scan_on_push', true), is('image_tag_mutability', 'IMMUTABLE')),
    protected: PREVENT_DESTROY,
  },
  aws_ecr_repository_creation_template: {
    encrypted: is('encryption_configuration.encryption_type', 'AES256'), private: BY_IAM, protected: 'what it keeps is fetched again',
  },
  aws_eip: { encrypted: NO_DATA, private: beside('aws_nat_gateway'), protected: MADE_AGAIN },
  aws_eks_access_entry: RIGHT,
  aws_eks_access_policy_association: RIGHT,
  aws_eks_addon: WIRING,
  aws_eks_cluster: {
    encrypted: all(is('encryption_config.resources', ['secrets']), withKey('clusterKey', 'encryption_config.provider.key_arn', has('encryption_config.provider.key_arn'))),
    private: all(
      is('vpc_config.endpoint_private_access', true), inPrivateSubnets('vpc_config.subnet_ids'),
      openness(is('vpc_config.endpoint_public_access', false), (networks) => is('vpc_config.public_access_cidrs', networks)),
      is('access_config.authentication_mode', 'API'), is('access_config.bootstrap_cluster_creator_admin_permissions', false),
      is('enabled_cluster_log_types', LOGS),
    ),
    protected: protection(is('deletion_protection', true)),
  },
  aws_eks_node_group: {
    encrypted: 'by its launch template', private: all(hasNo('remote_access'), has('launch_template.id'), inPrivateSubnets('subnet_ids')), protected: MADE_AGAIN,
  },
  aws_eks_pod_identity_association: RIGHT,
  aws_flow_log: { encrypted: 'by its log group', private: is('traffic_type', 'ALL'), protected: 'by its log group' },
  aws_iam_instance_profile: RIGHT,
  aws_iam_role: { ...RIGHT, private: withinBoundary },
  aws_iam_role_policy: RIGHT,
  aws_iam_role_policy_attachment: RIGHT,
  aws_internet_gateway: WIRING,
  aws_kms_grant: RIGHT,
  aws_kms_key: {
    encrypted: is('enable_key_rotation', true), private: 'its policy is in the table of rights', protected: all(PREVENT_DESTROY, atLeast('deletion_window_in_days', 30)),
  },
  aws_launch_template: {
    encrypted: all(is('block_device_mappings.ebs.encrypted', 'true'), withKey('clusterKey', 'block_device_mappings.ebs.kms_key_id', () => undefined)),
    private: all(
      is('metadata_options.http_tokens', 'required'), is('metadata_options.http_put_response_hop_limit', 1),
      hasNo('network_interfaces.associate_public_ip_address', 'key_name'), configOfTheNode,
    ),
    protected: MADE_AGAIN,
  },
  aws_nat_gateway: WIRING,
  aws_placement_group: WIRING,
  aws_route: WIRING,
  aws_route_table: WIRING,
  aws_route_table_association: WIRING,
  aws_s3_bucket: {
    encrypted: all(
      beside('aws_s3_bucket_server_side_encryption_configuration', withKey(
        'bucketKey', 'rule.apply_server_side_encryption_by_default.kms_master_key_id', is('rule.apply_server_side_encryption_by_default.sse_algorithm', 'AES256'),
      )),
      beside('aws_s3_bucket_policy', tlsAlone),
    ),
    private: all(
      beside('aws_s3_bucket_public_access_block', all(...['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets']
        .map((name) => is(name, true)))),
      beside('aws_s3_bucket_ownership_controls', is('rule.object_ownership', 'BucketOwnerEnforced')),
    ),
    protected: all(PREVENT_DESTROY, is('force_destroy', false), beside('aws_s3_bucket_versioning', is('versioning_configuration.status', 'Enabled'))),
  },
  aws_s3_bucket_lifecycle_configuration: OF_THE_BUCKET,
  aws_s3_bucket_ownership_controls: OF_THE_BUCKET,
  aws_s3_bucket_policy: OF_THE_BUCKET,
  aws_s3_bucket_public_access_block: OF_THE_BUCKET,
  aws_s3_bucket_server_side_encryption_configuration: OF_THE_BUCKET,
  aws_s3_bucket_versioning: OF_THE_BUCKET,
  aws_security_group: { encrypted: NO_DATA, private: all(hasNo('ingress'), hasNo('egress')), protected: MADE_AGAIN },
  aws_sqs_queue: {
    encrypted: is('sqs_managed_sse_enabled', true),
    private: beside('aws_sqs_queue_policy', all(tlsAlone, eventsAlone)),
    protected: 'what is in it is old after five minutes',
  },
  aws_sqs_queue_policy: nothingToJudge('judged with its queue'),
  aws_subnet: { encrypted: NO_DATA, private: hasNo('map_public_ip_on_launch'), protected: MADE_AGAIN },
  aws_vpc: {
    encrypted: NO_DATA, private: all(beside('aws_default_security_group'), beside('aws_flow_log')), protected: MADE_AGAIN,
  },
  aws_vpc_endpoint: {
    encrypted: NO_DATA, private: only(isOfInterface, all(is('private_dns_enabled', true), has('security_group_ids'))), protected: MADE_AGAIN,
  },
  aws_vpc_security_group_ingress_rule: { encrypted: NO_DATA, private: all(fromTheNetwork, is('from_port', 443), is('to_port', 443)), protected: MADE_AGAIN },
};
