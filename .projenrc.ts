import { cdk, javascript, JsonFile } from 'projen';
import { splitTests } from './projenrc/jest';
import { addLint, LINT_OPTIONS } from './projenrc/lint';
import { OPTIONAL_PEERS, pinned, TERRAIN_PEERS } from './projenrc/peers';

/** Runs first in every npm script, so that a fresh clone needs nothing installed by hand. */
const ENSURE_INSTALL = 'node scripts/ensure-install.mjs';

/** The tests run the scripts of the publish step with a real rclone. */
const ENSURE_RCLONE = 'node scripts/ensure-rclone.mjs';

/** The tests try the alerts with the real promtool. */
const ENSURE_PROMTOOL = 'node scripts/ensure-promtool.mjs';

/** Some open a page in a browser, where there is one or Debian's can be installed. */
const ENSURE_BROWSER = 'tsx --tsconfig scripts/tsconfig.json scripts/ensure-browser.ts';

/** The program of the reconciler, which its construct ships; generated, never committed. */
const BUNDLE = 'tsx --tsconfig scripts/tsconfig.json scripts/bundle.ts';

/** Some run on a cluster. Its programs are built once, which takes minutes, and not within a test. */
const ENSURE_CLUSTER = 'tsx --tsconfig scripts/tsconfig.json scripts/ensure-cluster.ts';

/** Some run with the real programs of KEDA. */
const ENSURE_ENGINES = 'tsx --tsconfig scripts/tsconfig.json scripts/ensure-engines.ts';

/** Some run on a node with containers, where there can be one. */
const ENSURE_NODE = 'tsx --tsconfig scripts/tsconfig.json scripts/ensure-node.ts';

/** The programs of the runtimes, which are in Python. */
const TEST_PYTHON = 'node scripts/test-python.mjs';
/** Our programs with the real torch, TRL and llm-compressor, and what they make in the real llama.cpp and vLLM. */
const TEST_RUNTIMES = 'sh test/runtimes/llama.sh .cache/llama && sh test/runtimes/weaviate.sh .cache/weaviate && python3 test/runtimes/vllm_env.py .cache/vllm && python3 test/runtimes/torch_env.py .cache/runtimes -m pytest -c src/runtimes/programs/pyproject.toml --rootdir . -m real -W default test/runtimes/programs';

const project = new cdk.JsiiProject({
  name: 'cdk-substratus',
  description: 'Models, datasets, servers and notebooks, and the clusters they run on, as typed constructs for cdk8s and cdktf',
  author: 'cdk-substratus authors',
  authorAddress: 'https://github.com/cdk-substratus',
  authorOrganization: true,
  copyrightOwner: 'cdk-substratus authors',
  license: 'Apache-2.0',
  repositoryUrl: 'https://github.com/cdk-substratus/cdk-substratus.git',
  keywords: ['cdk', 'cdk8s', 'cdktf', 'kubernetes', 'machine-learning'],
  defaultReleaseBranch: 'main',

  projenVersion: '0.103.25',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.3',
  minNodeVersion: '20.9.0',
  packageManager: javascript.NodePackageManager.NPM,

  // Lowest versions are what CI tests: projen pins the peers, `pinned` the optional ones (docs/decisions/0001).
  peerDeps: ['constructs@^10.4.2', 'cdk8s@^2.70.0'],
  // Those of the command line are bundled into it.
  devDeps: [
    ...pinned(OPTIONAL_PEERS), '@types/node@^20', 'ajv', 'esbuild', 'tsx',
    '@dagrejs/dagre@^1.1.8', 'commander@^14', 'ignore@^7', 'picocolors@^1', 'yaml@^2', 'playwright-core@^1',
  ],

  // Types of Kubernetes objects, in our own .d.ts files too. jsii takes a package that is not of jsii only bundled.
  bundledDeps: ['kubernetes-types@^1.30.0'],

  publishToPypi: { distName: 'cdk-substratus', module: 'cdk_substratus' },
  publishToGo: { moduleName: 'github.com/cdk-substratus/cdk-substratus-go', packageName: 'cdksubstratus' },
  publishToMaven: {
    javaPackage: 'io.github.cdksubstratus',
    mavenGroupId: 'io.github.cdksubstratus',
    mavenArtifactId: 'cdk-substratus',
  },
  publishToNuget: { dotNetNamespace: 'CdkSubstratus', packageId: 'CdkSubstratus' },

  projenrcTs: true,
  sampleCode: false,
  github: false,
  release: false,
  depsUpgrade: false,

  eslintOptions: LINT_OPTIONS,
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    passWithNoTests: false,
    junitReporting: false,
    coverageText: false,
    jestConfig: {
      collectCoverage: false, // twice the time; `npm run test:coverage` has it
      collectCoverageFrom: ['src/**/*.ts'],
      maxWorkers: '100%',
      coverageReporters: ['lcov', 'text-summary'],
      moduleNameMapper: { '^cdk-substratus$': '<rootDir>/src/index.ts' },
      globalSetup: '<rootDir>/test/setup.ts',
      globalTeardown: '<rootDir>/test/teardown.ts',
      modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/lib/'],
    },
  },

  gitignore: [
    '*.tsbuildinfo', '/.jsii', '/assets/',
    '/cdktf.out/', '/preview/', '/examples/*/dist/', '/examples/*/cdktf.out/', '/examples/*/preview/', '/clusters/', '/examples/*/clusters/',
  ],
});

