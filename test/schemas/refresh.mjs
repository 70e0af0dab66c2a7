// Writes kubernetes-<minor>.json next to this file, from the Go module k8s.io/kubernetes:
//   node test/schemas/refresh.mjs [v1.27.16 v1.37.2]
// Needs `go`. Prints the fields it marks as deprecated or alpha: look at them, descriptions are prose.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULE = 'k8s.io/kubernetes';
const SWAGGER = 'api/openapi-spec/swagger.json';
const GO_SCHEMAS = 'pkg/generated/openapi/zz_generated.openapi.go';
const VERSIONS = ['v1.27.16', 'v1.37.2'];

const API = 'io.k8s.api.';
const APIEXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';

/** apiVersion/kind of every object that the library may expand to, and its definition. */
const KINDS = {
  'apiextensions.k8s.io/v1/CustomResourceDefinition': `${APIEXTENSIONS}CustomResourceDefinition`,
  'apps/v1/DaemonSet': `${API}apps.v1.DaemonSet`,
  'apps/v1/Deployment': `${API}apps.v1.Deployment`,
  'apps/v1/StatefulSet': `${API}apps.v1.StatefulSet`,
  'autoscaling/v2/HorizontalPodAutoscaler': `${API}autoscaling.v2.HorizontalPodAutoscaler`,
  'batch/v1/Job': `${API}batch.v1.Job`,
  'coordination.k8s.io/v1/Lease': `${API}coordination.v1.Lease`,
  'networking.k8s.io/v1/NetworkPolicy': `${API}networking.v1.NetworkPolicy`,
  'policy/v1/PodDisruptionBudget': `${API}policy.v1.PodDisruptionBudget`,
  'rbac.authorization.k8s.io/v1/ClusterRole': `${API}rbac.v1.ClusterRole`,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': `${API}rbac.v1.ClusterRoleBinding`,
  'rbac.authorization.k8s.io/v1/Role': `${API}rbac.v1.Role`,
  'rbac.authorization.k8s.io/v1/RoleBinding': `${API}rbac.v1.RoleBinding`,
  'storage.k8s.io/v1/StorageClass': `${API}storage.v1.StorageClass`,
  'v1/ConfigMap': `${API}core.v1.ConfigMap`,
  'v1/Namespace': `${API}core.v1.Namespace`,
  'v1/PersistentVolume': `${API}core.v1.PersistentVolume`,
  'v1/PersistentVolumeClaim': `${API}core.v1.PersistentVolumeClaim`,
  'v1/Secret': `${API}core.v1.Secret`,
  'v1/Service': `${API}core.v1.Service`,
  'v1/ServiceAccount': `${API}core.v1.ServiceAccount`,
};

/** Definitions that the swagger leaves open although the server does not. */
const schemaProps = { $ref: `#/definitions/${APIEXTENSIONS}JSONSchemaProps` };
const REPLACED = {
  [`${APIEXTENSIONS}JSONSchemaPropsOrArray`]: { if: { type: 'array' }, then: { items: schemaProps }, else: schemaProps },
  [`${APIEXTENSIONS}JSONSchemaPropsOrBool`]: { if: { type: 'boolean' }, else: schemaProps },
  [`${APIEXTENSIONS}JSONSchemaPropsOrStringArray`]: { if: { type: 'array' }, then: { items: { type: 'string' } }, else: schemaProps },
  [`${META}FieldsV1`]: { type: 'object' },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: ['number', 'string'], format: 'quantity' },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: ['integer', 'string'], format: 'int-or-string' },
};

const DEPRECATED = /(?:^|[.\s])(?:Deprecated|DEPRECATED)[:.]\s|This field is deprecated|should be considered as deprecated/;
const ALPHA = /This is an alpha field|This field is (?:an )?alpha(?:-level)?\b|^Alpha, gated|\(Alpha\) This field requires/;

/** Prose that says alpha where the feature gate is on by default in that version, by pkg/features/kube_features.go. */
const ON_BY_DEFAULT = [
  'v1.27 WindowsSecurityContextOptions.hostProcess',
  'v1.27 JSONSchemaProps.x-kubernetes-validations',
  'v1.37 PodSpec.resources',
];

