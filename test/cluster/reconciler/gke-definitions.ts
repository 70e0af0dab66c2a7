/** Definitions that GKE brings, with the bounds and the rules that they have there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../client';

const DIRECTORY = join(__dirname, '..', '..', 'schemas', 'definitions');
const IMMUTABLE = { 'x-kubernetes-validations': [{ message: 'Value is immutable', rule: 'self == oldSelf' }] };

interface Schema {
  readonly type: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** What the test files have of the spec of a kind, by its group, version and kind. */
function specOf(file: string, kind: string): Schema {
  const { kinds } = JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8')) as { kinds: Readonly<Record<string, Schema>> };
  const spec = kinds[kind]?.properties?.spec;
  if (!spec) throw new Error(`${file} has no ${kind}`);
  return structural(spec) as Schema;
}

/** The file refuses unknown fields by a word that a definition may not have: the server drops them, or refuses them if it is asked to. */
function structural(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(structural);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key, value]) => key !== 'additionalProperties' || value !== false);
  return Object.fromEntries(entries.map(([key, value]) => [key, structural(value)]));
}

interface Definition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly spec: object;
  readonly status?: object;
}

function definition({ group, version, kind, plural, scope, spec, status = { type: 'object' } }: Definition): KubeObject {
  const schema = { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { metadata: { type: 'object' }, spec, status } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes/autoscaler/pull/5848' } },
    spec: {
      group, scope, names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, subresources: { status: {} }, schema }],
    },
  } as KubeObject;
}

const CONDITION = {
  type: 'object',
  required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  properties: {
    lastTransitionTime: { type: 'string', format: 'date-time' },
    message: { type: 'string', maxLength: 32768 },
    observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
    reason: { type: 'string', minLength: 1, maxLength: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    type: { type: 'string', maxLength: 316 },
  },
};

/**
 * As the cluster autoscaler has it: nothing of its spec can change.
 *
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/apis/config/crd/autoscaling.x-k8s.io_provisioningrequests.yaml
 */
export function provisioningRequestDefinition(): KubeObject {
  const { properties = {}, ...spec } = specOf('cluster-autoscaler.json', 'autoscaling.x-k8s.io/v1/ProvisioningRequest');
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, { ...schema, ...IMMUTABLE }]));
  const conditions = { 'type': 'array', 'items': CONDITION, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] };
  return definition({
    group: 'autoscaling.x-k8s.io', version: 'v1', kind: 'ProvisioningRequest', plural: 'provisioningrequests', scope: 'Namespaced',
    spec: { ...spec, properties: fields },
    status: { type: 'object', properties: { conditions } },
  });
}

/** The rules of a priority, and of its reservations, that what we write could break. */
const PRIORITY_RULES = [
  { rule: '!(has(self.machineFamily) && has(self.machineType))', message: 'MachineFamily and MachineType cannot be set together' },
  { rule: '!(has(self.machineType) && (has(self.minCores) || has(self.minMemoryGb)))', message: 'MachineType cannot be set together with MinCores/MinMemoryGb' },
  {
    rule: '!(has(self.flexStart) && has(self.spot) && self.spot == true && self.flexStart.enabled == true)',
    message: 'Flex Start provisioning model is incompatible with Spot',
  },
];
const RESERVATION_RULES = [
  {
    rule: 'has(self.specific) && self.specific.size() > 0 ? self.affinity == "Specific" : true',
    message: 'Unable to set specific reservations for non specific affinity',
  },
  {
    rule: 'self.affinity == "Specific" ? has(self.specific) && self.specific.size() > 0 : true',
    message: 'At least 1 specific reservation required for specific affinity',
  },
];

/** With the rules of github.com/GoogleCloudPlatform/cluster-autoscaler, of which these are the ones that are about what we write. */
export function computeClassDefinition(): KubeObject {
  const spec = specOf('gke.json', 'cloud.google.com/v1/ComputeClass');
  const { priorities } = spec.properties ?? {};
  const { reservations } = priorities?.items?.properties ?? {};
  const items = {
    ...priorities?.items,
    'properties': { ...priorities?.items?.properties, reservations: { ...reservations, 'x-kubernetes-validations': RESERVATION_RULES } },
    'x-kubernetes-validations': PRIORITY_RULES,
  };
  const properties = { ...spec.properties, priorities: { ...priorities, items } };
  return definition({
    group: 'cloud.google.com', version: 'v1', kind: 'ComputeClass', plural: 'computeclasses', scope: 'Cluster', spec: { ...spec, properties },
  });
}

/** As the cluster autoscaler has it. */
export function capacityQuotaDefinition(): KubeObject {
  return definition({
    group: 'autoscaling.x-k8s.io', version: 'v1beta1', kind: 'CapacityQuota', plural: 'capacityquotas', scope: 'Cluster',
    spec: specOf('gke.json', 'autoscaling.x-k8s.io/v1beta1/CapacityQuota'),
  });
}
