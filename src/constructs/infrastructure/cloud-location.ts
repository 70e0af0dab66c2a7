/** Where on a cloud, as its API wants to hear it: told at once, and not by the cloud after a quarter of an hour. */
import { partitionProblem } from '../../catalog/partitions';
import { formatValue } from '../checks/format-value';
import { tokenProblem } from '../checks/guard';

/** How a value is written, and one that is written so. */
interface Form {
  readonly pattern: RegExp;
  readonly example: string;
}

const UUID: Form = {
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  example: '00000000-1111-2222-3333-444444444444',
};

/** The props that a cloud cannot do without. A project may be of a domain: `example.com:acme`. */
const FORMS = {
  gcp: {
    projectId: { pattern: /^([a-z0-9.-]+:)?[a-z][-a-z0-9]*[a-z0-9]$/, example: 'acme-ml' },
    projectNumber: { pattern: /^\d+$/, example: '123456789012' },
    region: { pattern: /^[a-z]+-[a-z]+\d+$/, example: 'us-central1' },
  },
  aws: {
    accountId: { pattern: /^\d{12}$/, example: '123456789012' },
    region: { pattern: /^[a-z]+(-[a-z]+)+-\d+$/, example: 'us-east-1' },
  },
  azure: {
    subscriptionId: UUID,
    tenantId: UUID,
    location: { pattern: /^[a-z0-9]+$/, example: 'eastus' },
  },
} as const;

/** The props that may be left out, and have a form. */
const OPTIONAL_FORMS: Readonly<Partial<Record<keyof typeof FORMS, Readonly<Record<string, Form>>>>> = {
  aws: {
    permissionsBoundary: { pattern: /^arn:aws(-us-gov|-cn)?:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/, example: 'arn:aws:iam::111122223333:policy/boundary' },
  },
};

interface Zoned {
  readonly region?: string;
  readonly zones?: readonly string[];
}

/**
 * Checks what a cloud is made with, also for callers without types and for what was read from an empty environment.
 *
 * @throws if something is missing, is a token, or is not what it says it is.
 */
export function checkLocation<P extends object & Zoned>(
  cloud: keyof typeof FORMS, props: P, more: readonly (keyof P & string)[] = [],
): void {
  const problem = tokenProblem(props);
  if (problem) throw new Error(`Cloud.${cloud}: ${problem}`);
  checkPartition(cloud, props);
  const forms: Readonly<Record<string, Form>> = FORMS[cloud];
  for (const field of [...Object.keys(forms), ...more]) {
    const value = props[field as keyof P] as unknown;
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
      throw new Error(`Cloud.${cloud} has no ${field}; give it, since nothing is looked up`);
    }
    checkForm(`Cloud.${cloud}: ${field}`, value, forms[field]);
  }
  for (const [field, form] of Object.entries(OPTIONAL_FORMS[cloud] ?? {})) {
    const value = props[field as keyof P] as unknown;
    if (value !== undefined) checkForm(`Cloud.${cloud}: ${field}`, value, form);
  }
  checkZones(cloud, props);
}

function checkForm(where: string, value: unknown, form: Form | undefined): void {
  if (!form || form.pattern.test(String(value))) return;
  throw new Error(`${where} is ${formatValue(value)}, which it cannot be; it is written as '${form.example}' is`);
}

/** Terraform would fail there after a quarter of an hour, or, worse, rights would be on names that nothing has. */
function checkPartition(cloud: keyof typeof FORMS, { region, location }: Zoned & { readonly location?: string }): void {
  const problem = partitionProblem(cloud, region ?? location ?? '');
  if (problem) throw new Error(`Cloud.${cloud}: ${region === undefined ? 'location' : 'region'} ${problem}`);
}

/** A zone has its region's name in its own, but on Azure, where zones are numbers: `us-central1-a`, `us-east-1a`, `us-east-1-atl-2a`. */
function checkZones(cloud: string, { region, zones = [] }: Zoned): void {
  const elsewhere = region === undefined ? undefined : zones.find((zone) => !zone.startsWith(region) || /^\d/.test(zone.slice(region.length)));
  if (elsewhere !== undefined) throw new Error(`Cloud.${cloud}: zone ${elsewhere} is not in region ${region}; name zones of that region`);
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  if (twice !== undefined) throw new Error(`Cloud.${cloud}: zones has ${formatValue(twice)} twice; name each once`);
}
