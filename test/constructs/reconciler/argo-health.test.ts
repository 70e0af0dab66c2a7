/** The health script, run by a Lua where there is one: Argo CD has its own, which is not in reach here. */
import { spawnSync } from 'node:child_process';
import { Reconciler } from '../../../src';

const LUA = ['lua', 'lua5.4', 'lua5.3', 'lua5.1', 'luajit'].find((name) => spawnSync(name, ['-v']).status === 0);

/** A value as Lua writes it. */
function lua(value: unknown): string {
  if (Array.isArray(value)) return `{ ${value.map(lua).join(', ')} }`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value).map(([key, member]) => `${key} = ${lua(member)}`).join(', ')} }`;
}

function healthOf(object: object): string {
  const program = `local obj = ${lua(object)}
local function script() ${Reconciler.argoHealthScript()} end
local health = script()
print(health.status .. ": " .. health.message)`;
  const { stdout, stderr } = spawnSync(LUA ?? 'lua', ['-'], { input: program, encoding: 'utf8' });
  return stdout.trim() || stderr;
}

interface Rest {
  readonly metadata?: object;
  readonly spec?: object;
  readonly observedGeneration?: number;
}

function resource(conditions: readonly object[], { metadata, spec = {}, observedGeneration = 2 }: Rest = {}): object {
  return { metadata: { generation: 2, ...metadata }, spec, status: { observedGeneration, conditions } };
}

const READY = { type: 'Ready', status: 'True', reason: 'Serving', message: 'serves revision 1' };
const NOT_READY = { type: 'Ready', status: 'False', reason: 'ModelNotReady', message: 'waits for Model team-a/opt' };
const STALLED = { type: 'Stalled', status: 'True', reason: 'JobFailed', message: 'exit code 1' };

(LUA ? test.each : test.skip.each)<[string, object, string]>([
  ['ready', resource([READY]), 'Healthy: serves revision 1'],
  ['not ready', resource([NOT_READY]), 'Progressing: waits for Model team-a/opt'],
  ['stalled', resource([NOT_READY, STALLED]), 'Degraded: exit code 1'],
  ['no longer stalled', resource([READY, { ...STALLED, status: 'False' }]), 'Healthy: serves revision 1'],
  ['suspended', resource([NOT_READY], { spec: { suspend: true } }), 'Suspended: is suspended'],
  ['suspended for being idle', resource([{ ...NOT_READY, reason: 'Suspended' }]), 'Suspended: is suspended'],
  ['changed since', resource([READY], { observedGeneration: 1 }), 'Progressing: waits for the reconciler'],
  ['new', { metadata: { generation: 1 }, spec: {}, status: { observedGeneration: -1 } }, 'Progressing: waits for the reconciler'],
  ['without a status', { metadata: { generation: 1 }, spec: {} }, 'Progressing: waits for the reconciler'],
  ['being deleted', resource([READY], { metadata: { deletionTimestamp: 'now' } }), 'Progressing: is being deleted'],
])('a resource that is %s', (_, object, health) => {
  expect(healthOf(object)).toBe(health);
});

test('there is an entry of argocd-cm for each kind', () => {
  expect(Object.keys(Reconciler.argoHealthChecks())).toEqual(
    ['Model', 'Dataset', 'Server', 'Notebook'].map((kind) => `resource.customizations.health.substratus.ai_${kind}`));
  expect(new Set(Object.values(Reconciler.argoHealthChecks()))).toEqual(new Set([Reconciler.argoHealthScript()]));
});
