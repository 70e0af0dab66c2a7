/** `substratus fit`, of manifests as they are on disk. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { EXIT } from '../../src/cli/errors';
import type { ResourceFit } from '../../src/state/fit';
import { substratus } from './run';

const EXAMPLES = path.resolve(__dirname, '../../examples');

const PLATFORM = {
  cloud: 'gcp', clusterName: 'ml', artifacts: { url: 'gs://acme' }, workspaces: [{ namespace: 'team-a' }],
  gpuPools: [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1 }],
};
const RECONCILER = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'substratus-platform', namespace: 'substratus' }, data: { 'platform.json': JSON.stringify(PLATFORM) } };

const resource = (kind: string, name: string, spec: object): object => ({ apiVersion: 'substratus.ai/v1', kind, metadata: { name, namespace: 'team-a' }, spec });
const base = (repo: string): object => resource('Model', 'base', { runtime: { name: 'huggingface' }, params: { repo, revision: 'abc' } });
const server = (spec: object = {}): object => resource('Server', 'chat', { runtime: { name: 'vllm' }, model: { name: 'base' }, resources: { gpu: { type: 'nvidia-l4' } }, ...spec });

async function fit(objects: readonly object[], ...args: string[]) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-'));
  fs.mkdirSync(path.join(directory, 'dist'));
  fs.writeFileSync(path.join(directory, 'dist/app.k8s.yaml'), objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return substratus(['fit', ...args], { cwd: directory });
}

test('every Server, training and quantization has a verdict with its numbers', async () => {
  const { exitCode, stdout } = await substratus(['fit', path.join(EXAMPLES, 'multi-cloud/expected/gcp.yaml')]);
  expect(exitCode).toBe(EXIT.ok);
  expect(stdout.split('\n').map((line) => line.replace(/-[0-9a-z]{8}\b/, '-DIGEST').replace(/ {2,}/g, '  ').trimEnd())).toEqual([
    'team-a (ml)',
    '  Model qwen-chats-DIGEST  fits',
    '  Qwen/Qwen3-0.6B, finetuned by lora with 1 × 512 tokens on one nvidia-l4: 3.3',
    '  of 22.0 GiB',
    '  GiB: weights 1.1, adapter and its optimizer 0.1, activations 0.1, buffers',
    '  0.2, CUDA and fragmentation 1.9; of 22.0',
    '  Model qwen-small-DIGEST  fits',
    '  Qwen/Qwen3-0.6B, quantized to fp8 in the memory of its pod: up to 4.8 of 8.0',
    '  GiB',
    '  GiB: a file of weights, before and after 2.8, program 2.0; of 8.0',
    '  Server chat  fits  40960 tokens  3.9 at once',
    '  Qwen/Qwen3-0.6B on one nvidia-l4: 16.9 GiB for the cache, 3.9 requests of',
    '  40960 tokens at once',
    '  GiB: weights 0.8, vLLM 2.5, left to others 1.8; of 22.0',
    '',
  ]);
});

test('as JSON it is a list', async () => {
  const { stdout } = await fit([RECONCILER, base('Qwen/Qwen3-0.6B'), server({ params: { maxModelLen: 4096 } })], '-o', 'json');
  expect(JSON.parse(stdout)).toEqual([{
    cluster: 'ml', namespace: 'team-a', kind: 'Server', name: 'chat', verdict: 'fits', contextLength: 4096,
    concurrency: expect.closeTo(37.3, 1) as number, usableGiB: 22, parts: expect.arrayContaining([{ name: 'vLLM', gib: 2.5 }]) as unknown,
    reason: 'Qwen/Qwen3-0.6B on one nvidia-l4: 16.3 GiB for the cache, 37.3 requests of 4096 tokens at once, fewer than the 40960 that it was made for',
  }]);
});

test('what cannot fit is told with what to change, and by the exit code', async () => {
  const { exitCode, stdout } = await fit([RECONCILER, base('Qwen/Qwen3-32B'), server()]);
  expect(exitCode).toBe(EXIT.no);
  expect(stdout.split('\n')).toEqual([
    'team-a (ml)',
    '  Server chat  does not fit',
    '    Qwen/Qwen3-32B on one nvidia-l4: the weights leave no memory for its cache;',
    '    use a smaller model, or a platform with larger GPUs',
    '    GiB: weights 61.0, vLLM 2.5, left to others 1.8; of 22.0',
    '',
  ]);
});

test.each<[string, readonly object[], string]>([
  ['facts', [RECONCILER, base('acme/llm'), server()],
    'the facts of its model are not known; set facts of the Model, for example by ModelFacts.fromFile of what substratus facts writes'],
  ['program', [RECONCILER, base('Qwen/Qwen3-8B'), server({ runtime: undefined, image: 'acme/server:1' })], 'it runs an image, of which nothing is known'],
  ['arguments', [RECONCILER, base('Qwen/Qwen3-8B'), server({ args: ['--swap-space', '4'] })], 'args are set, which can change all that vllm takes'],
  ['task', [RECONCILER, base('Qwen/Qwen3-8B'), server({ params: { task: 'embed' } })], 'for engine vllm as it is set, nothing is computed'],
  ['platform', [base('Qwen/Qwen3-8B'), server()],
    'no platform is known for what is in dist, because no Reconciler is among it; add the folder that the Reconciler is synthesized to'],
  ['GPU', [RECONCILER, base('Qwen/Qwen3-8B'), server({ resources: { gpu: { type: 'nvidia-l5' } } })], "gpu nvidia-l5 is not in the catalog; declare it with Gpu.custom({ name: 'nvidia-l5', memory, resourceName }) and its nodes with addGpuPool"],
])('an unknown %s is told, and nothing is guessed', async (_, objects, reason) => {
  const { exitCode, stdout } = await fit(objects, '-o', 'json');
  expect((JSON.parse(stdout) as ResourceFit[]).map(({ verdict, reason: why }) => [verdict, why])).toEqual([['unknown', reason]]);
  expect(exitCode).toBe(EXIT.ok);
});

test('broken facts of an author are told with the Model', async () => {
  const broken = { ...base('Qwen/Qwen3-8B'), metadata: { name: 'base', namespace: 'team-a', annotations: { 'substratus.ai/facts': '{"name":"own"}' } } };
  const { stdout } = await fit([RECONCILER, broken, server()], '-o', 'json');
  expect((JSON.parse(stdout) as ResourceFit[])[0]?.reason)
    .toBe('Model team-a/base: annotation substratus.ai/facts cannot be used: parameters is missing; give a whole number, 1 or more');
});

test('manifests without a model that computes are said to be so', async () => {
  expect(await fit([RECONCILER, base('Qwen/Qwen3-8B')])).toEqual({ exitCode: EXIT.ok, stdout: '', stderr: 'no Server, training or quantization is among the manifests\n' });
});
