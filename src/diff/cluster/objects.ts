/** Objects that are of none of our kinds: those of the Reconciler and of workspaces, add-ons, and a user's own. */
import { ARCHIVE_ROLE } from '../../api/archive';
import type { KubeObject } from '../../expand';
import { platformIn } from '../../state/documents';
import { changesBetween, isObject, isSame } from '../changes';
import type { Change, Effect, Subject } from '../effect';
import { effectOn } from '../effect';
import { hidden } from '../masks';
import { paired } from '../pairs';
import type { Pair } from '../pairs';
import type { ClusterPair } from './context';
import { exposureNote } from './exposure';
import { withoutTold } from './gateways';

/** Kinds with a pod template that is rolled out. */
const ROLLED = ['Deployment', 'StatefulSet', 'DaemonSet'];

const ENDS: Readonly<Record<string, string>> = {
  Namespace: 'is deleted, and all that is in it',
  PersistentVolumeClaim: 'is deleted, and its data with it',
  CustomResourceDefinition: 'is deleted, and all resources of it',
};

export function objectEffects(cluster: ClusterPair): Effect[] {
  const { scope, from, to } = cluster;
  return paired(withoutArchives(from?.objects), withoutArchives(to?.objects), identityOf)
    .flatMap((pair) => effectsOf(withoutTold(pair, cluster), scope, exposureNote(pair, cluster)));
}

/** What is in an archive is told by those that use it, which have its digest. */
function withoutArchives(objects: readonly KubeObject[] = []): KubeObject[] {
  return objects.filter(({ kind, metadata }) => kind !== 'ConfigMap' || metadata?.labels?.role !== ARCHIVE_ROLE);
}

/** Without the version of the API: another version is the same object. */
function identityOf({ apiVersion = '', kind, metadata }: KubeObject): string {
  return [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, metadata?.namespace ?? '', metadata?.name].join('/');
}

function effectsOf({ from, to }: Pair<KubeObject>, scope: string, note?: string): Effect[] {
  const subject = subjectOf((to ?? from) as KubeObject, scope);
  if (!from) return [effectOn(subject, ['created', 'is created'])];
  if (!to) return [effectOn(subject, ['deleted', ENDS[subject.kind] ?? 'is deleted'])];
  if (isSame(from, to)) return [];
  const isRolled = ROLLED.includes(subject.kind) && !isSame(templateIn(from), templateIn(to));
  return [effectOn(subject, isRolled ? ['rolls', 'rolls'] : ['changed', 'changes'], { changes: changesOf(from, to), notes: [note] })];
}

function subjectOf({ kind = '', metadata }: KubeObject, scope: string): Subject {
  return { scope, side: 'kubernetes', kind, ...(metadata?.namespace !== undefined && { namespace: metadata.namespace }), name: metadata?.name ?? '' };
}

function templateIn(object: KubeObject): unknown {
  const { spec } = object as { readonly spec?: unknown };
  return isObject(spec) ? spec.template : undefined;
}

/** Of the platform's ConfigMap the fields of the platform, which is text in it; of a Secret which keys have another value. */
function changesOf(from: KubeObject, to: KubeObject): Change[] {
  const [before, after] = [platformIn(from, ''), platformIn(to, '')];
  if (before && after) return changesBetween(before, after, 'platform');
  const changes = changesBetween(from, to);
  return to.kind === 'Secret' ? changes.map((change) => (/^(data|stringData|metadata\.annotations)\b/.test(change.field) ? hidden(change) : change)) : changes;
}
