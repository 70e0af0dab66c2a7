/** The reconciler may write all that an example needs. */
import { clusterRole, workspaceRole } from '../../src/constructs/reconciler/reconciler-roles';
import { ENGINE_TYPES, expandWorkspace } from '../../src/expand';
import { creatable, granted, kindsOf, TYPES } from '../constructs/reconciler/reconciler-rights';
import { CASES, reconciled, synthesize, writtenOf } from './synthesized';
import type { Written } from './synthesized';

export function rights(all: ReadonlyMap<string, Written>): void {
  test.each(CASES)('%s needs no more than is granted', (name, example, cloud) => {
    const { platform } = synthesize(example, cloud);
    const produced = [
      ...reconciled(writtenOf(all, name).objects, platform),
      ...(platform.workspaces ?? []).flatMap(({ namespace }) => expandWorkspace(platform, namespace)),
    ];
    const namespaces = (platform.workspaces ?? []).map(({ namespace }) => namespace);
    const [first = ''] = namespaces;
    const rules = [
      ...granted(workspaceRole(platform, 'substratus', first), 'Role', first),
      ...granted(clusterRole(platform, 'substratus', { namespaces }), 'ClusterRole'),
    ];
    expect(kindsOf(produced).filter((kind) => !creatable(rules, [...TYPES, ...ENGINE_TYPES]).includes(kind))).toEqual([]);
  });
}
