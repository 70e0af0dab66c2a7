/** What a cluster says of itself, as far as its user may see it. `undefined` is what they may not. */
import { brotliDecompressSync } from 'node:zlib';
import { buildNamespaceOf } from '../../api/platform';
import type { PlatformSpec } from '../../api/platform';
import { DEFAULT_RECONCILER_NAMESPACE, RECONCILER } from '../../api/reconciler';
import { API_GROUP, KINDS, PLURALS } from '../../api/resource';
import { platformOf } from '../cluster/connect';
import type { Kubectl } from '../kubectl';
import { asked } from './asked';
import { gatherEngines } from './engine-facts';
import type { EngineFacts } from './engine-facts';

/** A CustomResourceDefinition, as much of it as is read. */
export interface LiveDefinition {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: readonly { readonly name: string; readonly schema?: { readonly openAPIV3Schema?: SchemaNode } }[] };
}

export interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

export interface LiveDeployment {
  readonly spec?: {
    readonly replicas?: number;
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly image?: string }[]; readonly volumes?: readonly Volume[] };
    };
  };
  readonly status?: { readonly availableReplicas?: number };
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name?: string };
}

export interface LiveNode {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>> };
}

export interface LiveClass {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** Names of the objects of a namespace, as `serviceaccount/artifact-writer`; `undefined` where there is no such namespace. */
export type Inhabitants = ReadonlySet<string> | undefined;

export interface ClusterFacts {
  readonly kubernetesVersion?: string;
  readonly definitions?: readonly LiveDefinition[];
  readonly engines: EngineFacts;
  readonly reconcilerNamespace: string;
  readonly mayReadReconciler: boolean;
  readonly deployment?: LiveDeployment;
  /** Of the program that the Deployment runs. */
  readonly reconcilerVersion?: string;
  readonly platform?: PlatformSpec;
  readonly nodes?: readonly LiveNode[];
  readonly storageClasses?: readonly LiveClass[];
  /** By namespace: workspaces, and those that they build in. */
  readonly inhabitants: ReadonlyMap<string, Inhabitants>;
}

const PROGRAM_KEY = 'reconciler.js.br';

export async function gatherFacts(kubectl: Kubectl, synthesized: PlatformSpec | undefined): Promise<ClusterFacts> {
  const reconcilerNamespace = synthesized?.reconcilerNamespace ?? DEFAULT_RECONCILER_NAMESPACE;
  const version = await kubectl.run(['version', '--output=json', '--request-timeout=30s']);
  const [definitions, engines, deployment, live, nodes, storageClasses] = await Promise.all([
    asked(kubectl.run(['get', 'crd', ...KINDS.map((kind) => `${PLURALS[kind]}.${API_GROUP}`), '--ignore-not-found', '--output=json'])),
    gatherEngines(kubectl),
    asked(kubectl.find<LiveDeployment>({ type: 'deployments.apps', name: RECONCILER, namespace: reconcilerNamespace })),
    platformOf(kubectl, reconcilerNamespace),
    asked(kubectl.list<LiveNode>('nodes')),
    asked(kubectl.list<LiveClass>('storageclasses.storage.k8s.io')),
  ]);
  const platform = live ?? synthesized;
  return {
    kubernetesVersion: versionIn(version),
    definitions: definitions.value === undefined ? undefined : itemsIn(definitions.value),
    engines,
    reconcilerNamespace,
    mayReadReconciler: deployment.mayRead,
    deployment: deployment.value,
    reconcilerVersion: deployment.value && await programVersion(kubectl, deployment.value, reconcilerNamespace),
    platform: live,
    nodes: nodes.value,
    storageClasses: storageClasses.value,
    inhabitants: await inhabitantsOf(kubectl, platform),
  };
}

function versionIn(text: string): string | undefined {
  const { serverVersion } = JSON.parse(text) as { readonly serverVersion?: { readonly gitVersion?: string } };
  return serverVersion?.gitVersion?.replace(/^v/, '');
}

/** One object, a List, or nothing at all. */
function itemsIn(text: string): readonly LiveDefinition[] {
  if (text.trim() === '') return [];
  const parsed = JSON.parse(text) as LiveDefinition & { readonly items?: readonly LiveDefinition[] };
  return parsed.items ?? [parsed];
}

/** The bundle has its version written in (scripts/bundle.ts). */
async function programVersion(kubectl: Kubectl, { spec }: LiveDeployment, namespace: string): Promise<string | undefined> {
  const name = spec?.template.spec.volumes?.find((volume) => volume.name === 'program')?.configMap?.name;
  if (name === undefined) return undefined;
  const { value } = await asked(kubectl.find<{ readonly binaryData?: Readonly<Record<string, string>> }>({ type: 'configmaps', name, namespace }));
  const packed = value?.binaryData?.[PROGRAM_KEY];
  if (packed === undefined) return undefined;
  return /SUBSTRATUS_VERSION: "([^"]+)"/.exec(brotliDecompressSync(Buffer.from(packed, 'base64')).toString())?.[1];
}

async function inhabitantsOf(kubectl: Kubectl, platform: PlatformSpec | undefined): Promise<ReadonlyMap<string, Inhabitants>> {
  if (!platform) return new Map();
  const namespaces = (platform.workspaces ?? []).flatMap(({ namespace }) => [namespace, buildNamespaceOf(platform, namespace)]);
  return new Map(await Promise.all([...new Set(namespaces)]
    .map(async (namespace) => [namespace, await inNamespace(kubectl, namespace, platform.artifacts.credentialsSecret)] as const)));
}

async function inNamespace(kubectl: Kubectl, namespace: string, secret?: string): Promise<Inhabitants> {
  const [found, objects, secrets] = await Promise.all([
    asked(kubectl.find({ type: 'namespaces', name: namespace })),
    asked(kubectl.run(['get', 'serviceaccounts,persistentvolumeclaims', '--namespace', namespace, '--output=name'])),
    secret === undefined ? { mayRead: true, value: '' }
      : asked(kubectl.run(['get', 'secret', secret, '--namespace', namespace, '--ignore-not-found', '--output=name'])),
  ]);
  if (found.mayRead && found.value === undefined) return undefined;
  if (!objects.mayRead) return new Set(['unseen']);
  const names = `${objects.value}\n${secrets.mayRead ? secrets.value : `secret/${secret}`}`; // one that may not be seen may be there
  return new Set(names.split('\n').filter((name) => name !== ''));
}
