/**
 * The pages that lead from an empty account to a served model: their commands are run as they stand there, in an empty folder. Node's
 * programs are the real ones; those of clouds and clusters are stand-ins, which take no file that is not there.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseAllDocuments } from 'yaml';

const ROOT = path.resolve(__dirname, '../..');
const PAGES = ['google-cloud', 'aws', 'azure', 'local'] as const;
type Page = typeof PAGES[number];

/** What each page may call beside what all call. */
const PROGRAMS: Readonly<Record<Page, readonly string[]>> = {
  'google-cloud': ['gcloud', 'terraform'], 'aws': ['aws', 'terraform'], 'azure': ['az', 'kubelogin', 'terraform'], 'local': ['kind', 'docker'],
};
const OF_ALL = ['npm', 'npx', 'kubectl', 'curl'];

const TSX = `exec node ${ROOT}/node_modules/tsx/dist/cli.mjs --tsconfig ${ROOT}/scripts/tsconfig.json`;
const SAY = 'echo "$(basename "$0") $*" >> "$CALLS"';
const STAND_INS: Readonly<Record<string, string>> = {
  npx: `case "$1" in tsx) shift; ${TSX} "$@";; substratus) shift; ${TSX} ${ROOT}/src/cli/main.ts "$@";; esac; exit 1`,
  terraform: `${SAY}
    stack="\${1#-chdir=}/cdk.tf.json"
    test -f "$stack" || exit 1
    case "$2 $3" in
      'output -json') exec node -e 'const { output } = JSON.parse(fs.readFileSync(process.argv[1]));
        console.log(JSON.stringify(Object.fromEntries(Object.keys(output).map((name) => [name, { value: "1.33.0" }]))))' "$stack";;
      'state list') exec node -e 'const { resource } = JSON.parse(fs.readFileSync(process.argv[1]));
        for (const type in resource) for (const id in resource[type]) console.log(type + "." + id)' "$stack";;
    esac`,
  kubectl: `${SAY}
    while [ $# -gt 0 ]; do if [ "$1" = -f ]; then test -e "$2" || exit 1; fi; shift; done`,
  gcloud: `${SAY}
    case "$*" in 'compute regions describe'*) echo 'NVIDIA_L4_GPUS  1.0';; esac`,
  up: SAY,
};

interface Run {
  readonly status: number | null;
  readonly stderr: string;
  readonly calls: readonly string[];
  readonly folder: string;
}

const textOf = (page: Page): string => fs.readFileSync(path.join(ROOT, 'docs/from-zero', `${page}.md`), 'utf8');
const blocks = (page: Page, language: string): string[] => [...textOf(page).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

function run(page: Page): Run {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'from-zero-'));
  const bin = path.join(folder, 'bin');
  const calls = path.join(folder, 'calls');
  fs.mkdirSync(bin);
  for (const program of [...OF_ALL, ...PROGRAMS[page]]) fs.writeFileSync(path.join(bin, program), `#!/bin/sh\n${STAND_INS[program] ?? SAY}\n`, { mode: 0o755 });
  fs.writeFileSync(path.join(folder, 'main.ts'), blocks(page, 'ts').join('\n'));
  fs.writeFileSync(calls, '');
  /* What the page says in words: the program is written once there is a folder, and docker is not at hand. */
  const script = ['set -eu', 'sleep() { :; }', ...blocks(page, 'sh')].join('\n')
    .replace(/^cd ml$/m, `cd ml\ncp ${folder}/main.ts .\nln -s ${ROOT}/node_modules .`)
    .replace(/^clusters\/laptop\/up\.sh$/m, 'sh -n clusters/laptop/up.sh');
  const env = { PATH: `${bin}:${path.dirname(process.execPath)}:/usr/bin:/bin`, CALLS: calls, HOME: folder, NO_COLOR: '1' };
  const { status, stderr } = spawnSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' });
  return { status, stderr, calls: fs.readFileSync(calls, 'utf8').trim().split('\n'), folder: path.join(folder, 'ml') };
}

interface Applied {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

/** What is applied, as `Kind namespace/name`. */
function applied(folder: string): string[] {
  const dist = path.join(folder, 'dist');
  return fs.readdirSync(dist).flatMap((file) => parseAllDocuments(fs.readFileSync(path.join(dist, file), 'utf8')))
    .map((document) => document.toJS() as Applied)
    .map(({ kind, metadata: { namespace = '', name } }) => `${kind} ${namespace}/${name}`);
}

describe.each(PAGES)('from zero: %s', (page) => {
  let result: Run;

  beforeAll(() => { result = run(page); }, 240_000);

  test('its commands run to their end, in their order', () => {
    expect([result.status, result.stderr]).toEqual([0, expect.not.stringContaining('rror')]);
    expect(result.calls.filter((call) => call.startsWith('kubectl apply'))).toEqual(['kubectl apply -f dist/0000-system.k8s.yaml', 'kubectl apply -f dist/']);
  });

  test('what is waited for, asked and deleted is what is applied', () => {
    const objects = applied(result.folder);
    expect(objects).toEqual(expect.arrayContaining([
      'Server team-a/chat', 'Deployment substratus/substratus-reconciler', ...['models', 'datasets', 'servers', 'notebooks'].map((kind) => `CustomResourceDefinition /${kind}.substratus.ai`),
    ]));
    const awaited = result.calls.filter((call) => /^kubectl (wait|rollout)/.test(call)).flatMap((call) => [...call.matchAll(/ (crd|server|deployment)\/(\S+)/g)].map(([each]) => each.trim()));
    const names = objects.map((object) => object.split('/').at(-1));
    expect(awaited.length).toBeGreaterThan(5);
    expect(awaited.filter((each) => !names.includes(each.split('/').at(-1)))).toEqual([]);
  });
});

describe.each(['google-cloud', 'aws', 'azure'] as const)('the tear-down on %s', (page) => {
  const [, pattern = ''] = /grep -E '(.+?)'/.exec(textOf(page)) ?? [];
  const resources = (): string[] => {
    const { resource } = JSON.parse(fs.readFileSync(path.join(ROOT, 'examples', EXAMPLES[page], 'expected', `${EXAMPLES[page]}.tf.json`), 'utf8')) as Stack;
    return Object.entries(resource).flatMap(([type, blocksOfType]) => Object.entries(blocksOfType).filter(([, { lifecycle }]) => lifecycle?.prevent_destroy).map(([id]) => `${type}.${id}`));
  };

  test('takes what is protected and holds artifacts out of the state', () => {
    const stores = resources().filter((address) => /bucket|storage/.test(address));
    expect(stores.length).toBeGreaterThan(0);
    expect(stores.filter((address) => !new RegExp(pattern).test(address))).toEqual([]);
  });
});

const EXAMPLES = { 'google-cloud': 'gcp-l4', 'aws': 'aws-h100', 'azure': 'azure-a100-spot' } as const;

interface Stack {
  readonly resource: Readonly<Record<string, Readonly<Record<string, { readonly lifecycle?: { readonly prevent_destroy?: boolean } }>>>>;
}
