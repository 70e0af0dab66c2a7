/** What the constructs refuse at once: input whose value alone is wrong. */
import { Duration, Size } from 'cdk8s';
import { Build, Capacity, Dataset, Gpu, GpuSharing, Model, Notebook, PodSecurity, Server } from '../../../src';
import type { Workspace } from '../../../src';
import { dataset, local, messageOf, model, notebook, server, untyped, workspace } from '../fixtures';

type Case = readonly [name: string, declare: (team: Workspace) => unknown, message: string];

const IMAGE = { image: 'acme/model' };
const gpus = (resources: object) => (team: Workspace) => model(team, 'opt', { resources });

const NUMBERS: Case[] = [
  ['a gpuCount of none', gpus({ gpu: Gpu.NVIDIA_L4, gpuCount: 0 }), '[team-a/opt] gpuCount is 0; give a whole number of GPUs, 1 or more, or leave gpu out'],
  ['a fractional gpuCount', gpus({ gpu: Gpu.NVIDIA_L4, gpuCount: 0.5 }), '[team-a/opt] gpuCount is 0.5; give a whole number of GPUs, 1 or more, or leave gpu out'],
  ['negative cpu', gpus({ cpu: -1 }), '[team-a/opt] cpu is -1; give a number of cores above 0, for example 2 or 0.5'],
  ['negative retries', (team) => model(team, 'opt', { retries: -1 }), '[team-a/opt] retries is -1; give a whole number, 0 or more'],
  ['fractional retries', (team) => dataset(team, 'squad', { retries: 1.5 }), '[team-a/squad] retries is 1.5; give a whole number, 0 or more'],
  ['more retries than the field holds', (team) => model(team, 'opt', { retries: 2 ** 31 }), '[team-a/opt] retries is 2147483648; give a number of at most 2147483647'],
  ['negative replicas', (team) => server(team, 'chat', { replicas: -1 }), '[team-a/chat] replicas is -1; give a whole number, 0 or more'],
  ['fractional replicas', (team) => server(team, 'chat', { replicas: 0.5 }), '[team-a/chat] replicas is 0.5; give a whole number, 0 or more'],
  ['a negative port', (team) => server(team, 'chat', { port: -80 }), '[team-a/chat] port is -80; give a whole number from 1 to 65535'],
  ['a port that none is', (team) => server(team, 'chat', { port: 65536 }), '[team-a/chat] port is 65536; give a whole number from 1 to 65535'],
  ['a fractional port', (team) => server(team, 'chat', { port: 80.5 }), '[team-a/chat] port is 80.5; give a whole number from 1 to 65535'],
];

const QUANTITIES: Case[] = [
  ['memory as a quantity', gpus({ memory: '16Gi' }), "[team-a/opt] memory is '16Gi', which is not a Size; write for example Size.gibibytes(16)"],
  ['memory that is not a quantity', gpus({ memory: 'lots' }), "[team-a/opt] memory is 'lots', which is not a quantity; write for example Size.gibibytes(16)"],
  ['a disk of nothing', gpus({ disk: Size.gibibytes(0) }), '[team-a/opt] disk is 0 KiB; give 1 MiB or more, for example Size.gibibytes(16)'],
  ['staging that is not a quantity', (team) => model(team, 'opt', { staging: { size: untyped<Size>('') } }),
    "[team-a/opt] staging.size is '', which is not a quantity; write for example Size.gibibytes(16)"],
  ['a timeout as a text', (team) => model(team, 'opt', { timeout: untyped<Duration>('12h') }),
    "[team-a/opt] timeout is '12h', which is not a Duration; write for example Duration.hours(2)"],
  ['a probe by hand', () => server(workspace(), 'chat', { probeTimeout: untyped('5s') }),
    "[team-a/chat] probeTimeout is '5s', which is not a Duration; write for example Duration.seconds(5)"],
  ['a timeout of nothing', (team) => model(team, 'opt', { timeout: Duration.seconds(0) }),
    '[team-a/opt] timeout is 0 s; give whole seconds, 1 or more, for example Duration.hours(2)'],
  ['A25: an idleTimeout beside a token in a Secret',
    (team) => notebook(team, 'lab', { idleTimeout: Duration.hours(1), env: { NOTEBOOK_TOKEN: '${{ secrets.mine.token }}' } }),
    '[team-a/lab] idleTimeout is set, but env NOTEBOOK_TOKEN is a Secret of your own, which the reconciler may not read, '
    + 'so it could not ask for activity; leave out NOTEBOOK_TOKEN for a random token, or idleTimeout'],
  ['a token of a notebook outside its recipe', (team) => notebook(team, 'lab', { runtimeEnv: { NOTEBOOK_TOKEN: 'abc' } }),
    '[team-a/lab] runtimeEnv NOTEBOOK_TOKEN is set; leave it out for a random token, or set NOTEBOOK_TOKEN in env'],
  ['an idleTimeout of nothing', (team) => notebook(team, 'lab', { idleTimeout: Duration.minutes(0) }),
    '[team-a/lab] idleTimeout is 0 s; give whole seconds, 1 or more, for example Duration.hours(2)'],
];

