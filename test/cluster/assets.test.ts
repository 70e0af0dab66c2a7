import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { binaryPath, CLUSTER_BINARY, findAssets, notGiven, PROGRAMS } from './assets';

const ENVTEST = ['etcd', 'kube-apiserver', 'kubectl'];

let directory = '';
const { KUBEBUILDER_ASSETS, XDG_CACHE_HOME } = process.env;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'assets-'));
  process.env.KUBEBUILDER_ASSETS = path.join(directory, 'given');
  process.env.XDG_CACHE_HOME = path.join(directory, 'cache');
});

afterEach(() => {
  restore({ KUBEBUILDER_ASSETS, XDG_CACHE_HOME });
  fs.rmSync(directory, { recursive: true });
});

test('programs in KUBEBUILDER_ASSETS are taken as they are', () => {
  give(...PROGRAMS);
  expect(findAssets()?.kwok).toEqual([path.join(directory, 'given', 'kwok')]);
  expect(notGiven()).toEqual([]);
});

test('without all of them and without the binary there is no cluster, and what is missing is named', () => {
  give(...ENVTEST);
  expect(findAssets()).toBeUndefined();
  expect(notGiven()).toEqual(['kube-controller-manager', 'kube-scheduler', 'kwok']);
});

test('what KUBEBUILDER_ASSETS lacks, as envtest does, is the binary\'s part', () => {
  give(...ENVTEST);
  write(binaryPath(CLUSTER_BINARY));
  expect(findAssets()).toMatchObject({
    'etcd': [path.join(directory, 'given', 'etcd')],
    'kube-scheduler': [binaryPath(CLUSTER_BINARY), 'kube-scheduler'],
  });
});

test('without KUBEBUILDER_ASSETS the binary is all of them', () => {
  delete process.env.KUBEBUILDER_ASSETS;
  write(binaryPath(CLUSTER_BINARY));
  expect(findAssets()).toEqual(Object.fromEntries(PROGRAMS.map((program) => [program, [binaryPath(CLUSTER_BINARY), program]])));
});

function give(...programs: readonly string[]): void {
  for (const program of programs) write(path.join(directory, 'given', program));
}

function write(file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, '');
}

function restore(variables: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
