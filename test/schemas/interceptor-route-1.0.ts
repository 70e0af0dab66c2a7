/**
 * InterceptorRoute as the documentation of HTTP add-on 1.0 describes it, of which there was no release in 2026-11. Field by field:
 * https://keda.sh/http-add-on/1.0/reference/interceptorroute/ (github.com/kedacore/keda-docs at 12acf7f).
 */
import { Ajv } from 'ajv';

const text = { type: 'string', minLength: 1 };
const port = { type: 'integer', minimum: 1, maximum: 65535 };
const duration = { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' };

interface Rules {
  readonly required?: readonly string[];
  readonly [rule: string]: unknown;
}

function object(properties: object, rules: Rules = {}): object {
  return { type: 'object', properties, additionalProperties: false, ...rules };
}

/** Exactly one of port and portName. */
const onePort = { oneOf: [{ required: ['port'] }, { required: ['portName'] }] };

const rules = {
  type: 'array',
  items: object({
    hosts: { type: 'array', items: { type: 'string' }, uniqueItems: true },
    paths: { type: 'array', items: object({ value: text }, { required: ['value'] }) },
    headers: { type: 'array', items: object({ name: text, value: { type: 'string' } }, { required: ['name'] }) },
  }),
};

const response = object({
  statusCode: { type: 'integer', minimum: 100, maximum: 599 },
  body: { type: 'string', maxLength: 32768 },
  bodyFromConfigMap: object({ name: text, key: { type: 'string' } }, { required: ['name'] }),
  headers: { type: 'object', additionalProperties: { type: 'string' } },
}, { not: { required: ['body', 'bodyFromConfigMap'] } });

const coldStart = object({
  fallback: object({ service: object({ name: text, port, portName: text }, { required: ['name'], ...onePort }) }),
  placeholder: object({ response }, { required: ['response'] }),
  maxPendingRequests: { type: 'integer', minimum: 1 },
  overflow: { enum: ['Reject', 'Placeholder'] },
}, { anyOf: ['fallback', 'placeholder', 'maxPendingRequests'].map((field) => ({ required: [field] })) });

const count = { type: 'integer', minimum: 1 };

const spec = object({
  target: object({ service: text, port, portName: text }, { required: ['service'], ...onePort }),
  rules,
  scalingMetric: object({
    concurrency: object({ targetValue: count }, { required: ['targetValue'] }),
    requestRate: object({ targetValue: count, window: duration, granularity: duration }, { required: ['targetValue'] }),
  }, { anyOf: [{ required: ['concurrency'] }, { required: ['requestRate'] }] }),
  staticRoutes: { type: 'array', items: object({ rules, response, responseMode: { enum: ['WhenUnavailable', 'Always'] } }, { required: ['rules', 'response'] }) },
  coldStart,
  timeouts: object({ readiness: duration, request: duration, responseHeader: duration }),
  sessionPersistence: object({
    type: { enum: ['Cookie'] }, absoluteTimeout: duration, cookie: object({ name: { type: 'string', minLength: 1, maxLength: 256 } }, { minProperties: 1 }),
  }, { required: ['type'] }),
}, { required: ['target', 'scalingMetric'] });

const validate = new Ajv({ allErrors: true, strict: false }).compile(spec);

/** What add-on 1.0 would refuse in the spec of a route; empty if nothing. */
export function routeErrors(route: unknown): string[] {
  validate(route);
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `spec${instancePath.replace(/\//g, '.')} ${message ?? ''} ${JSON.stringify(params)}`);
}