/** Alpha in that version, although the prose does not say so. */
const ALSO_ALPHA = ['v1.27 Container.resizePolicy'];

for (const version of process.argv.length > 2 ? process.argv.slice(2) : VERSIONS) write(version);

function write(version) {
  const download = ['mod', 'download', '-json', `${MODULE}@${version}`];
  const { Dir } = JSON.parse(execFileSync('go', download, { cwd: tmpdir(), encoding: 'utf8' }));
  const { definitions } = JSON.parse(readFileSync(join(Dir, SWAGGER), 'utf8'));
  const enums = enumsOf(readFileSync(join(Dir, GO_SCHEMAS), 'utf8'));
  const minor = version.split('.').slice(0, 2).join('.');
  const names = closure(definitions, Object.values(KINDS));
  const pruned = names.map((name) => [name, definition({ name, source: definitions[name], enums, minor })]);
  const header = { source: MODULE, version, files: [SWAGGER, GO_SCHEMAS], license: 'Apache-2.0', kinds: KINDS };
  const file = join(dirname(fileURLToPath(import.meta.url)), `kubernetes-${minor.slice(1)}.json`);
  writeFileSync(file, `{\n${lines(Object.entries(header))},\n"definitions":{\n${lines(pruned)}\n}\n}\n`);
}

/** One entry a line, so that a new version makes a readable diff. */
function lines(entries) {
  return entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',\n');
}

/** The names of all definitions that the roots need, sorted. */
function closure(definitions, roots) {
  const names = new Set(roots);
  for (const name of names) {
    const text = JSON.stringify(REPLACED[name] ?? definitions[name]);
    for (const [, needed] of text.matchAll(/"#\/definitions\/([^"]+)"/g)) names.add(needed);
  }
  return [...names].sort();
}

function definition({ name, source, enums, minor }) {
  if (REPLACED[name]) return REPLACED[name];
  if (source.type !== 'object') return { ...schema(source), ...marks(source, `${minor} ${name}`) };
  const where = `${minor} ${name.split('.').pop()}`;
  const properties = Object.keys(source.properties ?? {}).sort().map((key) => {
    const property = source.properties[key];
    return [key, { ...withEnum(schema(property), enums.get(`${goName(name)}.${key}`)), ...marks(property, `${where}.${key}`) }];
  });
  return {
    type: 'object',
    ...marks(source, where),
    ...(source.required && { required: [...source.required].sort() }),
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    additionalProperties: false,
  };
}

function schema({ type, format, $ref, items, additionalProperties }) {
  return {
    ...($ref && { $ref }),
    ...(type && { type }),
    ...(format && { format }),
    ...(items && { items: schema(items) }),
    ...(additionalProperties && { additionalProperties: schema(additionalProperties) }),
  };
}

function withEnum(property, choices) {
  if (!choices) return property;
  return property.items ? { ...property, items: { ...property.items, enum: choices } } : { ...property, enum: choices };
}

function marks({ description = '' }, where) {
  const deprecated = DEPRECATED.test(description);
  const alpha = ALSO_ALPHA.includes(where) || (ALPHA.test(description) && !ON_BY_DEFAULT.includes(where));
  if (deprecated || alpha) console.log(`${deprecated ? 'deprecated' : 'alpha'}: ${where}`);
  return { ...(deprecated && { deprecated }), ...(alpha && { alpha }) };
}

/** The swagger omits enums; the Go schemas have them. Keys are `<goName>.<property>`. */
function enumsOf(go) {
  const enums = new Map();
  for (const [, name, body] of go.matchAll(/\nfunc schema_(\w+)\([\s\S]*?\{\n([\s\S]*?)\n\}/g)) {
    for (const [, property, text] of body.matchAll(/\n\t{5}"([^"]+)": \{\n([\s\S]*?)\n\t{5}\}/g)) {
      const choices = text.match(/\n\t+Enum: +\[\]interface\{\}\{(.*)\}/);
      if (choices) enums.set(`${name}.${property}`, [...new Set(JSON.parse(`[${choices[1]}]`))]);
    }
  }
  return enums;
}

function goName(name) {
  return name.replace('io.k8s.api.', 'k8sio_api_').replaceAll('.', '_');
}
