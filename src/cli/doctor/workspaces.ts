/** Whether workspaces have what the pods in them need. Pure. */
import type { PlatformSpec } from '../../api/platform';
import { expandWorkspace, missingValues, workspaceNamespaces } from '../../expand';
import type { KubeObject } from '../../expand';
import type { Check } from './check';
import type { ClusterFacts } from './facts';

/** Kinds of the objects of a workspace whose names are looked for. */
const LOOKED_FOR = ['ServiceAccount', 'PersistentVolumeClaim'];

export function checkWorkspaces(facts: ClusterFacts, platform: PlatformSpec | undefined): Check[] {
  if (!platform) return [];
  const { workspaces = [] } = platform;
  if (workspaces.length === 0) {
    return [{ name: 'workspaces', state: 'warning', message: 'the platform has no workspace, so that nothing can run; add one with addWorkspace' }];
  }
  return workspaces.map(({ namespace }) => checkWorkspace(facts, platform, namespace));
}

function checkWorkspace({ inhabitants }: ClusterFacts, platform: PlatformSpec, namespace: string): Check {
  const name = `workspace ${namespace}`;
  const namespaces = workspaceNamespaces(platform, namespace).map(({ metadata }) => metadata?.name ?? '');
  const gone = namespaces.filter((each) => inhabitants.has(each) && inhabitants.get(each) === undefined);
  if (gone.length > 0) {
    const remedy = gone.map((each) => `kubectl create namespace ${each}`).join(' && ');
    return { name, state: 'missing', message: `namespace ${gone.join(' and ')} is not there`, remedy };
  }
  const values = missingValues(platform, namespace);
  if (values.length > 0) {
    return { name, state: 'missing', message: `the platform does not know its ${values.join(', ')}; deploy the cloud side, and synthesize with its outputs` };
  }
  if (namespaces.some((each) => inhabitants.get(each)?.has('unseen'))) return { name, state: 'unknown', message: 'you may not read what is in it' };
  const wanted = neededIn(platform, namespace);
  const absent = wanted.filter(({ kind, metadata }) => {
    const there = inhabitants.get(metadata?.namespace ?? namespace);
    return there !== undefined && !there.has(`${kind?.toLowerCase()}/${metadata?.name}`);
  });
  if (absent.length === 0) return { name, state: 'ok', message: wanted.map(titleOf).join(', ') };
  return { name, state: 'missing', message: `not there: ${absent.map(titleOf).join(', ')}`, remedy: remedyFor(absent, namespace) };
}

function neededIn(platform: PlatformSpec, namespace: string): KubeObject[] {
  const secret = platform.artifacts.credentialsSecret;
  return [
    ...expandWorkspace(platform, namespace).filter(({ kind = '' }) => LOOKED_FOR.includes(kind)),
    ...secret === undefined ? [] : [{ kind: 'Secret', metadata: { name: secret, namespace } }],
  ];
}

function titleOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata?.name}`;
}

/** The reconciler makes all but Secrets, when the first resource is there. */
function remedyFor(absent: readonly KubeObject[], namespace: string): string {
  const secret = absent.find(({ kind }) => kind === 'Secret');
  if (!secret) return 'kubectl apply -f <the manifests of the Workspace>';
  return `kubectl create secret generic ${secret.metadata?.name} -n ${namespace} --from-literal=accessKeyId=<id> --from-literal=secretAccessKey=<key>`;
}
