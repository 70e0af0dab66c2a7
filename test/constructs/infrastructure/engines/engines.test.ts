import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, Chart, Duration } from 'cdk8s';
import { ClusterAddons, GitOps, ModelGateway, Platform, Server } from '../../../../src';
import type { ClusterAddonsProps } from '../../../../src';
import type { KubeObject } from '../../../../src/expand';
import { definitionErrors } from '../../../schemas/definitions';
import { gcp, messageOf, objectsOf, synthErrors, temporary, untyped } from '../../fixtures';

type Props = Partial<Record<keyof ClusterAddonsProps, unknown>>;

interface Written {
  readonly chart: Chart;
  readonly addons: ClusterAddons;
}

function addonsOn(platform: Platform, props: Props = { gitOps: GitOps.flux() }): Written {
  const chart = new Chart(new App({ outdir: path.join(temporary(), 'dist') }), 'system');
  return { chart, addons: new ClusterAddons(chart, 'addons', { platform, ...untyped<object>(props) }) };
}

function withKeda(platform = gcp()): Platform {
  platform.addKeda();
  return platform;
}

function namesOf(objects: readonly KubeObject[]): string[] {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`);
}

interface Release extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}

function specOf({ chart }: Written, kind: string, name: string): unknown {
  return (objectsOf(chart) as Release[]).find((object) => object.kind === kind && object.metadata?.name === name)?.spec;
}

/** On a cluster with Envoy Gateway, and with one gateway. */
function withGateway(engines: object = {}, gitOps = GitOps.flux()): Written {
  const platform = gcp();
  platform.addEnvoyGateway();
  platform.addWorkspace('team-a');
  const app = new App();
  const chart = new Chart(app, 'system');
  const models = new Chart(app, 'models', { namespace: 'model-gateway' });
  const gateway = new ModelGateway(models, 'models', { platform });
  gateway.serve(Server.fromServerAttributes(models, 'chat', { serverName: 'chat', serverNamespace: 'team-a' }));
  return { chart, addons: new ClusterAddons(chart, 'addons', { platform, gitOps, engines, gateway }) };
}

const EVERYTHING = { keda: true, leaderWorkerSet: false, inferenceExtension: false, certManager: true, prometheusOperator: true };
const WITHOUT_INFERENCE = [
  'HelmRelease flux-system/cert-manager', 'HelmRelease flux-system/kube-prometheus-stack', 'HelmRelease flux-system/keda', 'HelmRelease flux-system/http-add-on',
];

describe('by Flux', () => {
  test('what the platform says it has is installed, in pinned versions', () => {
    const written = addonsOn(withKeda());
    expect(namesOf(objectsOf(written.chart))).toEqual(['HelmRepository flux-system/kedacore', 'HelmRelease flux-system/keda', 'HelmRelease flux-system/http-add-on']);
    expect(specOf(written, 'HelmRelease', 'keda')).toMatchObject({
      interval: '3600s', releaseName: 'keda', targetNamespace: 'keda', storageNamespace: 'keda',
      chart: { spec: { chart: 'keda', version: '2.21.0', sourceRef: { kind: 'HelmRepository', name: 'kedacore' } } },
      install: { createNamespace: true, crds: 'CreateReplace' }, upgrade: { crds: 'CreateReplace' },
    });
  });

  test('a chart of a registry is an OCIRepository', () => {
    const written = addonsOn(gcp(), { gitOps: GitOps.flux(), engines: { certManager: true } });
    expect(specOf(written, 'OCIRepository', 'cert-manager')).toMatchObject({ url: 'oci://quay.io/jetstack/charts/cert-manager', ref: { tag: 'v1.21.2' } });
    expect(specOf(written, 'HelmRelease', 'cert-manager')).toMatchObject({
      chartRef: { kind: 'OCIRepository', name: 'cert-manager' }, values: { crds: { enabled: true } },
    });
  });

  test('the definitions of the inference extension are a folder of their repository, which nothing prunes', () => {
    const platform = gcp();
    platform.addInferenceExtension();
    const written = addonsOn(platform);
    expect(namesOf(objectsOf(written.chart))).toEqual(['GitRepository flux-system/inference-extension-crds', 'Kustomization flux-system/inference-extension-crds']);
    expect(specOf(written, 'GitRepository', 'inference-extension-crds')).toMatchObject({ ref: { tag: 'v1.5.0' }, ignore: '/*\n!/config/crd\n' });
    expect(specOf(written, 'Kustomization', 'inference-extension-crds')).toMatchObject({ path: './config/crd', prune: false });
  });

  test('objects are where and as often as it is said', () => {
    const written = addonsOn(withKeda(), { gitOps: GitOps.flux({ namespace: 'flux', interval: Duration.minutes(10) }) });
    expect(objectsOf(written.chart).map(({ metadata }) => metadata?.namespace)).toEqual(['flux', 'flux', 'flux']);
    expect(specOf(written, 'HelmRelease', 'keda')).toMatchObject({ interval: '600s' });
  });
});

describe('by Argo CD', () => {
  test('an Application for each chart, those that need others in a later wave', () => {
    const written = addonsOn(withKeda(), { gitOps: GitOps.argoCd(), engines: { certManager: true } });
    expect(namesOf(objectsOf(written.chart))).toEqual(['Application argocd/cert-manager', 'Application argocd/keda', 'Application argocd/http-add-on']);
    expect(objectsOf(written.chart).map(({ metadata }) => metadata?.annotations)).toEqual(['1', '1', '2'].map((wave) => ({ 'argocd.argoproj.io/sync-wave': wave })));
    expect(specOf(written, 'Application', 'keda')).toMatchObject({
      project: 'default', destination: { name: 'in-cluster', namespace: 'keda' },
      source: { repoURL: 'https://kedacore.github.io/charts', chart: 'keda', targetRevision: '2.21.0', helm: { releaseName: 'keda' } },
      syncPolicy: { automated: { prune: false, selfHeal: true }, syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'] },
    });
  });

  test('a registry is named without its scheme, by which Argo CD knows it', () => {
    const written = addonsOn(gcp(), { gitOps: GitOps.argoCd({ namespace: 'gitops', project: 'ml', destination: 'prod' }), engines: { certManager: true } });
    expect(specOf(written, 'Application', 'cert-manager')).toMatchObject({
      project: 'ml', destination: { name: 'prod' }, source: { repoURL: 'quay.io/jetstack/charts', chart: 'cert-manager', targetRevision: 'v1.21.2' },
    });
  });
});

test.each([['Flux', GitOps.flux()], ['Argo CD', GitOps.argoCd()]])('the objects for %s are valid by its definitions', (_, gitOps) => {
  const written = addonsOn(withKeda(), { gitOps, engines: { certManager: true, prometheusOperator: true } });
  const objects = [...objectsOf(written.chart), ...objectsOf(withGateway({}, gitOps).chart)];
  expect(objects.length).toBeGreaterThan(7);
  expect(objects.flatMap((object) => definitionErrors(object))).toEqual([]);
});

describe('values', () => {
  test('three interceptors, which end what they have begun', () => {
    const interceptor = (props: Props) => specOf(addonsOn(withKeda(), { gitOps: GitOps.flux(), ...props }), 'HelmRelease', 'http-add-on');
    expect(interceptor({})).toMatchObject({
      dependsOn: [{ name: 'keda' }],
      values: { interceptor: { replicas: { min: 3 }, drainTimeout: '3600s', terminationGracePeriodSeconds: 3615 } },
    });
    expect(interceptor({ engines: { longestAnswer: Duration.minutes(10) } })).toMatchObject({
      values: { interceptor: { drainTimeout: '600s', terminationGracePeriodSeconds: 615 } },
    });
  });

  test('KEDA is where the platform says it, with its metrics', () => {
    const platform = gcp();
    platform.addKeda({ namespace: 'scaling', interceptorPort: 9000, clusterDomain: 'acme.local' });
    const written = addonsOn(platform);
    expect(specOf(written, 'HelmRelease', 'keda')).toMatchObject({
      targetNamespace: 'scaling', values: { clusterDomain: 'acme.local', prometheus: { operator: { enabled: true } } },
    });
    expect(specOf(written, 'HelmRelease', 'http-add-on')).toMatchObject({ targetNamespace: 'scaling', values: { interceptor: { proxy: { port: 9000 } } } });
  });
});

describe('a gateway', () => {
  test('Envoy Gateway is installed with what the gateway needs of it, after definitions that it watches', () => {
    const written = withGateway();
    expect(namesOf(objectsOf(written.chart)).filter((name) => /^(Helm|Kust)/.test(name))).toEqual([
      'Kustomization flux-system/inference-extension-crds', 'HelmRelease flux-system/eg', 'HelmRelease flux-system/aieg-crd', 'HelmRelease flux-system/aieg',
    ]);
    expect(specOf(written, 'HelmRelease', 'eg')).toMatchObject({
      targetNamespace: 'envoy-gateway-system', install: { crds: 'CreateReplace' },
      values: { config: { envoyGateway: { extensionApis: { enableBackend: true }, rateLimit: { backend: { type: 'Redis' } } } } },
    });
    expect(specOf(written, 'HelmRelease', 'aieg')).toMatchObject({
      dependsOn: [{ name: 'eg' }, { name: 'aieg-crd' }], values: { controller: { metricsRequestHeaderAttributes: expect.stringContaining('x-client-id:client_id') as string } },
    });
    expect(specOf(written, 'OCIRepository', 'eg')).toMatchObject({ url: 'oci://docker.io/envoyproxy/gateway-helm', ref: { tag: 'v1.8.3' } });
  });

  test('definitions of the Gateway API that the cluster has are left alone', () => {
    expect(specOf(withGateway({ gatewayDefinitions: false }), 'HelmRelease', 'eg')).toMatchObject({ install: { crds: 'Skip' }, upgrade: { crds: 'Skip' } });
    expect(specOf(withGateway({ gatewayDefinitions: false }, GitOps.argoCd()), 'Application', 'eg')).toMatchObject({ source: { helm: { skipCrds: true } } });
  });

  test('another version and other namespaces are those that the platform says', () => {
    const platform = gcp();
    platform.addEnvoyGateway({ version: '1.9.1', namespace: 'eg', aiVersion: '1.1.0', aiNamespace: 'ai' });
    const gateway = new ModelGateway(new Chart(new App(), 'models'), 'models', { platform });
    const written = addonsOn(platform, { gitOps: GitOps.flux(), gateway });
    expect(specOf(written, 'OCIRepository', 'eg')).toMatchObject({ ref: { tag: 'v1.9.1' } });
    expect(specOf(written, 'HelmRelease', 'eg')).toMatchObject({ targetNamespace: 'eg' });
    expect(specOf(written, 'OCIRepository', 'aieg-crd')).toMatchObject({ ref: { tag: 'v1.1.0' } });
    expect(specOf(written, 'HelmRelease', 'aieg')).toMatchObject({ targetNamespace: 'ai' });
  });
});

describe('which', () => {
  test('nothing without gitOps, and nothing that is switched off', () => {
    expect(objectsOf(addonsOn(withKeda(), {}).chart)).toEqual([]);
    expect(objectsOf(addonsOn(withKeda(), { gitOps: GitOps.flux(), engines: { keda: false } }).chart)).toEqual([]);
  });

  test('all of it, in the order in which it is needed', () => {
    const written = addonsOn(withKeda(), { gitOps: GitOps.flux(), engines: { certManager: true, prometheusOperator: true } });
    expect(namesOf(objectsOf(written.chart)).filter((name) => name.startsWith('HelmRelease'))).toEqual(WITHOUT_INFERENCE);
  });

  test('an engine that is added later is in it: the same bytes', () => {
    const yaml = (first: boolean): string => {
      const platform = gcp();
      const app = new App();
      const chart = new Chart(app, 'system');
      if (first) platform.addKeda();
      new ClusterAddons(chart, 'addons', { platform, gitOps: GitOps.flux(), engines: { certManager: true } });
      if (!first) platform.addKeda();
      return app.synthYaml();
    };
    expect(yaml(true)).toContain('keda-add-ons-http');
    expect(yaml(false)).toBe(yaml(true));
  });

  test.each<[string, (platform: Platform) => void, string]>([
    ['KEDA', (platform) => platform.addKeda(), 'HelmRelease flux-system/http-add-on'],
    ['LeaderWorkerSet', (platform) => platform.addLeaderWorkerSet(), 'HelmRelease flux-system/lws'],
    ['the inference extension', (platform) => platform.addInferenceExtension(), 'Kustomization flux-system/inference-extension-crds'],
  ])('%s, added after the add-ons too', (_, add, expected) => {
    const platform = gcp();
    const { chart } = addonsOn(platform);
    add(platform);
    expect(namesOf(objectsOf(chart))).toContain(expected);
  });

  test('they come after what the cloud leaves to the user', () => {
    const platform = Platform.local({ clusterName: 'kind' });
    platform.addKeda();
    const kinds = objectsOf(addonsOn(platform).chart).map(({ kind }) => kind);
    expect(kinds.slice(-3)).toEqual(['HelmRepository', 'HelmRelease', 'HelmRelease']);
  });
});

describe('the script', () => {
  test('has the lines of the table, and is one that sh takes', () => {
    const { addons } = addonsOn(withKeda(), { engines: EVERYTHING });
    const files = addons.writeInstallScript();
    expect(files.map((file) => path.basename(file))).toEqual(['install.sh', 'cert-manager.yaml', 'kube-prometheus-stack.yaml', 'keda.yaml', 'http-add-on.yaml']);
    const [script = '', , , , values = ''] = files;
    expect(path.basename(path.dirname(script))).toBe('ml');
    expect(fs.statSync(script).mode & 0o111).not.toBe(0);
    execFileSync('sh', ['-n', script]);
    const lines = fs.readFileSync(script, 'utf8').split('\n').filter((line) => line.startsWith('helm'));
    expect(lines.slice(1, 4)).toEqual([
      'helm show crds oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack --version 85.1.3 | kubectl apply --server-side --force-conflicts -f -',
      'helm upgrade --install kube-prometheus-stack oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack --version 85.1.3 --skip-crds '
      + '--values "$here/kube-prometheus-stack.yaml" --wait --timeout 15m --namespace monitoring --create-namespace',
      'helm upgrade --install keda keda --repo https://kedacore.github.io/charts --version 2.21.0 --values "$here/keda.yaml" --wait --timeout 15m --namespace keda --create-namespace',
    ]);
    expect(fs.readFileSync(values, 'utf8')).toContain('terminationGracePeriodSeconds: 3615\n');
  });

  test('runs each command with the values beside it, from any folder, and stops at the first that fails', () => {
    const { addons } = addonsOn(withKeda(), {});
    const directory = path.join(temporary(), 'with blank');
    const [script = ''] = addons.writeInstallScript(directory);
    const bin = path.join(temporary(), 'bin');
    fs.mkdirSync(bin);
    fs.writeFileSync(path.join(bin, 'helm'), `#!/bin/sh\nfor each; do last=$value; value=$each; done\necho "$@" >> "${bin}/calls"\nwhile [ $# -gt 0 ]; do [ "$1" = --values ] && cat "$2" > /dev/null; shift; done\n`, { mode: 0o755 });
    execFileSync(script, { cwd: '/', env: { PATH: `${bin}:/usr/bin:/bin` } });
    expect(fs.readFileSync(path.join(bin, 'calls'), 'utf8').match(/^upgrade --install \S+/gm)).toEqual(['upgrade --install keda', 'upgrade --install http-add-on']);
    fs.writeFileSync(path.join(bin, 'helm'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    expect(() => execFileSync(script, { cwd: '/', env: { PATH: `${bin}:/usr/bin:/bin` }, stdio: 'pipe' })).toThrow();
  });

  test('is not written where everything gets applied', () => {
    const { addons } = addonsOn(withKeda(), {});
    const dist = (addons.node.root as App).outdir;
    expect(messageOf(() => addons.writeInstallScript(path.join(dist, 'engines'))))
      .toBe(`[system/addons] ${dist}/engines lies in ${dist}, where everything gets applied; write to a directory beside it`);
  });
});

