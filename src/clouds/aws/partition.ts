/**
 * The partitions of AWS: clouds of their own, with accounts, ARNs and hosts of their own. The region decides, and this file alone. Pure.
 *
 * https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html and
 * https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html (2026-11)
 */

export interface Partition {
  /** As in an ARN. */
  readonly name: string;
  readonly title: string;
  /** What the hosts of its services end in. */
  readonly domain: string;
}

const COMMERCIAL: Partition = { name: 'aws', title: 'AWS', domain: 'amazonaws.com' };
const OTHERS: readonly (Partition & { readonly regions: RegExp })[] = [
  { name: 'aws-us-gov', title: 'AWS GovCloud (US)', domain: 'amazonaws.com', regions: /^us-gov-/ },
  { name: 'aws-cn', title: 'AWS China', domain: 'amazonaws.com.cn', regions: /^cn-/ },
];

/** Of a region that is taken (constructs/infrastructure/cloud-location.ts). */
export function partitionOfRegion(region: string): Partition {
  return OTHERS.find(({ regions }) => regions.test(region)) ?? COMMERCIAL;
}

/** Host of a service in a region, such as `s3.us-east-1.amazonaws.com`. */
export function hostOf(service: string, region: string): string {
  return `${service}.${region}.${partitionOfRegion(region).domain}`;
}

/**
 * A service, as policies name it. Their names are the same everywhere, but for that of the logs, which is its host's.
 *
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/meta/service_principal_data_source.go
 */
export function principalOf(service: string, region: string): string {
  return service === 'logs' ? hostOf(service, region) : `${service}.amazonaws.com`;
}

/** Why something with an ARN cannot be used in a region; `undefined` if it can. What is not an ARN is not looked at. */
export function arnProblem(arn: string, region: string): string | undefined {
  const [, partition] = /^arn:([a-z-]+):/.exec(arn) ?? [];
  const own = partitionOfRegion(region);
  if (partition === undefined || partition === own.name) return undefined;
  return `is of partition ${partition}, but region ${region} is of ${own.title}, whose ARNs begin with arn:${own.name}:`;
}
