import type { NameRules } from '../../infrastructure';

/** Of a network only tags have names. https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html (2026-11) */
const TAG = { pattern: /^(?!aws:)[\w +=.:/@-]{1,256}$/i, words: 'up to 256 letters, digits, blanks and _.:/=+-@, not beginning with aws:' };
const OF_A_NETWORK = [
  'default_security_group', 'eip', 'flow_log', 'internet_gateway', 'nat_gateway', 'route_table', 'security_group', 'subnet', 'vpc', 'vpc_endpoint',
];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (2026-11) */
function iam(most: number): NameRules[string] {
  return { pattern: new RegExp(`^[\\w+=,.@-]{1,${most}}$`), words: `up to ${most} letters, digits and _+=,.@-` };
}

/** How names are written that a naming rule gives, by the type of the resource. */
export const NAME_RULES: NameRules = {
  ...Object.fromEntries(OF_A_NETWORK.map((type) => [`aws_${type}`, TAG])),
  aws_iam_instance_profile: iam(128),
  aws_iam_policy: iam(128),
  aws_iam_role: iam(64),
  /* Of 512 characters, with /aws/vpc/ before it and /flow behind it. */
  aws_cloudwatch_log_group: { pattern: /^[\w./#-]{1,498}$/, words: 'up to 498 letters, digits and _./#-' },
  /* https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html (2026-11) */
  aws_launch_template: { pattern: /^[a-zA-Z0-9().\-/_]{3,128}$/, words: '3 to 128 letters, digits and ().-/_' },
  /* https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html (2026-11) */
  aws_cloudwatch_event_rule: { pattern: /^[\w.-]{1,64}$/, words: 'up to 64 letters, digits and _.-' },
  /* https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html (2026-11) */
  aws_sqs_queue: { pattern: /^[\w-]{1,80}$/, words: 'up to 80 letters, digits, _ and -' },
  aws_placement_group: { pattern: /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/, words: 'up to 255 characters of ASCII, no blank first or last' },
};
