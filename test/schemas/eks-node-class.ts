/**
 * NodeClass of EKS Auto Mode as its documentation describes it; AWS publishes no definition. Field by field:
 * https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html (2026-11), "Node Class Specification".
 */
import { Ajv } from 'ajv';

const text = { type: 'string', minLength: 1 };
const tags = { type: 'object', additionalProperties: text, minProperties: 1 };

function object(properties: object, rules: object = {}): object {
  return { type: 'object', properties, additionalProperties: false, ...rules };
}

/** One of the fields for each. */
function terms(properties: Readonly<Record<string, object>>): object {
  return { type: 'array', minItems: 1, items: object(properties, { minProperties: 1 }) };
}

const spec = object({
  role: text,
  instanceProfile: text,
  subnetSelectorTerms: terms({ id: { type: 'string', pattern: '^subnet-[0-9a-z]+$' }, tags }),
  securityGroupSelectorTerms: terms({ id: { type: 'string', pattern: '^sg-[0-9a-z]+$' }, name: text, tags }),
  capacityReservationSelectorTerms: terms({ id: { type: 'string', pattern: '^cr-[0-9a-z]+$' }, ownerID: text, tags }),
  snatPolicy: { enum: ['Random', 'Disabled'] },
  networkPolicy: { enum: ['DefaultAllow', 'DefaultDeny'] },
  networkPolicyEventLogs: { enum: ['Enabled', 'Disabled'] },
  ephemeralStorage: object({
    size: { type: 'string', pattern: '^[1-9][0-9]*Gi$' },
    iops: { type: 'integer', minimum: 3000, maximum: 16000 },
    throughput: { type: 'integer', minimum: 125, maximum: 1000 },
    kmsKeyID: text,
  }),
  tags,
}, { required: ['subnetSelectorTerms', 'securityGroupSelectorTerms'], oneOf: [{ required: ['role'] }, { required: ['instanceProfile'] }] });

const validate = new Ajv({ allErrors: true, strict: false }).compile(spec);

/** What is wrong in its spec; empty if nothing. */
export function nodeClassErrors(written: unknown): string[] {
  validate(written);
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `spec${instancePath} ${message}`);
}
