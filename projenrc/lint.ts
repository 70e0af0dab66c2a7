import type { cdk, javascript } from 'projen';

/** Which Terraform provider a cloud's folder may import. */
const PROVIDERS = { gcp: '@cdktf/provider-google', aws: '@cdktf/provider-aws', azure: '@cdktf/provider-azurerm', local: undefined };

/** The part of `src/clouds` that is not Terraform: facts and pure functions. */
const PURE_CLOUDS = ['clouds/!(terraform|terraform-classes|stack).ts', 'clouds/*/!(terraform|resources).ts'];

/** A part of `src` and what it may import. The last layer that names a file decides. */
interface Layer {
  /** Globs below `src`. */
  readonly files: string[];

  /** Globs below `src` of the files it may import. */
  readonly imports: string[];

  /**
   * Packages it may import. A trailing `/` means deep imports only.
   *
   * @default - none, Node's own included
   */
  readonly packages?: string[];

  /**
   * Packages of which it may import types, besides those of the Kubernetes API.
   *
   * @default - none
   */
  readonly types?: string[];

  /**
   * No clock, environment, randomness, timers or output: the same input gives the same bytes.
   *
   * @default false
   */
  readonly pure?: boolean;
}

/** The rooms of the constructs: each may import those before it. */
const ROOMS = ['checks', 'archive', 'platform', 'objects', 'kinds', 'reconciler', 'serving', 'preview', 'infrastructure', 'cost'];

/** What a user is told before anything is applied: pure, from what was synthesized. */
const STATE_LAYERS = ['state', 'cost', 'diff', 'graph'];

function constructsLayer(files: string[], rooms: string[]): Layer {
  return {
    files,
    imports: ['api/**', 'catalog/**', 'clouds/terraform.ts', ...PURE_CLOUDS, 'runtimes/index.ts', 'sizing/**', 'expand/index.ts', 'state/**', 'cost/**', ...rooms],
    packages: ['constructs', 'cdk8s', 'node:'],
    types: ['cdk8s-plus-27'],
  };
}

/** Bundled into the command line; none of them is a dependency of the library. */
const CLI_PACKAGES = ['node:', 'commander', '@bomb.sh/tab', 'yaml', 'picocolors', 'ignore', '@dagrejs/dagre'];

/** Pure, and bundled into the command line, as all of the pictures are. */
const GRAPH_PACKAGES = ['node:crypto', 'yaml', '@dagrejs/dagre'];

