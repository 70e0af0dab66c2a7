/** Images are for one kind of processor, and nodes are of several: decision 0040. */
import type { PlatformSpec } from '../../src/api/platform';
import type { ModelSpec } from '../../src/api/resource';
import { architectureProblem } from '../../src/expand';
import { jobOf, model, NAMESPACE, platformOf } from './fixtures';

const AMD = { name: 'system', machineType: 'Standard_D4ds_v5' };
const ARM = { name: 'arm', machineType: 'Standard_D4pds_v5' };
const GB200 = { name: 'gb200', gpu: 'nvidia-gb200', gpusPerNode: 4, machineType: 'Standard_ND128isr_NDR_GB200_v6' };
const BUILD: ModelSpec = { image: undefined, build: { git: { url: 'https://example.com/a.git' } } };
const ON_GB200: ModelSpec = { resources: { gpu: { type: 'nvidia-gb200', count: 4 } } };
const FOR_ARM: ModelSpec = { pod: { nodeSelector: { 'kubernetes.io/arch': 'arm64' } } };

function azure(changes: Partial<PlatformSpec>): PlatformSpec {
  return platformOf('azure', changes);
}

function archOf(step: 'run' | 'build', spec: ModelSpec, platform: PlatformSpec): string | undefined {
  return jobOf(step, model(spec), { platform }).spec?.template.spec?.nodeSelector?.['kubernetes.io/arch'];
}

function problem(spec: ModelSpec, platform: PlatformSpec): string | undefined {
  return architectureProblem(spec, { platform, namespace: NAMESPACE });
}

test('where all nodes are alike, or nobody knows them, nothing is chosen', () => {
  for (const nodePools of [undefined, [AMD], [{ ...AMD, machineType: 'Standard_DC4as_v5' }]]) {
    expect([archOf('run', {}, azure({ nodePools })), archOf('build', BUILD, azure({ nodePools }))]).toEqual([undefined, undefined]);
  }
});

test('on a platform that has nodes of both, a pod is on those that most images are for, unless its author says otherwise', () => {
  const platform = azure({ nodePools: [AMD, ARM] });
  expect([archOf('run', {}, platform), archOf('build', BUILD, platform)]).toEqual(['amd64', 'amd64']);
  expect([archOf('run', FOR_ARM, platform), archOf('build', { ...BUILD, ...FOR_ARM }, platform)]).toEqual(['arm64', 'arm64']);
  const ruled = { ...platform, podDefaults: FOR_ARM.pod };
  expect([archOf('run', {}, ruled), archOf('build', BUILD, ruled)]).toEqual(['arm64', 'arm64']);
});

test('an image for GPUs on ARM is built on ARM, and nowhere else', () => {
  const platform = azure({ gpuPools: [GB200], nodePools: [AMD, ARM] });
  expect(archOf('build', { ...BUILD, ...ON_GB200 }, platform)).toBe('arm64');
  expect(problem({ ...BUILD, ...ON_GB200 }, platform)).toBeUndefined();
  expect(problem({ ...BUILD, ...ON_GB200 }, { ...platform, nodePools: [AMD] })).toBe(
    'the image runs on arm64 but pool system (Standard_D4ds_v5) has amd64, where it would be built for another; '
    + 'add a pool without GPU that has arm64, or set image to one that is built elsewhere');
});

test('processors that are declared, and that no pool has, are told', () => {
  const amd64 = { pod: { nodeSelector: { 'kubernetes.io/arch': 'amd64' } } };
  expect(problem({ ...ON_GB200, ...amd64 }, azure({ gpuPools: [GB200] }))).toBe(
    'kubernetes.io/arch is amd64 in nodeSelector, but pool gb200 (Standard_ND128isr_NDR_GB200_v6) has arm64; '
    + 'leave it out, or add a pool with such a machineType');
  expect(problem(FOR_ARM, azure({ nodePools: [AMD] }))).toContain('pool system (Standard_D4ds_v5) has amd64');
  expect([problem({ ...ON_GB200, ...FOR_ARM }, azure({ gpuPools: [GB200] })), problem(FOR_ARM, azure({}))]).toEqual([undefined, undefined]);
});
