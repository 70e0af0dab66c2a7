/** The invariant that holds after every fault: the cluster is what a fresh look at it asks for, and every status says so. */
import { MANAGED_BY_LABEL, MANAGER_NAME } from '../../src/api/labels';
import type { PlatformSpec } from '../../src/api/platform';
import { KINDS } from '../../src/api/resource';
import type { Condition } from '../../src/api/status';
import { childTypes, expand, keyOfResource } from '../../src/expand';
import type { KubeObject } from '../../src/expand';
import { Workspaces } from '../../src/reconciler/act/workspace';
import { writeOf } from '../../src/reconciler/act/writes';
import { decide } from '../../src/reconciler/decide/decide';
import { changedStatus } from '../../src/reconciler/decide/status';
import type { View } from '../../src/reconciler/decide/view';
import { apiVersionOf } from '../../src/reconciler/kube/types';
import type { LiveObject } from '../../src/reconciler/kube/types';
import { childrenOf, newCaches } from '../../src/reconciler/observe/caches';
import type { Caches } from '../../src/reconciler/observe/caches';
import { lookupsOf } from '../../src/reconciler/observe/lookups';
import { observeChild, observeResource } from '../../src/reconciler/observe/observed';
import type { Observed, ObservedChild } from '../../src/reconciler/observe/observed';
import { observePod } from '../../src/reconciler/observe/pods';
import { RESOURCE_TYPES } from '../../src/reconciler/types';
import type { Client } from './client';
import type { Cluster } from './cluster';
import type { Collection } from './paths';
import { until } from './until';

export interface ConvergedOptions {
  readonly platform: PlatformSpec;

  /** @default false */
  readonly rollOnUpgrade?: boolean;

  /**
   * Only what is in these.
   *
   * @default - all
   */
  readonly namespaces?: readonly string[];

  /**
   * How long it may take.
   *
   * @default 30
   */
  readonly seconds?: number;
}

/** What the API server would not have, so that it is not there though it shall be. */
const REFUSED = ['NameConflict', 'QuotaExceeded', 'Forbidden', 'Rejected'];

/** Waits until nothing is left to do, and every status is what a fresh computation gives; fails with what is not. */
export async function assertConverged(cluster: Pick<Cluster, 'client'>, { seconds = 30, ...options }: ConvergedOptions): Promise<void> {
  const { client } = cluster;
  let found: string[] = [];
  await until('everything has converged', async () => {
    found = await differences(client, options);
    return found.length === 0;
  }, { seconds, everyMs: 500 }).catch(() => {
    throw new Error(`not converged after ${seconds} s:\n${found.join('\n')}`);
  });
}

/** What a fresh look at the cluster finds to be otherwise than it shall be, one line each. */
export async function differences(client: Client, options: Omit<ConvergedOptions, 'seconds'>): Promise<string[]> {
  const caches = await readCaches(client, options.platform, options.namespaces);
  const warnings = await readWarnings(client, options.namespaces);
  const resources = KINDS.flatMap((kind) => [...caches.resources[kind].list()]);
  const isAsked = (namespace = '') => options.namespaces?.includes(namespace) ?? true;
  return [
    ...orphans(caches, new Set(resources.map(({ metadata: { uid } }) => uid)))
      .filter(({ namespace }) => isAsked(namespace))
      .map(({ text }) => text),
    ...resources
      .filter(({ metadata: { namespace } }) => isAsked(namespace))
      .flatMap((resource) => differencesOf(resource, viewOf(resource, { caches, warnings, ...options }))),
  ];
}

type Namespaces = ConvergedOptions['namespaces'];

/** What others may depend on is read everywhere, the rest only where it is asked for. */
async function readCaches(client: Client, platform: PlatformSpec, namespaces: Namespaces): Promise<Caches> {
  const caches = newCaches(platform);
  const labels = { [MANAGED_BY_LABEL]: MANAGER_NAME };
  await Promise.all([
    ...KINDS.map(async (kind) => {
      for (const live of await client.list<LiveObject>({ apiVersion: apiVersionOf(RESOURCE_TYPES[kind]), kind })) {
        caches.resources[kind].set(observeResource(live, kind));
      }
    }),
    ...childTypes(platform).map(async (type) => {
      const { kind } = type;
      const there = kind === 'Deployment' ? undefined : namespaces;
      const children = await listIn(client, there, { apiVersion: apiVersionOf(type), kind, labels });
      for (const live of children) caches.children.get(kind)?.set(observeChild(live, kind));
    }),
    listIn(client, namespaces, { apiVersion: 'v1', kind: 'Pod', labels }).then((pods) => pods.forEach((live) => caches.pods.set(observePod(live)))),
  ]);
  return caches;
}

