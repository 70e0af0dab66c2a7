// Writes definitions/<name>.json next to this file, from Go modules of the projects that define the kinds:
//   node test/schemas/refresh-definitions.mjs [name …]
// Needs `go`. Descriptions, statuses and rules in CEL are left out: the latter are tried on the API server.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/**
 * By name of the file: a module with its version, and files in it; or, where a module has Go types alone, the package from which
 * controller-gen makes the definition, as its project does.
 */
const SOURCES = {
  'flux-helm': { module: 'github.com/fluxcd/helm-controller/api', version: 'v1.6.5', generate: 'v2' },
  'flux-kustomize': { module: 'github.com/fluxcd/kustomize-controller', version: 'v1.9.6', files: ['config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml'] },
  'flux-source': {
    module: 'github.com/fluxcd/source-controller', version: 'v1.9.6',
    files: ['gitrepositories', 'helmrepositories', 'ocirepositories'].map((plural) => `config/crd/bases/source.toolkit.fluxcd.io_${plural}.yaml`),
  },
  'inference-extension': { module: 'sigs.k8s.io/gateway-api-inference-extension', version: 'v1.5.0', files: ['config/crd/bases/inference.networking.k8s.io_inferencepools.yaml'] },
  'karpenter-aws': { module: 'github.com/aws/karpenter-provider-aws', version: 'v1.14.1', files: ['pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml'] },
  'lws': { module: 'sigs.k8s.io/lws', version: 'v0.9.0', files: ['config/crd/bases/leaderworkerset.x-k8s.io_leaderworkersets.yaml'] },
  ...envoyGateway('envoy-gateway', 'v1.8.3'),
  ...envoyGateway('newest/envoy-gateway', 'v1.9.1'),
  'envoy-ai-gateway': {
    module: 'github.com/envoyproxy/ai-gateway', version: 'v1.0.0',
    files: ['aigatewayroutes', 'aiservicebackends', 'gatewayconfigs']
      .map((plural) => `manifests/charts/ai-gateway-crds-helm/templates/aigateway.envoyproxy.io_${plural}.yaml`),
  },
  'gateway-api': {
    module: 'sigs.k8s.io/gateway-api', version: 'v1.5.1',
    files: ['gatewayclasses', 'gateways', 'referencegrants'].map((plural) => `config/crd/standard/gateway.networking.k8s.io_${plural}.yaml`),
  },
  'cert-manager': { module: 'github.com/cert-manager/cert-manager', version: 'v1.21.2', files: ['deploy/crds/cert-manager.io_certificates.yaml'] },
  'keda': { module: 'github.com/kedacore/keda/v2', version: 'v2.21.0', files: ['config/crd/bases/keda.sh_scaledobjects.yaml'] },
  'keda-http-add-on': { module: 'github.com/kedacore/http-add-on', version: 'v0.15.0', files: ['config/crd/bases/http.keda.sh_interceptorroutes.yaml'] },
  'prometheus-operator': {
    module: 'github.com/prometheus-operator/prometheus-operator', version: 'v0.91.0',
    files: ['podmonitors', 'prometheusrules'].map((plural) => `example/prometheus-operator-crd/monitoring.coreos.com_${plural}.yaml`),
  },
  'cluster-autoscaler': {
    module: 'k8s.io/autoscaler/cluster-autoscaler/apis', version: '1afc33f4b4edca1ad926e8e290ba64290d44fd4d',
    files: ['config/crd/autoscaling.x-k8s.io_provisioningrequests.yaml'],
  },
  'karpenter': { module: 'sigs.k8s.io/karpenter', version: 'v1.14.0', files: ['pkg/apis/crds/karpenter.sh_nodepools.yaml'] },
  'argo-cd': { module: 'github.com/argoproj/argo-cd/v3', version: 'v3.5.7', files: ['manifests/crds/application-crd.yaml'] },
};

const CONTROLLER_GEN = 'sigs.k8s.io/controller-tools/cmd/controller-gen@v0.19.0';
const LEFT_OUT = ['description', 'default', 'example'];

