/** `substratus facts`, against a server that speaks as the hub does. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ModelFacts } from '../../src';
import { EXIT } from '../../src/cli/errors';
import { safetensors, startHub } from './hub';
import type { LocalHub } from './hub';
import { substratus } from './run';

const CONFIG = {
  architectures: ['LlamaForCausalLM'], hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2,
  vocab_size: 256, max_position_embeddings: 2048, torch_dtype: 'bfloat16', tie_word_embeddings: false,
};
const WEIGHTS = 106_000;
const PLAIN = safetensors({ all: { dtype: 'BF16', shape: [WEIGHTS], bytes: 2 * WEIGHTS } });
const PACKED = safetensors({ packed: { dtype: 'I32', shape: [12_288], bytes: 49_152 }, rest: { dtype: 'BF16', shape: [8000], bytes: 16_000 } });
const text = (value: unknown): string => JSON.stringify(value);

const FILES = {
  'acme/tiny/config.json': text(CONFIG), 'acme/tiny/model.safetensors': PLAIN, 'acme/tiny/original/consolidated.safetensors': PLAIN, 'acme/tiny/README.md': '# tiny',
  'acme/tiny/.hub.json': text({ licence: 'apache-2.0', tags: ['v1'] }),
  'acme/awq/config.json': text({ ...CONFIG, quantization_config: { quant_method: 'awq' } }), 'acme/awq/model.safetensors': PACKED,
  'acme/gated/config.json': text(CONFIG), 'acme/gated/model.safetensors': PLAIN, 'acme/gated/.hub.json': text({ gated: true, licence: 'llama3.3' }),
  'acme/private/config.json': text(CONFIG), 'acme/private/model.safetensors': PLAIN, 'acme/private/.hub.json': text({ private: true }),
  'acme/files/data.txt': 'x', 'acme/files/model.safetensors': PLAIN,
  'acme/gguf/config.json': text(CONFIG), 'acme/gguf/model-Q4_K_M.gguf': 'GGUF',
  'acme/package/config.json': text({ name: 'app', version: '1' }), 'acme/package/model.safetensors': PLAIN,
  'acme/empty/config.json': text(CONFIG),
  'acme/broken/config.json': '{', 'acme/broken/model.safetensors': PLAIN,
  'acme/other/config.json': text({ ...CONFIG, num_hidden_layers: 2, layer_types: ['full_attention'] }), 'acme/other/model.safetensors': PLAIN,
};

let hub: LocalHub;
let directory: string;

beforeAll(async () => { hub = await startHub(FILES, { granted: 'acme/gated,acme/private', stranger: 'acme/none' }); });
afterAll(() => hub.stop());
beforeEach(() => { directory = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-')); });

const facts = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => (
  substratus(['facts', ...args], { cwd: directory, env: { HF_ENDPOINT: hub.url, ...env } }));
const written = (file = 'model-facts.json'): string => fs.readFileSync(path.join(directory, file), 'utf8');

test('what the hub says of a model is written beside the app', async () => {
  const { exitCode, stdout, stderr } = await facts(['acme/tiny']);
  expect(stdout).toMatch(/^acme\/tiny at [0-9a-f]{12}\n {2}0\.106 million parameters in bf16, 0\.0 GiB\n {2}made for 2048 tokens\n {2}licence: apache-2\.0\n$/);
  expect(stderr).toBe("written to model-facts.json; read it with ModelFacts.fromFile('model-facts.json', 'acme/tiny')\n");
  expect(exitCode).toBe(EXIT.ok);
  expect(JSON.parse(written())).toEqual({
    'acme/tiny': {
      parameters: WEIGHTS, weightBytes: PLAIN.length, weights: 'bf16', contextLength: 2048, hiddenSize: 64, intermediateSize: 128, vocabularySize: 256,
      heads: 4, layers: [{ kind: 'full', layers: 2, kvHeads: 2, headDim: 16 }], revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string, licence: 'apache-2.0',
    },
  });
  expect(ModelFacts.fromFile(path.join(directory, 'model-facts.json'), 'acme/tiny').parameters).toBe(WEIGHTS);
});

test('the file keeps other models, and is the same when nothing has changed', async () => {
  await facts(['acme/tiny', '--revision', 'v1']);
  await facts(['acme/awq']);
  const first = written();
  expect(Object.keys(JSON.parse(first) as object)).toEqual(['acme/awq', 'acme/tiny']);
  expect((await facts(['acme/tiny'])).stderr).toBe('model-facts.json has them already\n');
  expect(written()).toBe(first);
});

test('of packed weights the config says how many there are', async () => {
  const { stdout } = await facts(['acme/awq', '-o', 'json', '--file', 'facts/../other.json']);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'acme/awq', weights: 'int4', parameters: 106_496 });
  expect(written('other.json')).toContain('"acme/awq"');
});

test('what is gated is read with a token that may', async () => {
  expect(JSON.parse((await facts(['acme/gated', '-o', 'json'], { HF_TOKEN: 'granted' })).stdout)).toMatchObject({ gated: true, licence: 'llama3.3' });
});

test.each<[string, [args: string[], env: Readonly<Record<string, string>>], string]>([
  ['a gated model without a token', [['acme/gated'], {}], 'acme/gated is gated; accept its licence on HUB/acme/gated, and set HF_TOKEN to a token of that account'],
  ['a gated model with a token that may not', [['acme/gated'], { HF_TOKEN: 'stranger' }],
    'acme/gated is gated, and the account of HF_TOKEN may not read it; accept its licence on HUB/acme/gated'],
  ['a token that is not one', [['acme/tiny'], { HF_TOKEN: 'wrong' }], 'HUB does not take HF_TOKEN; give a token that is valid'],
  ['a repository without config.json', [['acme/files'], {}], 'acme/files has no config.json, so it is not a model of transformers; give its facts by ModelFacts.fromNumbers'],
  ['no name of a repository', [['tiny'], {}], "'tiny' is not the name of a repository; give owner and name, such as Qwen/Qwen3-8B"],
  ['a number that is not one', [['acme/tiny', '--parameters', 'many'], {}], "--parameters is 'many'; give a whole number, such as 8190735360 or 8.19e9"],
  ['a hub that is not one', [['acme/tiny'], { HF_ENDPOINT: 'hub.acme' }], "HF_ENDPOINT is 'hub.acme', which is not the URL of a hub; give for example https://huggingface.co"],
  ['a network without the hub', [['acme/tiny'], { HF_ENDPOINT: 'http://127.0.0.1:9' }],
    'http://127.0.0.1:9 cannot be reached (bad port); see the network, or set HF_ENDPOINT to a mirror that can be'],
  ['another server', [['acme/tiny'], { HF_ENDPOINT: 'HUB/elsewhere' }],
    'HUB/elsewhere does not answer as the hub does: it answers 404 to /elsewhere/api/models/acme/tiny/revision/main; see that HF_ENDPOINT is a mirror of it, and the proxy'],
])('fails for %s', async (_, [args, env], message) => {
  const shown = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace('HUB', hub.url)]));
  expect(await facts(args, shown)).toEqual({ exitCode: EXIT.usage, stdout: '', stderr: `error: ${message.replaceAll('HUB', hub.url)}\n` });
  expect(fs.readdirSync(directory)).toEqual([]);
});

test.each([
  ['a model that is not there', ['acme/none'], 'HUB has no model acme/none, or it is private; correct the name, or set HF_TOKEN'],
  ['a private model', ['acme/private'], 'HUB has no model acme/private, or it is private; correct the name, or set HF_TOKEN'],
  ['a revision that is not there', ['acme/tiny', '--revision', 'v2'], 'acme/tiny has no revision v2; give a commit, tag or branch of HUB/acme/tiny'],
])('does not find %s', async (_, args, message) => {
  expect(await facts(args)).toEqual({ exitCode: EXIT.notFound, stdout: '', stderr: `error: ${message.replaceAll('HUB', hub.url)}\n` });
});

test.each([
  ['weights in GGUF alone', 'acme/gguf', 'it has files in GGUF only, each of which is another model; give the facts by ModelFacts.fromNumbers'],
  ['no weights', 'acme/empty', 'it has no files with weights; give the facts by ModelFacts.fromNumbers'],
  ['a config of something else', 'acme/package', 'it has no num_hidden_layers, so it is not the config.json of a language model; give that of the model itself'],
  ['a config that contradicts itself', 'acme/other',
    'it contradicts itself: layer_types has 1 entries but num_hidden_layers is 2; give the config.json as it is in the repository'],
])('tells of %s', async (_, repo, message) => {
  const { stderr, exitCode } = await facts([repo]);
  expect(stderr.replace(/[0-9a-f]{12}/, 'COMMIT')).toBe(`error: the facts of ${repo} at COMMIT cannot be told: ${message}\n`);
  expect(exitCode).toBe(EXIT.usage);
});

test('facts that contradict each other are not written', async () => {
  const { stderr } = await facts(['acme/tiny', '--parameters', '8e9']);
  expect(stderr.replace(/[0-9a-f]{12}/, 'COMMIT')).toBe('error: the facts of acme/tiny at COMMIT cannot be told: 8000000000 parameters in bf16 are not 0.0 GiB, '
    + 'which is 0.00 bytes each; correct the number of parameters, the size of the weights or their format\n');
  expect(fs.readdirSync(directory)).toEqual([]);
});

test('an answer that is not JSON, and a hub in trouble, are told', async () => {
  expect((await facts(['acme/broken'])).stderr)
    .toBe(`error: ${hub.url} does not answer as the hub does: its answer is not JSON; see that HF_ENDPOINT is a mirror of it, and the proxy\n`);
  await hub.fail('/api/models/acme/tiny*', { status: 503 });
  expect((await facts(['acme/tiny'])).stderr).toBe(`error: ${hub.url} answers 503 for acme/tiny; try again later\n`);
});

test('a file that is not one of facts is left alone', async () => {
  fs.writeFileSync(path.join(directory, 'model-facts.json'), '[]');
  expect((await facts(['acme/tiny'])).stderr)
    .toBe('error: model-facts.json: it holds [], not facts by the names of models; write it with substratus facts, or name another with --file\n');
  expect(written()).toBe('[]');
});
