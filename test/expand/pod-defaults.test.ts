/** Rules for every pod, said once: A9, B8, cases 04, 05 and 15. */
import type { Job } from 'kubernetes-types/batch/v1';
import type { Container, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { PlatformSpec, PodDefaultsSpec } from '../../src/api/platform';
import { amountOf } from '../../src/api/quantity';
import type { Resource } from '../../src/api/resource';
import { artifactOf, deletionJob, podDefaultsOf, withPodDefaults, withWorkloadDefaults } from '../../src/expand';
import { CASES } from './cases';
import {
  artifact, childrenOf, dataset, defined, envOf, frozen, inputsOf, jobOf, model, nameOf, notebook, platformOf, server, templateOf,
  userContainer, userPod, userTemplate, volumeNamed,
} from './fixtures';
import { brokenRules, POD_DEFAULTS, RULES } from './pod-rules';

function ruled(podDefaults: PodDefaultsSpec, cloud = 'gcp'): PlatformSpec {
  return platformOf(cloud, { podDefaults });
}

/** The template of everything that a resource makes pods from, with that of its deletion. */
function templatesOf(resource: Resource, platform: PlatformSpec) {
  const templates = childrenOf(resource, { platform }).flatMap((child) => ({ step: child.step, template: templateOf(child) }));
  if (resource.kind !== 'Model' && resource.kind !== 'Dataset') return templates;
  const job: Job = deletionJob(resource, platform, artifactOf(resource, platform, inputsOf(resource, platform)));
  return [...templates, { step: 'delete', template: job.spec?.template }];
}

function containersOf({ template }: { readonly template?: PodTemplateSpec }): Container[] {
  return [...template?.spec?.initContainers ?? [], ...template?.spec?.containers ?? []];
}

function isUsers({ name }: Container): boolean {
  return ['model', 'load', 'serve', 'notebook'].includes(name);
}

describe('A9: every pod of every resource follows the rules', () => {
  const said = { 'by the platform': { podDefaults: POD_DEFAULTS }, 'by the workspace': { podDefaults: undefined } };

  test.each(Object.keys(said) as (keyof typeof said)[])('said %s', (who) => {
    const broken = CASES.flatMap(({ resource, platform }) => {
      const workspaces = defined(platform.workspaces).map((workspace) => ({ ...workspace, ...(who === 'by the workspace' && { podDefaults: POD_DEFAULTS }) }));
      const templates = templatesOf(resource, { ...platform, ...said[who], workspaces });
      return templates.flatMap(({ step, template }) => (template ? brokenRules(template, { isUsers }).map((rule) => `${resource.kind} ${step}: ${rule}`) : []));
    });
    expect([...new Set(broken)]).toEqual([]);
  });

  test('the same pods follow at each call, and no rules leave a pod what it is', () => {
    const resource = frozen(model({ access: 'download', model: { name: 'base' } }));
    const platform = frozen(ruled(POD_DEFAULTS));
    expect(templatesOf(resource, platform)).toEqual(templatesOf(resource, platform));
    expect(templatesOf(resource, ruled({}))).toEqual(templatesOf(resource, platformOf('gcp')));
  });

  test('none of them is part of a recipe', () => {
    const resource = model({ model: { name: 'base' } });
    const digestOn = (platform: PlatformSpec) => artifactOf(resource, platform, { model: artifact('Model', platform) }).recipeDigest;
    expect(digestOn(ruled(POD_DEFAULTS))).toBe(digestOn(platformOf('gcp')));
    const recipe = childrenOf(resource, { platform: ruled(POD_DEFAULTS) }).find(({ object }) => nameOf(object).includes('recipe'));
    expect(JSON.stringify(recipe)).not.toContain('acme');
  });
});

describe('whose word counts', () => {
  test('maps are merged, lists appended, and all else is the last word: pod, workspace, platform', () => {
    const [toleration] = RULES.tolerations;
    const platform: PlatformSpec = {
      ...ruled({ ...POD_DEFAULTS, labels: { a: 'platform', b: 'platform', c: 'platform' } }),
      workspaces: [{
        namespace: 'team-a',
        podDefaults: { labels: { b: 'workspace', c: 'workspace' }, priorityClassName: 'team', tolerations: [{ key: 'team' }], imagePullSecrets: ['regcred', 'team'], limits: { cpu: 1 } },
      }],
    };
    const { metadata, spec } = userTemplate(server({ pod: { labels: { c: 'pod' }, tolerations: [{ key: 'own' }] }, imagePullSecrets: [{ name: 'own' }] }), { platform });
    expect(metadata?.labels).toMatchObject({ a: 'platform', b: 'workspace', c: 'pod' });
    expect(spec?.priorityClassName).toBe('team');
    expect(spec?.tolerations).toEqual([{ key: 'own' }, toleration, { key: 'team' }]);
    expect(spec?.imagePullSecrets).toEqual([{ name: 'own' }, { name: 'regcred' }, { name: 'team' }]);
    expect(podDefaultsOf({ platform, namespace: 'team-a' }).limits).toEqual({ cpu: 1, memory: '4Gi' });
    expect(userPod(server({ pod: { priorityClassName: 'own' } }), { platform }).priorityClassName).toBe('own');
  });

  test('rules of a workspace stay in it', () => {
    const platform: PlatformSpec = { ...platformOf('gcp'), workspaces: [{ namespace: 'team-b', podDefaults: POD_DEFAULTS }] };
    expect(userPod(server(), { platform }).imagePullSecrets).toBeUndefined();
  });

  test('a variable that the container has stays, and a proxy in one case is in both', () => {
    const env = envOf(userContainer(server({ env: { https_proxy: 'http://own:1', LEVEL: 'own' } }), { platform: ruled({ env: { HTTPS_PROXY: 'http://all:1', LEVEL: 'all' } }) }));
    expect(env).toMatchObject({ https_proxy: 'http://own:1', HTTPS_PROXY: 'http://own:1', LEVEL: 'own' });
  });

  test('what a helper needs is not replaced', () => {
    const platform = ruled({ env: { DESTINATION: 'elsewhere', RCLONE_TRANSFERS: '2' } });
    const [container] = defined(jobOf('publish', model(), { platform }).spec?.template.spec?.containers);
    expect(envOf(defined(container))).toMatchObject({ RCLONE_TRANSFERS: '2', DESTINATION: expect.stringContaining('acme-artifacts') });
  });
});

describe('case 04: pull secrets', () => {
  test('A9: helpers pull with the Secrets of their resource, for their images may be in the same registry', () => {
    const resource = model({ imagePullSecrets: [{ name: 'regcred' }], build: { git: { url: 'https://example.com/x.git' } } });
    const secrets = templatesOf(resource, platformOf('gcp')).filter(({ template }) => template).map(({ step, template }) => [step, template?.spec?.imagePullSecrets]);
    expect(secrets).toEqual(['build', 'check', 'run', 'publish', 'delete'].map((step) => [step, [{ name: 'regcred' }]]));
  });

  test('no other part of the pod of a resource moves its helpers to the nodes of its GPU', () => {
    const pod = { nodeSelector: { gpu: 'yes' }, tolerations: [{ operator: 'Exists' }], priorityClassName: 'training' };
    const { spec } = defined(jobOf('publish', model({ pod })).spec?.template);
    expect([spec?.nodeSelector, spec?.tolerations, spec?.priorityClassName]).toEqual([undefined, undefined, undefined]);
  });
});

describe('case 05: proxy and certificates', () => {
  const noProxy = (platform: PlatformSpec) => defined(envOf(userContainer(server(), { platform })).NO_PROXY).split(',');
  const proxied = { env: { HTTPS_PROXY: 'http://proxy:3128' } };

  test('what is inside the cluster, and what hands out credentials, is reached without the proxy', () => {
    expect(noProxy(ruled(proxied))).toEqual([
      'localhost', '127.0.0.1', '::1', '.svc', '.cluster.local', '169.254.169.254', '$(KUBERNETES_SERVICE_HOST)', 'metadata.google.internal',
    ]);
    expect(noProxy(ruled(proxied, 'aws'))).toContain('169.254.170.23');
    const minio = platformOf('local', { artifacts: { url: 's3://ml', endpoint: 'http://minio.minio:9000' }, podDefaults: proxied });
    expect(noProxy(minio)).toContain('minio.minio');
    const ceph = platformOf('local', { artifacts: { url: 's3://ml', endpoint: 'https://s3.acme.example' }, podDefaults: proxied });
    expect(noProxy(ceph)).not.toContain('s3.acme.example');
  });

  test('a proxy with a password comes from a Secret, in both cases', () => {
    const platform = ruled({ env: { HTTPS_PROXY: '${{ secrets.proxy.url }}', NO_PROXY: '${{ secrets.proxy.none }}' } });
    const sources = defined(userContainer(server(), { platform }).env).filter(({ name }) => /proxy/i.test(name)).map(({ name, valueFrom }) => [name, valueFrom?.secretKeyRef?.key]);
    expect(sources).toEqual([['HTTPS_PROXY', 'url'], ['NO_PROXY', 'none'], ['https_proxy', 'url'], ['no_proxy', 'none']]);
  });

  test('without a proxy nothing is said of one', () => {
    expect(Object.keys(envOf(userContainer(server(), { platform: ruled({ env: { LEVEL: 'info' } }) })))).toEqual(['LEVEL']);
  });

  test('each container knows the certificates by the variables that its program reads', () => {
    const registry = { url: '111122223333.dkr.ecr.us-east-1.amazonaws.com/ml' };
    const platform = platformOf('aws', { registry, podDefaults: { caBundle: { configMapName: 'acme-ca', key: 'bundle.pem' } } });
    const certificates = (container: Container) => Object.entries(envOf(container)).filter(([, value]) => value === '/etc/substratus/ca/ca.crt').map(([name]) => name);
    const built = defined(jobOf('build', server({ build: { git: { url: 'https://example.com/x.git' } } }), { platform }).spec?.template.spec);
    expect(certificates(userContainer(server(), { platform }))).toEqual(['AWS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE']);
    expect([...built.initContainers ?? [], ...built.containers].map((container) => [container.name, certificates(container).length]))
      .toEqual([['login', 3], ['exists', 1], ['builder', 1]]);
    expect(volumeNamed('substratus-ca-bundle', userPod(server(), { platform })).configMap).toEqual({ name: 'acme-ca', items: [{ key: 'bundle.pem', path: 'ca.crt' }] });
  });

  test('a volume of the user by the name of that of the certificates is an error', () => {
    const platform = ruled({ caBundle: { configMapName: 'acme-ca' } });
    expect(() => userPod(server({ pod: { volumes: [{ name: 'substratus-ca-bundle', emptyDir: {} }] } }), { platform }))
      .toThrow('pod.volumes has a volume substratus-ca-bundle, a name that podDefaults.caBundle uses; give it another');
  });
});

describe('case 15: limits', () => {
  test('with those of the resource and of the platform, every container has them', () => {
    const platform = ruled({ limits: { cpu: 1, memory: '512Mi' } });
    const resources = { cpu: 2, memory: 8, limits: { cpu: 4, memory: 12 } };
    const downloading = { resources, access: 'download' } as const;
    const all = [model({ ...downloading, model: { name: 'base' } }), dataset({ resources }), server(downloading), notebook({ resources })];
    const containers = all.flatMap((resource) => templatesOf(resource, platform)).flatMap(containersOf);
    expect(containers.filter(({ resources: { limits = {} } = {} }) => !limits.cpu || !limits.memory)).toEqual([]);
    const limit = (name: string) => defined(containers.find((container) => container.name === name)).resources?.limits;
    expect(limit('model')).toEqual({ cpu: '4', memory: '12Gi' });
    expect(limit('check')).toEqual({ cpu: '1', memory: '512Mi' });
  });

  test('no limit of a helper is below what it requests, which Kubernetes would refuse', () => {
    const platform = ruled({ limits: { cpu: '10m', memory: '1Mi' } });
    const templates = templatesOf(model({ access: 'download', model: { name: 'base' }, build: { git: { url: 'https://example.com/x.git' } } }), platform);
    const low = templates.flatMap(containersOf).filter(({ resources }) => (
      (['cpu', 'memory'] as const).some((name) => amountOf(resources?.limits?.[name] ?? '9Ei') < amountOf(resources?.requests?.[name] ?? '0'))
    ));
    expect(low.map(({ name }) => name)).toEqual([]);
  });
});

describe('objects outside the workspaces', () => {
  const template = { metadata: { labels: { app: 'x' } }, spec: { priorityClassName: 'system-node-critical', containers: [{ name: 'x', image: 'x' }] } };

  test('they have the rules of the platform, and start without the ConfigMap of certificates', () => {
    const { metadata, spec } = withPodDefaults(template, { platform: ruled(POD_DEFAULTS) });
    expect(brokenRules({ metadata, spec })).toEqual([]);
    expect(spec?.priorityClassName).toBe('system-node-critical');
    expect(volumeNamed('substratus-ca-bundle', defined(spec)).configMap?.optional).toBe(true);
  });

  test('a Job has another name with other rules, for its template cannot change; what makes no pod stays as it is', () => {
    const job = { kind: 'Job', metadata: { name: 'bucket' }, spec: { template } };
    const names = [{}, { labels: { a: '1' } }, { labels: { a: '2' } }].map((rules) => nameOf(withWorkloadDefaults(job, ruled(rules))));
    expect([names[0], new Set(names).size]).toEqual(['bucket', 3]);
    const service = { kind: 'Service', metadata: { name: 'x' } };
    expect(withWorkloadDefaults(service, ruled(POD_DEFAULTS))).toBe(service);
    expect(nameOf(withWorkloadDefaults({ ...job, kind: 'Deployment' }, ruled(POD_DEFAULTS)))).toBe('bucket');
  });
});
