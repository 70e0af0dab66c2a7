/** A9, A10, B13: every pod of every example, of add-ons and of the reconciler follows the rules, and has its images from a mirror. */
import { App, Chart } from 'cdk8s';
import type { Container, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { declared, FILES_EXAMPLES } from '../../scripts/examples';
import { ClusterFiles, Platform, Preview } from '../../src';
import type { PlatformSpec } from '../../src/api/platform';
import { IMAGES } from '../../src/catalog/images';
import type { KubeObject } from '../../src/expand';
import { brokenRules, POD_DEFAULTS } from '../expand/pod-rules';
import { CASES, filesIn, inTemporaryFolder } from './synthesized';

const MIRROR = 'mirror.acme.example';
const REGISTRIES = [...new Set(Object.values(IMAGES).map((image) => image.split('/')[0] ?? ''))];

/** Namespace of what an example writes with plain cdk8s: the rules of a platform are not for it. */
const APPLICATION = 'assistant';

/** Containers of the user's images. */
const USERS = ['model', 'load', 'serve', 'notebook'];

beforeAll(() => {
  const spec = Object.getOwnPropertyDescriptor(Platform.prototype, '_spec')?.get;
  if (!spec) throw new Error('Platform has no _spec to put rules into');
  jest.spyOn(Platform.prototype, '_spec', 'get').mockImplementation(function ruled(this: Platform) {
    const platform = spec.call(this) as PlatformSpec;
    return { ...platform, podDefaults: POD_DEFAULTS, imageMirrors: Object.fromEntries(REGISTRIES.map((registry) => [registry, MIRROR])) };
  });
});

afterAll(() => {
  jest.restoreAllMocks();
});

interface Pod {
  readonly where: string;
  readonly template: PodTemplateSpec;
}

/** Everything that makes pods: what is applied, and what the reconciler makes of it. */
function podsOf(app: App): Pod[] {
  const charts = app.node.findAll().filter((construct): construct is Chart => Chart.isChart(construct));
  const applied = charts.flatMap((chart) => chart.toJson() as KubeObject[]);
  const children = Preview.of(app).children.map(({ manifest }) => manifest as KubeObject);
  return [...applied, ...children].filter(({ metadata }) => metadata?.namespace !== APPLICATION).flatMap((object) => {
    const template = (object as { spec?: { template?: PodTemplateSpec } }).spec?.template;
    return template?.spec?.containers ? [{ where: `${object.kind} ${object.metadata?.name ?? ''}`, template }] : [];
  });
}

function isUsers({ name }: Container): boolean {
  return USERS.includes(name);
}

function containersOf({ spec }: PodTemplateSpec): Container[] {
  return [...spec?.initContainers ?? [], ...spec?.containers ?? []];
}

function foreignImages(template: PodTemplateSpec): string[] {
  return containersOf(template).filter((container) => !isUsers(container) && !container.image?.startsWith(`${MIRROR}/`)).map(({ image }) => image ?? '');
}

const SEEN = new Set<string>();

test.each(CASES)('%s', (_, example, cloud) => {
  const pods = podsOf(declared(example, cloud));
  for (const { template } of pods) for (const { name } of containersOf(template)) SEEN.add(name);
  expect(pods.length).toBeGreaterThan(0);
  expect(pods.flatMap(({ where, template }) => brokenRules(template, { isUsers }).map((rule) => `${where} breaks ${rule}`))).toEqual([]);
  expect(pods.flatMap(({ where, template }) => foreignImages(template).map((image) => `${where} runs ${image}`))).toEqual([]);
});

test('among them are helpers, users, add-ons and the reconciler', () => {
  expect([...SEEN]).toEqual(expect.arrayContaining([
    'check', 'publish', 'model', 'load', 'serve', 'cluster-autoscaler', 'device-plugin', 'minio', 'bucket', 'reconciler',
  ]));
});

test('the script of a local cluster has its images from the mirror too', () => {
  const [example] = FILES_EXAMPLES;
  if (!example) throw new Error('no example writes files');
  const script = inTemporaryFolder((folder) => {
    ClusterFiles.of(example.declareCluster(new App({ outdir: `${folder}/dist` }))).write(`${folder}/files`);
    return filesIn(`${folder}/files`).get('up.sh');
  });
  expect(script).toContain(`'${MIRROR}/library/registry:2.8.3'`);
});
