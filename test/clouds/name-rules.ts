/** What each cloud takes as a name, of every kind of thing that stacks name: length and characters. As of 2026-11. */

/** Of a Terraform type, the argument with the name, what it must match, and who says so. */
export type NameRule = readonly [type: string, argument: string, rule: RegExp, source: string];

const IAM = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html';
const ECR = 'https://docs.aws.amazon.com/AmazonECR/latest/APIReference/';
const EKS = 'https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html';
const EC2 = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/';
const AZURE = 'https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules';
const GKE = 'https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters';
const COMPUTE = 'https://cloud.google.com/compute/docs/naming-resources';
const KMS = 'https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create';

/** As Docker has it: parts by slashes. */
const REPOSITORY = /^(?=.{2,256}$)[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const RFC_1035 = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const GKE_NAME = /^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?$/;
const KMS_NAME = /^[\w-]{1,63}$/;
const AZURE_NETWORK = /^[a-zA-Z0-9](?:[\w.-]{0,78}\w)?$/;
const AZURE_INSIGHTS = /^[^<>*%&:\\?+/]{0,259}[^<>*%&:\\?+/ .]$/;

export const NAME_RULES: readonly NameRule[] = [
  ['aws_cloudwatch_event_rule', 'name', /^[.\w-]{1,64}$/, 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html'],
  ['aws_cloudwatch_log_group', 'name', /^[\w./#-]{1,512}$/, 'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html'],
  ['aws_ecr_pull_through_cache_rule', 'ecr_repository_prefix', /^(?=.{2,30}$)[a-z0-9][a-z0-9._/-]*[a-z0-9]$/, `${ECR}API_CreatePullThroughCacheRule.html`],
  ['aws_ecr_repository', 'name', REPOSITORY, `${ECR}API_CreateRepository.html`],
  ['aws_ecr_repository_creation_template', 'prefix', REPOSITORY, `${ECR}API_CreateRepositoryCreationTemplate.html`],
  ['aws_eks_cluster', 'name', /^[0-9A-Za-z][\w-]{0,99}$/, EKS],
  ['aws_eks_node_group', 'node_group_name_prefix', /^[0-9A-Za-z][\w-]{0,36}$/, 'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_node_group'],
  ['aws_iam_instance_profile', 'name', /^[\w+=,.@-]{1,128}$/, IAM],
  ['aws_iam_policy', 'name', /^[\w+=,.@-]{1,128}$/, IAM],
  ['aws_iam_role', 'name', /^[\w+=,.@-]{1,64}$/, IAM],
  ['aws_iam_role_policy', 'name', /^[\w+=,.@-]{1,128}$/, IAM],
  ['aws_launch_template', 'name', /^[a-zA-Z0-9().\-/_]{3,128}$/, `${EC2}API_CreateLaunchTemplate.html`],
  ['aws_placement_group', 'name', /^[\x20-\x7e]{1,255}$/, `${EC2}API_CreatePlacementGroup.html`],
  ['aws_s3_bucket', 'bucket', /^(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html'],
  ['aws_security_group', 'name', /^(?!sg-)[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/, `${EC2}API_CreateSecurityGroup.html`],
  ['aws_sqs_queue', 'name', /^[\w-]{1,80}$/, 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html'],
  ['azurerm_container_registry', 'name', /^[a-zA-Z0-9]{5,50}$/, AZURE],
  ['azurerm_container_registry_cache_rule', 'name', /^[a-zA-Z0-9][a-zA-Z0-9-]{3,48}[a-zA-Z0-9]$/, 'https://learn.microsoft.com/azure/container-registry/artifact-cache-overview'],
  ['azurerm_federated_identity_credential', 'name', /^[a-zA-Z0-9][\w-]{2,119}$/, AZURE],
  ['azurerm_kubernetes_cluster', 'name', /^[a-zA-Z0-9](?:[\w-]{0,61}[a-zA-Z0-9])?$/, AZURE],
  ['azurerm_kubernetes_cluster', 'dns_prefix', /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,52}[a-zA-Z0-9])?$/, 'https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/create-upgrade-delete/aks-common-issues-faq'],
  ['azurerm_kubernetes_cluster', 'node_resource_group', /^[\w().-]{1,80}$/, 'https://learn.microsoft.com/azure/aks/faq'],
  ['azurerm_kubernetes_cluster_node_pool', 'name', /^[a-z][a-z0-9]{0,11}$/, AZURE],
  ['azurerm_kubernetes_cluster_node_pool', 'temporary_name_for_rotation', /^[a-z][a-z0-9]{0,11}$/, AZURE],
  ['azurerm_log_analytics_workspace', 'name', /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/, AZURE],
  ['azurerm_monitor_data_collection_rule', 'name', AZURE_INSIGHTS, AZURE],
  ['azurerm_monitor_data_collection_rule_association', 'name', AZURE_INSIGHTS, AZURE],
  ['azurerm_monitor_diagnostic_setting', 'name', AZURE_INSIGHTS, AZURE],
  ['azurerm_nat_gateway', 'name', AZURE_NETWORK, AZURE],
  ['azurerm_network_security_group', 'name', AZURE_NETWORK, AZURE],
  ['azurerm_private_dns_zone', 'name', /^[\w-]{1,63}(?:\.[\w-]{1,63}){1,33}$/, AZURE],
  ['azurerm_private_dns_zone_virtual_network_link', 'name', AZURE_NETWORK, AZURE],
  ['azurerm_private_endpoint', 'name', /^[a-zA-Z0-9][\w.-]{0,62}\w$/, AZURE],
  ['azurerm_proximity_placement_group', 'name', AZURE_NETWORK, AZURE],
  ['azurerm_public_ip', 'name', AZURE_NETWORK, AZURE],
  ['azurerm_resource_group', 'name', /^[\w().-]{0,89}[\w()-]$/, AZURE],
  ['azurerm_storage_account', 'name', /^[a-z0-9]{3,24}$/, AZURE],
  ['azurerm_storage_container', 'name', /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/, AZURE],
  ['azurerm_subnet', 'name', AZURE_NETWORK, AZURE],
  ['azurerm_user_assigned_identity', 'name', /^[a-zA-Z0-9][\w-]{2,127}$/, AZURE],
  ['azurerm_virtual_network', 'name', /^[a-zA-Z0-9](?:[\w.-]{0,62}\w)$/, AZURE],
  ['google_artifact_registry_repository', 'repository_id', RFC_1035, 'https://cloud.google.com/artifact-registry/docs/repositories/create-repos'],
  ['google_compute_network', 'name', RFC_1035, COMPUTE],
  ['google_compute_resource_policy', 'name', RFC_1035, COMPUTE],
  ['google_compute_router', 'name', RFC_1035, COMPUTE],
  ['google_compute_router_nat', 'name', RFC_1035, COMPUTE],
  ['google_compute_subnetwork', 'name', RFC_1035, COMPUTE],
  ['google_container_cluster', 'name', GKE_NAME, GKE],
  ['google_container_node_pool', 'name', GKE_NAME, GKE],
  ['google_kms_crypto_key', 'name', KMS_NAME, KMS],
  ['google_kms_key_ring', 'name', KMS_NAME, KMS],
  ['google_service_account', 'account_id', /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/, 'https://cloud.google.com/iam/docs/service-accounts-create'],
  ['google_storage_bucket', 'name', /^(?!goog)[a-z0-9][a-z0-9_.-]{1,61}[a-z0-9]$/, 'https://cloud.google.com/storage/docs/buckets#naming'],
  ['google_storage_managed_folder', 'name', /^[^\r\n]{1,1023}\/$/, 'https://cloud.google.com/storage/docs/managed-folders'],
];

/** What a name is given by. */
export const NAME_ARGUMENTS = [...new Set(NAME_RULES.map(([, argument]) => argument))];
