import type { Chart } from 'cdk8s';
import { App, Testing } from 'cdk8s';
import { Build, Code, Platform, Preview, Workspace } from '../../../src';
import { folder } from '../archive/folders';
import { dataset, gcp, local, model, notebook, server, temporary, workspace } from '../fixtures';

const CODE = Code.directory(folder({ 'train.py': 'print(1)\n' }));
const OTHER = Code.directory(folder({ 'train.py': 'print(2)\n' }));
const RUN = { image: 'python:3.13', command: ['python', '/content/src/train.py'] };

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly code?: object; readonly build?: object };
}

function manifests(chart: Chart): Manifest[] {
  return Testing.synth(chart) as Manifest[];
}

function archivesIn(chart: Chart): string[] {
  return manifests(chart).filter(({ kind, metadata }) => kind === 'ConfigMap' && /^(code|build)-/.test(metadata.name))
    .map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
}

test('every kind takes it, and its ConfigMap comes before it, once for all', () => {
  const team = workspace();
  const made = model(team, 'opt', { ...RUN, code: CODE });
  dataset(team, 'squad', { ...RUN, code: CODE });
  server(team, 'chat', { ...RUN, code: CODE, model: made });
  notebook(team, 'lab', { ...RUN, code: CODE });
  const name = `code-${CODE.digest.slice(7, 23)}`;
  const all = manifests(team);
  expect(all.flatMap(({ spec }) => spec?.code ?? [])).toEqual([1, 2, 3, 4].map(() => ({ configMapName: name, digest: CODE.digest })));
  expect(archivesIn(team)).toEqual([`team-a/${name}`]);
  const kinds = all.map(({ kind, metadata }) => (metadata.name === name ? 'code' : kind));
  expect(kinds.indexOf('code')).toBe(kinds.indexOf('Model') - 1);
});

test('other files are another Model', () => {
  const team = workspace();
  const [first, second, same] = [model(team, 'a', { ...RUN, code: CODE }), model(team, 'b', { ...RUN, code: OTHER }), model(workspace(), 'a', { ...RUN, code: CODE })];
  expect(second.recipeDigest).not.toBe(first.recipeDigest);
  expect(same.recipeDigest).toBe(first.recipeDigest);
  expect(archivesIn(team)).toHaveLength(2);
});

test('each namespace and each chart has its own', () => {
  const app = new App({ outdir: temporary() });
  const platform = gcp();
  for (const name of ['team-a', 'team-b']) platform.addWorkspace(name);
  const [one, two] = ['team-a', 'team-b'].map((name) => new Workspace(app, name, { platform }));
  for (const team of [one, two]) if (team) model(team, 'opt', { ...RUN, code: CODE });
  expect([one, two].flatMap((team) => (team ? archivesIn(team) : []))).toEqual(['team-a', 'team-b'].map((team) => `${team}/code-${CODE.digest.slice(7, 23)}`));
});

test('an archive to build from is where images are built, also if the platform hears of that later', () => {
  const build = Build.directory(folder({ Dockerfile: 'FROM scratch\n' }));
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme', registry: 'registry.example.com/acme' });
  const team = new Workspace(new App({ outdir: temporary() }), 'team-a', { platform });
  model(team, 'opt', { image: undefined, imageBuild: build });
  platform.addWorkspace('team-a', { builds: true, buildNamespace: 'builds' });
  expect(archivesIn(team)).toEqual([expect.stringMatching(/^builds\/build-[0-9a-f]{16}$/)]);
});

test('what is ejected has the archive in the first wave', () => {
  const team = workspace(local());
  model(team, 'opt', { ...RUN, code: CODE });
  const files = Preview.of(team).eject(`${temporary()}/ejected`).map((file) => file.replace(/^.*ejected\//, ''));
  expect(files).toContain(`wave-00/team-a_configmap_code-${CODE.digest.slice(7, 23)}.yaml`);
});

test('what is no Code is an error', () => {
  expect(() => model(workspace(), 'opt', { ...RUN, code: './train' as never }))
    .toThrow("[team-a/opt] code is './train', which is not a Code; write Code.directory('train')");
});