const PARAMS: Case[] = [
  ['a param that is not a name of a variable', (team) => model(team, 'opt', { params: { 'learning-rate': 1 } }),
    '[team-a/opt] param learning-rate cannot be the environment variable PARAM_LEARNING-RATE; use letters, digits and _ in its name'],
  ['two params of one variable', (team) => model(team, 'opt', { params: { epochs: 1, Epochs: 2 } }),
    '[team-a/opt] params epochs and Epochs are both PARAM_EPOCHS in the environment; rename one'],
  ['a param that is not a number', (team) => model(team, 'opt', { params: { rate: Number.NaN } }),
    '[team-a/opt] param rate is NaN; give a string, a number or a boolean'],
  ['a param that is endless', (team) => model(team, 'opt', { params: { rate: Infinity } }),
    '[team-a/opt] param rate is Infinity; give a string, a number or a boolean'],
  ['an integer that is not exact', (team) => model(team, 'opt', { params: { seed: 2 ** 53 } }),
    '[team-a/opt] param seed is 9007199254740992, an integer that cannot be written exactly; write it as a string'],
  ['a param without a value', (team) => model(team, 'opt', { params: untyped({ seed: null }) }),
    '[team-a/opt] param seed is null; give a string, a number or a boolean'],
];

const IMAGES: Case[] = [
  ['image and imageBuild together', (team) => model(team, 'opt', { imageBuild: Build.git({ url: 'https://example.com/a' }) }),
    "[team-a/opt] image is 'acme/model' and imageBuild is set too; leave one of them out"],
  ['neither image nor imageBuild', (team) => new Dataset(team, 'squad', {}),
    "[team-a/squad] neither image nor imageBuild is set; set image to what to run, imageBuild to where its sources are, or loader to a ready-made program, for example Loader.huggingFace('HuggingFaceH4/no_robots')"],
  ['an empty image', (team) => model(team, 'opt', { image: '' }),
    "[team-a/opt] neither image nor imageBuild is set; set image to what to run, imageBuild to where its sources are, or loader, trainer or quantizer to a ready-made program, for example loader: Loader.huggingFace('Qwen/Qwen3-0.6B')"],
  ['an image with a space', (team) => model(team, 'opt', { image: 'acme/model latest' }),
    "[team-a/opt] image is 'acme/model latest', which is not a reference to an image; write for example acme/trainer:1.0, without scheme and spaces"],
  ['an image with a scheme', (team) => model(team, 'opt', { image: 'docker://acme/model' }),
    "[team-a/opt] image is 'docker://acme/model', which is not a reference to an image; write for example acme/trainer:1.0, without scheme and spaces"],
  ['a build that is none', (team) => new Model(team, 'opt', { imageBuild: untyped<Build>({ git: 'x' }) }),
    '[team-a/opt] imageBuild is {"git":"x"}, which is not a Build; write Build.git({ url: \'https://…\' })'],
  ['a build of branch and tag', () => Build.git({ url: 'https://example.com/a', branch: 'main', tag: 'v1' }),
    "Build.git: branch is 'main' and tag is 'v1', and only one can be built; leave one out"],
  ['a build of nothing', () => Build.git({ url: '' }), 'Build.git: url is empty; give the URL of a git repository, for example https://github.com/acme/models'],
];

