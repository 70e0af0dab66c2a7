/** The reconciler may write all that an example needs. */
import { expandWorkspace } from '../../src/expand';
import { writtenBy, reconcilerOn } from '../constructs/reconciler/reconciler-fixtures';
import { creatable, granted, kindsOf, platformLike } from '../constructs/reconciler/reconciler-rights';
import { CASES, reconciled, synthesize, writtenOf } from './synthesized';
import type { Written } from './synthesized';

export function rights(all: ReadonlyMap<string, Written>): void {
  test.each(CASES)('%s needs no more than is granted', (name, example, cloud) => {
    const { platform } = synthesize(example, cloud);
    const produced = [
      ...reconciled(writtenOf(all, name).objects, platform),
      ...(platform.workspaces ?? []).flatMap(({ namespace }) => expandWorkspace(platform, namespace)),
    ];
    const rules = granted(writtenBy(reconcilerOn(platformLike(cloud))), 'ClusterRole');
    expect(kindsOf(produced).filter((kind) => !creatable(rules).includes(kind))).toEqual([]);
  });
}