describe('bad input', () => {
  test.each<[Props, string]>([
    [{ gateway: 'models' }, "[system/addons] gateway is 'models'; give a ModelGateway"],
    [{ gitOps: 'flux' }, "[system/addons] gitOps is 'flux'; give GitOps.flux() or GitOps.argoCd()"],
    [{ platform: 'ml' }, "[system/addons] platform is 'ml'; give one of Platform.gcp, Platform.aws, Platform.azure and Platform.local"],
    [{ engine: {} } as Props, '[system/addons] ClusterAddons has no prop engine; did you mean engines?'],
    [{ engines: { kedaa: true } }, '[system/addons] engines has no prop kedaa; did you mean keda?'],
    [{ engines: { keda: 'yes' } }, "[system/addons] engines.keda is 'yes'; give true or false"],
    [{ engines: { longestAnswer: 60 } }, '[system/addons] engines.longestAnswer is 60, which is not a Duration; write for example Duration.hours(1)'],
    [{ engines: { longestAnswer: Duration.millis(10) } }, '[system/addons] engines.longestAnswer is less than a second; write for example Duration.hours(1)'],
  ])('%j', (props, message) => {
    expect(messageOf(() => addonsOn(gcp(), props))).toBe(message);
  });

  test.each<[string, () => unknown, string]>([
    ['a namespace of Flux', () => GitOps.flux({ namespace: 'Flux' }), "namespace is 'Flux'; give the name of a namespace, such as flux-system"],
    ['an interval that is a number', () => GitOps.flux({ interval: untyped(60) }), 'interval is 60, which is not a Duration; write for example Duration.hours(1)'],
    ['an interval of seconds', () => GitOps.flux({ interval: Duration.seconds(5) }), 'interval is 5 s; give a minute or more, for example Duration.hours(1)'],
    ['an option of Flux', () => GitOps.flux(untyped({ namspace: 'x' })), 'flux has no prop namspace; did you mean namespace?'],
    ['a project of Argo CD', () => GitOps.argoCd({ project: '' }), "project is ''; give a name that Argo CD knows"],
    ['a namespace of Argo CD', () => GitOps.argoCd({ namespace: '-' }), "namespace is '-'; give the name of a namespace, such as argocd"],
  ])('%s', (_, act, message) => {
    expect(messageOf(act)).toBe(message);
  });

  test('an engine that the platform does not speak of, so that nothing would use it', () => {
    const message = '[system/addons] engines.keda is true but nothing would use it, for platform ml does not say that it has it; call addKeda() of the platform';
    const { chart, addons } = addonsOn(gcp(), { gitOps: GitOps.flux(), engines: { keda: true } });
    expect(synthErrors(chart)).toEqual([message]);
    expect(messageOf(() => addons.writeInstallScript())).toBe(message);
  });

  test('Envoy Gateway without the gateway that it is for', () => {
    const platform = gcp();
    platform.addEnvoyGateway();
    expect(synthErrors(addonsOn(platform).chart)).toEqual([
      '[system/addons] Envoy Gateway is installed with what a ModelGateway needs of it; give gateway, or engines: { envoyGateway: false } where the cluster has it',
    ]);
  });

  test('names that the chart does not give', () => {
    const platform = gcp();
    platform.addKeda({ interceptorService: 'mine' });
    expect(synthErrors(addonsOn(platform).chart)).toEqual([
      '[system/addons] addKeda says that interceptor or scaler have other names than those that the chart gives them; '
      + 'leave interceptorService and scalerAddress out, or give engines: { keda: false }',
    ]);
    expect(objectsOf(addonsOn(platform, { gitOps: GitOps.flux(), engines: { keda: false } }).chart)).toEqual([]);
  });
});
