/**
 * What Terraform would do where one prop has another value is what `diffOf` says, which test/diff holds to the tables "What replaces what".
 * From a state that an apply on a moto server made, with AWS's own plugin (README.md beside this file). Skipped where they are not at hand.
 */
import { diffOf } from '../../src/diff/diff';
import type { Effect } from '../../src/diff/effect';
import type { State } from '../../src/state/state';
import { CASES, stackOn } from '../diff/cloud-cases';
import type { Parts } from '../diff/cloud-cases';
import { isKnownToMoto, motoPrograms } from './moto';
import { MotoStack } from './moto-stack';

const PROGRAMS = motoPrograms();

/** What the plugin at hand, 5.100, plans otherwise than those that stacks are for, and what moto does not have. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'region of cloud': 'resources have a region of their own since aws 6: the older plugin does not see that they are elsewhere',
  'deletionProtection of Cluster': 'EKS has the argument since aws 6.14',
  'compact of GpuNodePool': 'moto has no placement groups, so that they are left out of the stack',
};

const EFFECTS: Readonly<Record<string, string>> = {
  'create': 'created', 'update': 'changed', 'delete': 'destroyed', 'delete,create': 'replaced', 'create,delete': 'replaced',
};

const jsonOf = (state: State): string => JSON.stringify(state.stacks[0]?.terraform);

interface Start {
  readonly start: string;
  readonly from: Parts;
  readonly cases: readonly { readonly name: string; readonly to: Parts }[];
}

/** Cases by what they start from, so that each start is applied once. */
function starts(): Start[] {
  const cases = CASES.aws.map(([prop, owner, to, from = {}]) => ({ name: `${prop} of ${owner}`, to, from, start: JSON.stringify(from) }));
  return [...new Set(cases.map(({ start }) => start))].map((start) => {
    const own = cases.filter((each) => each.start === start && NOT_HERE[each.name] === undefined);
    return { start, from: own[0]?.from ?? {}, cases: own };
  });
}

/** Effects on resources that moto has, as Terraform has addresses. */
function told(from: Parts, to: Parts): string[] {
  const { effects } = diffOf(stackOn('aws', from), stackOn('aws', to));
  /* That something is no longer protected is told of the program alone: Terraform plans nothing for it. */
  const isPlanned = ({ changes }: Effect): boolean => changes.length === 0 || changes.some(({ field }) => !field.startsWith('lifecycle.'));
  const lines = effects.filter((each) => each.subject.side === 'cloud' && isKnownToMoto(`${each.subject.kind}.`) && isPlanned(each))
    .map(({ effect, subject: { kind, name } }) => `${kind}.${name} is ${effect}`);
  return [...new Set(lines)].sort();
}

const MINUTES = 60_000;

(PROGRAMS ? describe.each(starts()) : describe.skip.each(starts()))('from a stack with $start on a moto server', ({ from, cases }) => {
  let moto: MotoStack;

  beforeAll(async () => {
    if (!PROGRAMS) throw new Error('there is no moto_server');
    moto = await MotoStack.start(PROGRAMS);
    moto.write(jsonOf(stackOn('aws', from)));
    expect(moto.folder.plan()).toMatchObject({ status: 0 });
    expect(moto.folder.apply()).toMatchObject({ status: 0 });
    keepAll();
  }, 10 * MINUTES);

  afterAll(() => moto.stop(), MINUTES);

  /**
   * What moto does not keep is put into the state as it was asked for. A launch template whose blocks are missing has no known version in
   * the first plan: node groups get theirs in the second.
   */
  function keepAll(): void {
    for (let round = 0; round < 2; round += 1) {
      expect(moto.folder.planFromState()).toMatchObject({ status: 0 });
      moto.folder.putIntoState(moto.folder.plannedChanges());
    }
  }

  function planned(to: Parts): string[] {
    moto.writeNext(jsonOf(stackOn('aws', to)));
    expect(moto.folder.planFromState()).toMatchObject({ status: 0 });
    return moto.folder.plannedChanges().filter(({ actions }) => actions.join() !== 'no-op')
      .map(({ address, actions }) => `${address} is ${EFFECTS[actions.join()] ?? actions.join()}`).sort();
  }

  test('without a change nothing is planned', () => {
    expect(planned(from)).toEqual([]);
  }, 10 * MINUTES);

  test.each(cases)('$name', ({ to }) => {
    expect(planned(to)).toEqual(told(from, to));
  }, 10 * MINUTES);
});
