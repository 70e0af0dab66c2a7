/** The definition of ProvisioningRequest as the cluster autoscaler has it, with its bounds, its rules, and its status as a subresource. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../client';

const FILE = join(__dirname, '..', '..', 'schemas', 'definitions', 'cluster-autoscaler.json');
const IMMUTABLE = { 'x-kubernetes-validations': [{ message: 'Value is immutable', rule: 'self == oldSelf' }] };

interface Schema {
  readonly properties: { readonly spec: { readonly properties: Readonly<Record<string, object>>; readonly required: string[] } };
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

const STATUS = {
  type: 'object',
  properties: {
    conditions: { 'type': 'array', 'items': CONDITION, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
    provisioningClassDetails: { type: 'object', maxProperties: 64, additionalProperties: { type: 'string', maxLength: 32768 } },
  },
};

export function provisioningRequestDefinition(): KubeObject {
  const { kinds } = JSON.parse(readFileSync(FILE, 'utf8')) as { kinds: Record<string, Schema> };
  const { properties, required } = kinds['autoscaling.x-k8s.io/v1/ProvisioningRequest']?.properties.spec ?? { properties: {}, required: [] };
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, { ...structural(schema), ...IMMUTABLE }]));
  const spec = { type: 'object', properties: fields, required };
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition',
    metadata: {
      name: 'provisioningrequests.autoscaling.x-k8s.io',
      annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes/autoscaler/pull/5848' },
    },
    spec: {
      group: 'autoscaling.x-k8s.io', scope: 'Namespaced',
      names: { kind: 'ProvisioningRequest', listKind: 'ProvisioningRequestList', plural: 'provisioningrequests', singular: 'provisioningrequest' },
      versions: [{
        name: 'v1', served: true, storage: true, subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { metadata: { type: 'object' }, spec, status: STATUS } } },
      }],
    },
  } as KubeObject;
}

/** The file refuses unknown fields by a word that a definition may not have: the server drops them. */
function structural(schema: unknown): object {
  if (Array.isArray(schema)) return schema.map((each) => (typeof each === 'object' ? structural(each) : each as object));
  const entries = Object.entries(schema as object).filter(([key, value]) => key !== 'additionalProperties' || value !== false);
  return Object.fromEntries(entries.map(([key, value]) => [key, typeof value === 'object' && value !== null ? structural(value) : value as unknown]));
}
