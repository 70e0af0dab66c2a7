/**
 * No engine is given an argument that its program does not have: it would end at its start.
 *
 * flags/: all options of `vllm serve` 0.31.0 (its own parser), of llama-server (`--help` of what test/runtimes/llama.sh builds), and of
 * text-embeddings-router 1.9 (its source); 2026-11.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeNamed, settingsOf } from '../../../src/runtimes';
import type { Runtime, RuntimeContext, Settings } from '../../../src/runtimes';
import { platformOf } from '../../expand/fixtures';

const PROGRAMS: Readonly<Record<string, string>> = {
  'vllm': 'vllm-0.31.0', 'speech': 'vllm-0.31.0', 'llama-cpp': 'llama-server', 'embeddings': 'text-embeddings-router-1.9',
};
const L4 = { model: { name: 'nvidia-l4', memoryGiB: 24, resource: 'nvidia.com/gpu', cpu: 3, hostMemoryGiB: 10, capability: 8.9 }, count: 2 };

/** Each param as something other than its default. */
function changed(name: string): Settings[] {
  const table = (runtimeNamed(name) as Runtime).params('Server');
  const defaults = settingsOf(table);
  return Object.entries(table).flatMap(([key, param]) => {
    if (param.type === 'boolean') return [{ ...defaults, [key]: !(param.default ?? false) }];
    if (param.type === 'integer' || param.type === 'number') return [{ ...defaults, [key]: 1 }];
    return ((param.type === 'text' && param.values) || ['x']).filter((value) => value !== '').map((value) => ({ ...defaults, [key]: value }));
  });
}

function argumentsOf(name: string): string[] {
  const runtime = runtimeNamed(name) as Runtime;
  const context = { kind: 'Server', name: 'chat', port: 8080, platform: platformOf('gcp'), hasModel: true, hasDataset: false } as const;
  const variants: Partial<RuntimeContext>[] = [{}, { gpus: L4 }, { gpus: L4, isStreamed: true, hasBase: runtime.takesAdapters === true }];
  return variants.flatMap((variant) => (
    changed(name).flatMap((settings) => [...runtime.container({ ...context, ...variant, settings }).args ?? []])));
}

test.each(Object.entries(PROGRAMS))('%s has the options that it is given (%s)', (name, program) => {
  const known = new Set(readFileSync(join(__dirname, 'flags', `${program}.txt`), 'utf8').split('\n'));
  const given = [...new Set(argumentsOf(name).filter((argument) => argument.startsWith('--')))];
  expect(given.filter((flag) => !known.has(flag))).toEqual([]);
  expect(given.length).toBeGreaterThan(5);
});