addLint(project);
if (project.jest) splitTests(project.jest);

// unrs-resolver 1.13 lacks platform packages on some registries, and a newer @types/node describes a Node that we do not require.
project.package.addField('overrides', { 'unrs-resolver': '1.12.2', '@types/node': '^20' });

// Becomes peerDependencies in the packed package.json only (scripts/pack.mjs, docs/decisions/0001).
project.package.addField('optionalPeerDependencies', { ...OPTIONAL_PEERS, ...TERRAIN_PEERS });
project.setScript('prepack', 'node scripts/pack.mjs declare');
project.setScript('postpack', 'node scripts/pack.mjs restore');

// A lockfile that names no registry host installs from any mirror.
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
project.npmrc.addConfig('audit', 'false');
project.npmrc.addConfig('fund', 'false');

// What npm publishes, and nothing else.
project.npmignore?.exclude('/*');
project.npmignore?.include('/lib/', '/assets/', '/.jsii', '/API.md', '/README.md', '/LICENSE');
project.npmignore?.exclude('/lib/reconciler/'); // its bundle is in assets

// The command line is bundled into assets as well; jsii, which would take it for a part of the library, does not see it, nor its pictures.
for (const directory of ['src/cli', 'src/graph']) {
  project.tsconfig?.addExclude(directory);
  new JsonFile(project, `${directory}/tsconfig.json`, {
    allowComments: true,
    obj: { extends: '../../tsconfig.json', compilerOptions: { noEmit: true, rootDir: '../..' }, include: ['**/*.ts'], exclude: [] },
  });
}
project.package.addBin({ substratus: 'assets/substratus.js' });

// One type-check for everything that jsii does not compile. `cdk-substratus` is this library, as a user would write it.
const paths = { 'cdk-substratus': ['../src/index.ts'] };
for (const directory of ['examples', 'bench', 'scripts', 'docs']) {
  new JsonFile(project, `${directory}/tsconfig.json`, {
    allowComments: true,
    obj: {
      extends: '../tsconfig.json',
      compilerOptions: { noEmit: true, rootDir: '..', paths },
      include: ['**/*.ts'],
    },
  });
  project.tsconfigDev.addInclude(`../${directory}/**/*.ts`);
}
project.tsconfigDev.addInclude('../src/**/*.ts'); // the command line too, which no other file imports
project.tsconfigDev.file.addOverride('compilerOptions.paths', paths);

// `projen test` checks and rewrites nothing: no autofix, no snapshot update.
project.addTask('type-check', {
  description: 'Type-checks tests, examples, benchmarks and scripts',
  execArgs: ['tsc', '-p', project.tsconfigDev.fileName],
});
project.testTask.reset();
project.testTask.say('1 of 7: lint and types');
project.testTask.execArgs(['node', 'scripts/check.mjs', 'eslint', 'type-check']);
project.testTask.say('2 of 7: unit tests');
project.testTask.exec('jest --selectProjects unit --ci --passWithNoTests', { receiveArgs: true });
project.testTask.say('3 of 7: tests of the programs in Python');
project.testTask.exec(TEST_PYTHON);
project.testTask.say('4 of 7: programs of the cluster for tests');
project.testTask.exec(ENSURE_CLUSTER);
project.testTask.say('5 of 7: tests on a cluster');
project.testTask.exec('jest --selectProjects cluster --ci --passWithNoTests', { receiveArgs: true });
project.testTask.say('6 of 7: programs and images of a node that runs containers');
project.testTask.exec(ENSURE_NODE);
project.testTask.say('7 of 7: tests on a node that runs containers');
project.testTask.exec('jest --selectProjects node --ci --passWithNoTests', { receiveArgs: true });

// The reconciler as one file, which is all of it that the package needs, and the command line as another.
const bundle = project.addTask('bundle', { description: 'Bundles the programs of the reconciler and of the command line into assets', exec: BUNDLE });
project.compileTask.prependSpawn(bundle);

// One file loads in a fraction of the time of hundreds (docs/decisions/0017).
project.compileTask.exec('node scripts/bundle-library.mjs');