const LONG = 'a'.repeat(60);

const NAMES: Case[] = [
  ['a name too long', (team) => model(team, LONG),
    expect.stringMatching(/^\[team-a\/a{60}\] name a{60}-[0-9a-z]{8} has 69 characters and 63 are allowed; use shorter ids or set metadata\.name$/) as unknown as string],
  ['a name that is not DNS-1123', (team) => model(team, 'opt', { metadata: { name: 'Opt_125m' } }),
    "[team-a/opt] name 'Opt_125m' cannot be that of a Model, which has only lower-case letters, digits and - inside; use other ids or set metadata.name"],
  ['an empty name', (team) => model(team, 'opt', { metadata: { name: '' } }),
    "[team-a/opt] name '' cannot be that of a Model, which has only lower-case letters, digits and - inside; use other ids or set metadata.name"],
  ['a Server whose name is not DNS-1035', (team) => server(team, '7b'),
    "[team-a/7b] name '7b' cannot be that of a Server, which starts with a letter and has only lower-case letters, digits and - inside; "
      + 'use other ids or set metadata.name'],
  ['a Notebook whose name is not DNS-1035', (team) => notebook(team, '7b'),
    "[team-a/7b] name '7b' cannot be that of a Notebook, which starts with a letter and has only lower-case letters, digits and - inside; "
      + 'use other ids or set metadata.name'],
  ['a namespace with capital letters', (team) => model(team, 'opt', { metadata: { namespace: 'Team' } }),
    "[team-a/opt] namespace 'Team' cannot be one; use lower-case letters, digits and - inside, 63 characters at most"],
  ['an import without a name', (team) => Model.fromModelAttributes(team, 'base', { modelName: '' }),
    "[team-a/base] name is '', which no object can have; give its metadata.name"],
  ['an import with half a digest', (team) => Model.fromModelAttributes(team, 'base', { modelName: 'opt', recipeDigest: 'abc' }),
    "[team-a/base] recipeDigest is 'abc'; take the 26 characters from recipeDigest of the Model where it is declared, "
      + 'or from the label substratus.ai/recipe of its Jobs, or leave it out'],
];

const UNTYPED: Case[] = [
  ['no props', (team) => new Model(team, 'opt', untyped(undefined)), '[team-a/opt] props are undefined; give an object'],
  ['a text for props', (team) => new Notebook(team, 'lab', untyped('acme')), "[team-a/lab] props are 'acme'; give an object"],
  ['a Server without a model', (team) => new Server(team, 'chat', untyped(IMAGE)), '[team-a/chat] model is not set; give the Model to serve'],
  ['a command that is a text', (team) => model(team, 'opt', { command: untyped('python train.py') }), "[team-a/opt] command is 'python train.py'; give a list"],
  ['a variable with a NUL', (team) => model(team, 'opt', { env: { A: 'x\0' } }),
    "[team-a/opt] env A is 'x\\u0000', which has a NUL character, which no environment variable can hold; leave it out"],
  ['a param with a NUL', (team) => model(team, 'opt', { params: { a: 'x\0' } }),
    "[team-a/opt] param a is 'x\\u0000', which has a NUL character, which no environment variable can hold; leave it out"],
  ['an argument with a NUL', (team) => model(team, 'opt', { args: ['a', 'b\0'] }), '[team-a/opt] args.1 has a NUL character, which no argument can hold; leave it out'],
  ['an argument that is a number', (team) => model(team, 'opt', { args: untyped([1]) }), '[team-a/opt] args.0 is 1; give a string'],
  ['a GPU by its name', gpus({ gpu: 'nvidia-l4' }), "[team-a/opt] gpu is 'nvidia-l4', which is not a Gpu; write for example Gpu.NVIDIA_L4, or Gpu.of('nvidia-l4')"],
  ['an access that is none', (team) => model(team, 'opt', { access: untyped('mount') }), "[team-a/opt] access is 'mount'; use stream or download"],
  ['suspend as a text', (team) => model(team, 'opt', { suspend: untyped('yes') }), "[team-a/opt] suspend is 'yes'; give true or false"],
  ['sharing with a text', (team) => model(team, 'opt', { sharedWith: untyped('team-b') }), "[team-a/opt] sharedWith is 'team-b'; give a list, for example ['team-b']"],
  ['sharing with no namespace', (team) => model(team, 'opt', { sharedWith: ['Team'] }), "[team-a/opt] sharedWith has 'Team', which is not a valid namespace name; write one, or * for all"],
  ['a pull secret that is a text', (team) => model(team, 'opt', { imagePullSecrets: untyped('a') }), "[team-a/opt] imagePullSecrets is 'a'; give a list of names"],
  ['more params than an object may have', (team) => model(team, 'opt', { params: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`p${i}`, i])) }),
    '[team-a/opt] params has 257 entries; 256 are allowed'],
  ['a readinessPath without /', (team) => server(team, 'chat', { readinessPath: 'health' }), "[team-a/chat] readinessPath is 'health'; start it with /"],
  ['replicas with a scaler', (team) => server(team, 'chat', { replicas: 2, scaling: untyped('external') }),
    "[team-a/chat] replicas is 2 but scaling is 'external'; leave replicas to the autoscaler, or scaling out"],
];