/** Who may import whom. `expand` has one door, and cdktf is loaded by `clouds/terraform-classes.ts` alone. */
const LAYERS: Layer[] = [
  { files: ['**'], imports: [] }, // a file in no layer imports nothing
  { files: ['api/**'], imports: ['api/**'], pure: true },
  { files: ['api/digest.ts'], imports: ['api/**'], packages: ['node:crypto'], pure: true },
  { files: ['catalog/**'], imports: ['api/**', 'catalog/**'], pure: true },
  ...Object.entries(PROVIDERS).map(([cloud, provider]) => ({
    files: [`clouds/${cloud}/**`],
    imports: ['api/**', 'catalog/**', 'clouds/!(pods|terraform).ts', `clouds/${cloud}/**`],
    packages: ['constructs'],
    types: ['cdktf', ...provider ? [`${provider}/lib/`] : []],
  })),
  { files: PURE_CLOUDS, imports: ['api/**', 'catalog/**', ...PURE_CLOUDS], pure: true },
  {
    files: ['clouds/terraform.ts'],
    imports: ['api/**', 'catalog/**', 'clouds/!(pods).ts', 'clouds/*/terraform.ts', 'clouds/*/addons.ts', 'clouds/local/cluster.ts'],
    packages: ['constructs'],
  },
  { files: ['clouds/infrastructure.ts'], imports: ['api/**', 'clouds/cloud.ts'], types: ['constructs'] },
  { files: ['clouds/renamed.ts'], imports: ['clouds/infrastructure.ts'] },
  { files: ['clouds/terraform-classes.ts'], imports: [], packages: ['constructs'], types: ['cdktf'] },
  { files: ['clouds/stack.ts'], imports: ['clouds/terraform-classes.ts', 'clouds/version-range.ts'], packages: ['constructs'], types: ['cdktf'] },
  { files: ['sizing/**'], imports: ['api/**', 'catalog/**', 'sizing/**'], pure: true },
  { files: ['runtimes/**'], imports: ['api/**', 'catalog/**', 'sizing/**', 'runtimes/**'], pure: true },
  { files: ['expand/**'], imports: ['api/**', 'catalog/**', 'clouds/!(terraform).ts', 'expand/**', 'runtimes/index.ts', 'sizing/**'], pure: true },
  ...STATE_LAYERS.map((layer, index) => ({
    files: [`${layer}/**`],
    imports: ['api/**', 'catalog/**', PURE_CLOUDS, 'runtimes/index.ts', 'sizing/**', 'expand/index.ts', STATE_LAYERS.slice(0, index + 1).map((lower) => `${lower}/**`)].flat(),
    packages: layer === 'graph' ? GRAPH_PACKAGES : [],
    pure: true,
  })),
  constructsLayer(['index.ts'], ['constructs/**']),
  ...ROOMS.map((room, index) => constructsLayer([`constructs/${room}/**`], ROOMS.slice(0, index + 1).map((lower) => `constructs/${lower}/**`))),
  {
    files: ['cli/**'],
    imports: ['!(reconciler|constructs|index.ts)/**', 'expand/index.ts', 'cli/**'],
    packages: CLI_PACKAGES,
  },
  { files: ['reconciler/*.ts'], imports: ['api/**', 'expand/index.ts', 'reconciler/**'], packages: ['node:'] },
  { files: ['reconciler/kube/**', 'reconciler/runtime/**'], imports: ['reconciler/*.ts', 'reconciler/{kube,runtime}/**'], packages: ['node:'] },
  { files: ['reconciler/observe/**'], imports: ['api/**', 'expand/index.ts', 'reconciler/*.ts', 'reconciler/{kube,runtime,observe}/**'], packages: ['node:'] },
  { files: ['reconciler/decide/**'], imports: ['api/**', 'expand/index.ts', 'reconciler/{observe,decide}/**', 'reconciler/runtime/lru.ts'] },
  { files: ['reconciler/act/**'], imports: ['api/**', 'expand/index.ts', 'reconciler/*.ts', 'reconciler/*/**'], packages: ['node:'] },
];

/** Where an optional package, a large part of one, a large text or table is loaded when first used. Everything else is a static import. */
const LAZY = ['src/clouds/terraform.ts', 'src/clouds/terraform-classes.ts', 'src/runtimes/program.ts', 'src/catalog/known-models.ts', 'src/cost/price-table.ts', 'src/constructs/cost/cost.ts', 'src/cli/commands.ts'];

/** Facts, one row a line, however long. */
const TABLES = ['src/catalog/**', 'src/clouds/*/machines.ts', 'src/clouds/*/resources.ts', 'src/runtimes/*/**'];

/** Types only, nothing at run time. */
const KUBERNETES_TYPES = 'kubernetes-types';

/** Programs, which may read their environment. */
const MAINS = ['src/reconciler/main.ts', 'src/cli/**'];

const RESTRICTED_PATHS = 'import/no-restricted-paths';
const RESTRICTED_IMPORTS = '@typescript-eslint/no-restricted-imports';
const CODE_DIRECTORIES = ['test', 'examples', 'bench', 'scripts', 'docs'];

export const LINT_OPTIONS: javascript.EslintOptions = {
  dirs: ['src'],
  devdirs: CODE_DIRECTORIES,
  fileExtensions: ['.ts'],
  commandOptions: { fix: false, extraArgs: ['--max-warnings=0'] },
};

/** Adds the house rules and the layers to `project`'s eslint. */
export function addLint(project: cdk.JsiiProject): void {
  const { eslint } = project;
  if (!eslint) return;
  eslint.addRules(HOUSE_RULES);
  for (const layer of LAYERS) eslint.addOverride(layerOverride(layer));
  eslint.addOverride({ files: MAINS, rules: { 'no-restricted-properties': 'off' } });
  eslint.addOverride({ files: TABLES, rules: { '@stylistic/max-len': 'off', '@stylistic/quote-props': 'off' } });
  eslint.addOverride({ files: LAZY, rules: { '@typescript-eslint/no-require-imports': 'off' } });
  eslint.addOverride({ files: ['src/index.ts'], rules: EXPORTS_ONLY });
  // Optional peers are devDependencies here (docs/decisions/0001); the layers say who may import them.
  // The command line is bundled with what it needs.
  for (const glob of ['src/clouds/*/**', 'src/clouds/stack.ts', 'src/cli/**', 'src/graph/**', ...LAZY]) eslint.allowDevDeps(glob);
  Object.assign(eslint.config.settings['import/resolver'].typescript, {
    project: ['.', ...CODE_DIRECTORIES].map((directory) => `${directory}/tsconfig.json`),
    noWarnOnMultipleProjects: true,
  });
}