/** The version that is pinned, and in `newest` the newest that is known: the same objects are valid by both. */
function envoyGateway(name, version) {
  const files = ['backends', 'backendtrafficpolicies', 'clienttrafficpolicies', 'envoyproxies', 'securitypolicies']
    .map((plural) => `charts/gateway-crds-helm/templates/generated/gateway.envoyproxy.io_${plural}.yaml`);
  return { [name]: { module: 'github.com/envoyproxy/gateway', version, files } };
}

const names = process.argv.slice(2);
const directory = join(dirname(fileURLToPath(import.meta.url)), 'definitions');
mkdirSync(join(directory, 'newest'), { recursive: true });
for (const name of names.length > 0 ? names : Object.keys(SOURCES)) {
  const { module, version, files, generate } = SOURCES[name];
  const texts = generate ? generated(module, version, generate) : downloaded(module, version, files);
  const kinds = texts.flatMap((text) => parseAllDocuments(text)).map((document) => document.toJS())
    .filter((object) => object?.kind === 'CustomResourceDefinition').flatMap(kindsOf);
  const lines = kinds.sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, schema]) => `${JSON.stringify(kind)}:${JSON.stringify(schema)}`);
  writeFileSync(join(directory, `${name}.json`), `{"source":${JSON.stringify(module)},"version":${JSON.stringify(version)},"license":"Apache-2.0","kinds":{\n${lines.join(',\n')}\n}}\n`);
}

function downloaded(module, version, files) {
  const { Dir } = JSON.parse(execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], { encoding: 'utf8', cwd: tmpdir() }));
  /* Helm's templates have a condition around each. */
  return files.map((file) => readFileSync(join(Dir, file), 'utf8').replace(/^\{\{.*\}\}\n/gm, ''));
}

function generated(module, version, below) {
  const work = mkdtempSync(join(tmpdir(), 'definitions-'));
  const run = (...args) => execFileSync('go', args, { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(join(work, 'go.mod'), 'module definitions\n');
  writeFileSync(join(work, 'definitions.go'), `package definitions\n\nimport _ "${module}/${below}"\n`);
  run('get', `${module}@${version}`);
  run('get', '-tool', CONTROLLER_GEN);
  run('mod', 'tidy');
  run('tool', 'controller-gen', 'crd', `paths=${module}/${below}`, 'output:crd:dir=made');
  return readdirSync(join(work, 'made')).map((file) => readFileSync(join(work, 'made', file), 'utf8'));
}

/** Each version that is served: `<group>/<version>/<kind>`, and the schema of what a user writes. */
function kindsOf({ spec: { group, names: { kind }, versions } }) {
  return versions.filter(({ served }) => served).map(({ name, schema: { openAPIV3Schema: { properties, required } } }) => {
    const { apiVersion, kind: ofKind, metadata, status, ...written } = properties;
    return [`${group}/${name}/${kind}`, strict({ type: 'object', properties: written, required: required?.filter((field) => field in written) })];
  });
}

/** Without words, and with every unknown field refused that the server would drop. */
function strict(schema) {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key, value]) => value !== undefined && !LEFT_OUT.includes(key) && !isGoPattern(key, value) && (!key.startsWith('x-kubernetes-') || key === 'x-kubernetes-int-or-string'));
  const kept = Object.fromEntries(entries.map(([key, value]) => [key, key === 'properties' ? propertiesOf(value) : key === 'enum' ? value : strict(value)]));
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties;
  return kept.properties && kept.type === 'object' && !isOpen ? { ...kept, additionalProperties: false } : kept;
}

/** JavaScript has no flags within an expression. https://pkg.go.dev/regexp/syntax */
function isGoPattern(key, value) {
  return key === 'pattern' && typeof value === 'string' && value.includes('(?i)');
}

/** Fields may be called as keywords are. */
function propertiesOf(properties) {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, strict(schema)]));
}