const CLOUD: Case[] = [
  ['a GPU that the cloud has not', gpus({ gpu: Gpu.NVIDIA_A10G }),
    '[team-a/opt] Google Cloud has no machine with nvidia-a10g (24 GiB); use the nearest that it has: nvidia-l4 (24 GiB), nvidia-t4 (16 GiB), nvidia-v100 (16 GiB)'],
  ['more GPUs than a machine has', gpus({ gpu: Gpu.NVIDIA_L4, gpuCount: 9 }), '[team-a/opt] no machine of Google Cloud has 9 nvidia-l4; ask for at most 8'],
  ['a GPU that there is not', () => Gpu.of('nvidia-l5'),
    "gpu nvidia-l5 is not in the catalog; declare it with Gpu.custom({ name: 'nvidia-l5', memory, resourceName }) and its nodes with addGpuPool"],
  ['several slices', gpus({ gpu: Gpu.NVIDIA_L4, gpuCount: 2, gpuSharing: GpuSharing.timeSlicing(4) }),
    '[team-a/opt] gpuCount is 2 with gpuSharing time-slicing-4, but a program sees one slice only; leave out one of them'],
  ['a slice that is a text', gpus({ gpu: Gpu.NVIDIA_L4, gpuSharing: '1g.10gb' }),
    "[team-a/opt] gpuSharing is '1g.10gb', which is not a GpuSharing; write for example GpuSharing.mig('1g.10gb')"],
  ['a profile that there is not', gpus({ gpu: Gpu.NVIDIA_A100, gpuSharing: GpuSharing.mig('half') }),
    '[team-a/opt] gpuSharing is mig-half; give a MIG profile such as 1g.10gb, or a whole number of pods, 2 or more'],
];

const ALL = { NUMBERS, QUANTITIES, PARAMS, IMAGES, NAMES, UNTYPED, CLOUD };

describe.each(Object.entries(ALL))('%s', (_, cases) => {
  test.each(cases)('%s is refused', (_name, declare, message) => {
    expect(messageOf(() => declare(workspace()))).toEqual(message);
  });
});

test('a capacity that the cloud lacks is refused', () => {
  expect(messageOf(() => model(workspace(local()), 'opt', { resources: { capacity: Capacity.SPOT } })))
    .toBe('[team-a/opt] capacity is spot but a local cluster has only on-demand; leave capacity out');
});

test('restricted pods are refused as root', () => {
  expect(messageOf(() => model(workspace(), 'opt', { podSecurity: PodSecurity.RESTRICTED, pod: { securityContext: { runAsUser: 0 } } })))
    .toBe('[team-a/opt] pod.securityContext runs as root, which podSecurity restricted forbids; set runAsUser to another user');
});
