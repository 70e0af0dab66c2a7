/**
 * `Cluster` of kind.x-k8s.io/v1alpha4, after pkg/apis/config/v1alpha4/types.go of kind 0.30.0, which refuses fields that it does not
 * know: those of its fields that we write.
 */
import Ajv from 'ajv';

const STRINGS = { type: 'array', items: { type: 'string' } };
const ABSOLUTE = { type: 'string', pattern: '^/' };

const MOUNT = {
  type: 'object',
  additionalProperties: false,
  required: ['hostPath', 'containerPath'],
  properties: { hostPath: { type: 'string', minLength: 1 }, containerPath: ABSOLUTE, readOnly: { type: 'boolean' } },
};

const NODE = {
  type: 'object',
  additionalProperties: false,
  properties: {
    role: { enum: ['control-plane', 'worker'] },
    image: { type: 'string' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    extraMounts: { type: 'array', items: MOUNT },
    kubeadmConfigPatches: STRINGS,
  },
};

const CLUSTER = {
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'apiVersion'],
  properties: {
    kind: { const: 'Cluster' },
    apiVersion: { const: 'kind.x-k8s.io/v1alpha4' },
    name: { type: 'string', pattern: '^[a-z0-9.-]+$' },
    nodes: { type: 'array', items: NODE, minItems: 1 },
    containerdConfigPatches: STRINGS,
    kubeadmConfigPatches: STRINGS,
  },
};

const validate = new Ajv({ allErrors: true }).compile(CLUSTER);

/** What kind would say of a configuration. */
export function kindErrors(configuration: unknown): string[] {
  validate(configuration);
  return (validate.errors ?? []).map(({ message = '' }) => message);
}