// The other languages are packaged at release, by `projen package-all`.
const packageJs = project.tasks.tryFind('package:js');
project.packageTask.reset();
if (packageJs) project.packageTask.spawn(packageJs);

// jsii greets Node 20 with a banner on its end of life; the value names the version that the banner is about.
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

project.setScript('start', `${ENSURE_INSTALL} && ${BUNDLE} && tsx --tsconfig scripts/tsconfig.json scripts/start.ts`);
project.setScript('build', `${ENSURE_INSTALL} && projen build`);
project.setScript('test', `${ENSURE_INSTALL} && ${ENSURE_RCLONE} && ${ENSURE_PROMTOOL} && ${ENSURE_BROWSER} && projen test`);
project.setScript('test:unit', `${ENSURE_INSTALL} && ${ENSURE_RCLONE} && ${ENSURE_PROMTOOL} && ${ENSURE_BROWSER} && jest --selectProjects unit --ci`);
project.setScript('test:cluster', `${ENSURE_INSTALL} && ${ENSURE_CLUSTER} && jest --selectProjects cluster --ci`);
/* Not part of `npm test`, for the engines take up to half an hour to build. */
project.setScript('test:engines', `${ENSURE_INSTALL} && ${ENSURE_CLUSTER} && ${ENSURE_ENGINES} && jest --selectProjects engines --ci`);
project.setScript('test:node', `${ENSURE_INSTALL} && ${ENSURE_CLUSTER} && ${ENSURE_NODE} && jest --selectProjects node --ci`);
// Their images are of gigabytes, and are kept: those of PyTorch take some minutes, once.
project.setScript('test:node:heavy', `${ENSURE_INSTALL} && ${ENSURE_CLUSTER} && ${BUNDLE} && SUBSTRATUS_HEAVY=1 ${ENSURE_NODE} && SUBSTRATUS_HEAVY=1 jest test/node/heavy --selectProjects node --ci`);
project.setScript('test:python', `${ENSURE_INSTALL} && ${TEST_PYTHON}`);
project.setScript('test:runtimes', TEST_RUNTIMES);
project.setScript('test:coverage', `${ENSURE_INSTALL} && ${ENSURE_RCLONE} && ${ENSURE_PROMTOOL} && jest --selectProjects unit --ci --coverage`);
project.setScript('cluster', `${ENSURE_INSTALL} && ${ENSURE_CLUSTER} && ${BUNDLE} && exec tsx --tsconfig scripts/tsconfig.json scripts/cluster.ts`);
project.setScript('demo', `${ENSURE_INSTALL} && ${ENSURE_CLUSTER} && ${BUNDLE} && exec tsx --tsconfig scripts/tsconfig.json scripts/demo.ts`);
project.setScript('docs:update', `${ENSURE_INSTALL} && ${BUNDLE} && tsx --tsconfig scripts/tsconfig.json scripts/docs.ts`);
project.setScript('prices:update', `${ENSURE_INSTALL} && tsx --tsconfig scripts/tsconfig.json scripts/prices.ts`);
project.setScript('programs:update', `${ENSURE_INSTALL} && tsx --tsconfig scripts/tsconfig.json scripts/programs.ts`);
project.setScript('examples:update', `${ENSURE_INSTALL} && ${BUNDLE} && tsx --tsconfig scripts/tsconfig.json scripts/update-examples.ts`);
// The picture in the README; look at it before it is committed.
project.setScript('graph:screenshot', `${ENSURE_INSTALL} && ${ENSURE_BROWSER} && tsx --tsconfig scripts/tsconfig.json scripts/graph-screenshot.ts`);
project.setScript('test:crds', `${ENSURE_INSTALL} && tsx --tsconfig scripts/tsconfig.json scripts/check-crds.ts`);
project.setScript('test:terraform', `${ENSURE_INSTALL} && jest --selectProjects unit --ci test/terraform`);
project.setScript('scan', `${ENSURE_INSTALL} && ${BUNDLE} && tsx --tsconfig scripts/tsconfig.json scripts/scan/main.ts`);
project.setScript('bundle', `${ENSURE_INSTALL} && ${BUNDLE}`);
project.setScript('bench', `${ENSURE_INSTALL} && tsx --tsconfig bench/tsconfig.json bench/main.ts`);
project.setScript('bench:serving', `${ENSURE_INSTALL} && ${ENSURE_CLUSTER} && ${ENSURE_ENGINES} && tsx --tsconfig bench/tsconfig.json bench/serving/main.ts`);
project.setScript('bench:reconciler', `${ENSURE_INSTALL} && ${ENSURE_CLUSTER} && tsx --tsconfig bench/tsconfig.json bench/reconciler/main.ts`);

project.synth();