const HOUSE_RULES = {
  '@stylistic/max-len': ['error', { code: 140, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
  '@stylistic/object-property-newline': 'off', // a table has columns
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/max-params': ['error', { max: 3 }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  'import/order': ['error', {
    groups: ['builtin', ['external', 'internal'], 'parent', ['sibling', 'index']],
    alphabetize: { order: 'asc', caseInsensitive: true },
  }],
  'no-bitwise': 'off', // the compiler refuses `|` for `||` between booleans
  'import/no-cycle': ['error', { ignoreExternal: true }],
};

const EXPORTS_ONLY = {
  'no-restricted-syntax': ['error', {
    selector: 'Program > :not(ExportAllDeclaration, ExportNamedDeclaration[source])',
    message: 'src/index.ts holds exports only',
  }],
};

const DETERMINISM = 'expansion is pure: the same input gives the same bytes, at synth and in the cluster';

const CLOCKS_AND_WORLD = [
  'process', 'globalThis', 'console', 'Date', 'performance', 'crypto', 'fetch', 'Intl',
  'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', '__dirname', '__filename',
];

const PURE_RULES = {
  'no-restricted-globals': ['error', ...CLOCKS_AND_WORLD.map((name) => ({ name, message: DETERMINISM }))],
  'no-restricted-properties': ['error',
    { object: 'Math', property: 'random', message: DETERMINISM },
    { property: 'localeCompare', message: DETERMINISM },
    { property: 'toLocaleString', message: DETERMINISM }],
  'no-restricted-syntax': ['error', { selector: 'ImportExpression', message: DETERMINISM }],
};

const IMPURE_RULES = {
  'no-restricted-properties': ['error', {
    object: 'process', property: 'env', message: 'only the main file of a program reads its environment',
  }],
};

function layerOverride(layer: Layer): javascript.EslintOverride {
  return {
    files: layer.files.map((glob) => `src/${glob}`),
    rules: {
      [RESTRICTED_PATHS]: ['error', { zones: [fileZone(layer), INDEX_ZONE] }],
      [RESTRICTED_IMPORTS]: ['error', { paths: layer.pure ? HASH_ONLY : [], patterns: packagePatterns(layer) }],
      ...layer.pure ? PURE_RULES : IMPURE_RULES,
    },
  };
}

function fileZone({ files, imports }: Layer) {
  return {
    target: './src',
    from: './src/**/*',
    except: imports.map((glob) => `**/src/${glob}`),
    message: `src/${files.join(', ')} may import ${imports.join(', ') || 'nothing'} (projenrc/lint.ts)`,
  };
}

const INDEX_ZONE = {
  target: './src',
  from: './src/**/index.ts',
  except: ['**/src/expand/index.ts', '**/src/runtimes/index.ts'],
  message: 'inside the library import the file, not an index.ts',
};

const HASH_ONLY = [{ name: 'node:crypto', allowImportNames: ['createHash'], message: 'only createHash gives the same bytes every time' }];

function packagePatterns({ files, packages = [], types = [] }: Layer) {
  const typesOnly = [KUBERNETES_TYPES, ...types];
  return [
    {
      regex: `^(?!\\.|${[...packages, ...typesOnly].map(beginsWith).join('|')})`,
      message: `src/${files.join(', ')} may import ${packages.join(', ') || 'no package'} (projenrc/lint.ts)`,
    },
    {
      regex: `^(?:${typesOnly.map(beginsWith).join('|')})`,
      allowTypeImports: true,
      message: `only types of ${typesOnly.join(' and ')} (projenrc/lint.ts)`,
    },
  ];
}

/** A regular expression for `name` and what is below it, or for what is below it alone if it ends in `/` or `:`. */
function beginsWith(name: string): string {
  return /[/:]$/.test(name) ? name : `${name}(?:/|$)`;
}