async function listIn(client: Client, namespaces: Namespaces, collection: Collection): Promise<LiveObject[]> {
  const lists = await Promise.all((namespaces ?? [undefined]).map((namespace) => client.list<LiveObject>({ ...collection, namespace })));
  return lists.flat();
}

interface Warning extends LiveObject {
  readonly type?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly involvedObject?: { readonly uid?: string };
}

/** The latest of each object, by its uid. */
async function readWarnings(client: Client, namespaces: Namespaces): Promise<Map<string, string>> {
  const events: Warning[] = await listIn(client, namespaces, { apiVersion: 'v1', kind: 'Event' });
  const time = ({ lastTimestamp, eventTime, metadata }: Warning) => lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
  const warnings = events.filter(({ type }) => type === 'Warning').sort((a, b) => (time(a) < time(b) ? -1 : 1));
  return new Map(warnings.map(({ involvedObject, message = '' }) => [involvedObject?.uid ?? '', message]));
}

interface Seen extends Omit<ConvergedOptions, 'seconds'> {
  readonly caches: Caches;
  readonly warnings: ReadonlyMap<string, string>;
}

function viewOf(resource: Observed, { caches, warnings, platform, rollOnUpgrade = false }: Seen): View {
  const { namespace } = resource.metadata;
  /* It only tells what the platform grants; nothing is written with it. */
  const workspaces = new Workspaces(undefined as never, caches, platform);
  const problem = workspaces.grantProblem(namespace);
  return {
    resource, platform, rollOnUpgrade, warnings, expand,
    children: childrenOf(caches, resource),
    pods: caches.pods.by('resource', keyOfResource(resource)),
    askedFor: () => Infinity,
    ...lookupsOf(caches, resource),
    ...(problem !== undefined && { grant: { problem, isFatal: workspaces.isMissingValues(namespace) } }),
  };
}

function differencesOf(resource: Observed, view: View): string[] {
  const decision = decide(view);
  const before = resource.status?.conditions?.find(({ type }) => type === 'Ready');
  const writes = decision.desired.flatMap((desired) => writeOf(desired, childOf(view, desired.object), () => false) ?? []);
  if (before && REFUSED.includes(before.reason) && writes.length > 0) return [];
  const status = changedStatus(resource, decision.verdict, 'now');
  const name = keyOfResource(resource);
  const removed = [...decision.obsolete, ...decision.inTheWay ?? []].filter(({ metadata }) => !metadata.deletionTimestamp);
  return [
    ...writes.map(({ object, child }) => `${name}: ${object.kind} ${object.metadata?.name} is ${child ? 'not as it shall be' : 'missing'}`),
    ...removed.map(({ kind, metadata }) => `${name}: ${kind} ${metadata.name} is still there`),
    ...(status ? [`${name}: its status says ${textOf(before)}, a fresh computation ${textOf(status.conditions?.find(({ type }) => type === 'Ready'))}:\n`
      + `  ${JSON.stringify(resource.status)}\n  ${JSON.stringify(status)}`] : []),
  ];
}

function childOf({ children }: View, { kind, metadata }: KubeObject): ObservedChild | undefined {
  return children.find((child) => child.kind === kind && child.metadata.name === metadata?.name);
}

function textOf(condition: Condition | undefined): string {
  return condition ? `${condition.reason}: ${condition.message}` : 'nothing';
}

/** Children of resources that are not there any more. */
function orphans({ children }: Caches, uids: ReadonlySet<string>): { readonly namespace?: string; readonly text: string }[] {
  return [...children.values()].flatMap((cache) => [...cache.list()])
    .filter(({ owner }) => owner && !uids.has(owner.uid))
    .map(({ kind, owner, metadata: { namespace, name } }) => ({
      namespace, text: `${kind} ${namespace}/${name} belongs to ${owner?.kind} ${owner?.name}, which has gone`,
    }));
}
