/** Every pod that expansion makes, before the real admission of OpenShift. */
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../../../src/api/platform';
import { openShiftAddons } from '../../../src/expand';
import { CASES } from '../../expand/cases';
import { childrenOf, NAMESPACE, platformOf, S3_COMPATIBLE, templateOf } from '../../expand/fixtures';
import { findJudge, judged, NAMESPACE_USER, podOf } from './judge';
import type { Ground, Verdict } from './judge';

const describeWithJudge = findJudge() ? describe : describe.skip;

const OPENSHIFT: readonly PlatformSpec[] = [
  { ...S3_COMPATIBLE, openShift: {} },
  platformOf('local', { openShift: { storeGroup: 5555 } }),
];

/** What the cases ask for themselves, and an administrator has to grant. */
const ASKS_FOR_USER = CASES.filter(({ resource }) => resource.spec.pod?.securityContext?.runAsUser !== undefined).map(({ resource }) => resource);

interface Made {
  readonly pod: Pod;
  readonly step: string;
  readonly asksForUser: boolean;
}

function madeOn(platform: PlatformSpec): Made[] {
  const resources = [...new Set(CASES.map(({ resource }) => resource))];
  return resources.flatMap((resource, index) => childrenOf(resource, { platform }).flatMap((child) => {
    const template = templateOf(child);
    if (!template) return [];
    const name = `${resource.kind}-${child.step}-${index}`;
    return [{ pod: podOf(name, NAMESPACE, template), step: child.step, asksForUser: ASKS_FOR_USER.includes(resource) }];
  }));
}

function grounded(platform: PlatformSpec): Ground {
  return { constraints: openShiftAddons(platform) };
}

function verdicts(made: readonly Made[], ground: Ground = {}): Verdict[] {
  return judged(made.map(({ pod }) => pod), ground);
}

function containersOf(spec: PodSpec | undefined): Container[] {
  return [...spec?.initContainers ?? [], ...spec?.containers ?? []];
}

describeWithJudge('on OpenShift', () => {
  test.each(OPENSHIFT.map((platform) => [platform.artifacts.url, platform] as const))('every pod is admitted, store %s', (_, platform) => {
    const made = madeOn(platform).filter(({ asksForUser }) => !asksForUser);
    const answers = verdicts(made, grounded(platform));
    expect(answers.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]))).toEqual([]);
    const by = made.map(({ step }, index) => `${step}: ${answers[index]?.constraint}`);
    expect([...new Set(by)].sort()).toEqual([
      'build: substratus-builds', 'check: restricted-v2', 'publish: restricted-v2', 'run: restricted-v2', 'serve: restricted-v2',
    ]);
  });

  test('without the option all pods are refused', () => {
    const { openShift: _, ...ordinary } = S3_COMPATIBLE;
    const answers = verdicts(madeOn(ordinary));
    expect(answers.filter(({ problem }) => problem === undefined)).toEqual([]);
    expect(answers[0]?.problem).toContain('3003 is not an allowed group');
  });

  test('user and group of the namespace are those of every container, and of its volumes', () => {
    const [platform = S3_COMPATIBLE] = OPENSHIFT;
    const made = madeOn(platform).filter(({ asksForUser, step }) => !asksForUser && step !== 'build');
    for (const { pod } of verdicts(made, grounded(platform))) {
      expect(pod?.spec?.securityContext?.fsGroup).toBe(NAMESPACE_USER);
      const users = containersOf(pod?.spec).map(({ securityContext }) => securityContext?.runAsUser);
      expect(new Set(users)).toEqual(new Set([NAMESPACE_USER]));
    }
  });
});
