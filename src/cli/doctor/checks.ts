/** What is missing in a cluster, and the line that adds it. Pure. */
import { customResourceDefinitions } from '../../api/crds';
import { canonicalJson } from '../../api/digest';
import { isAtLeast, OLDEST_VERSION } from '../../api/platform';
import type { PlatformSpec } from '../../api/platform';
import { RECONCILER } from '../../api/reconciler';
import { API_GROUP, KINDS, PLURALS } from '../../api/resource';
import type { Check, Declared } from './check';
import { checkEngines } from './engines';
import type { ClusterFacts, LiveDefinition, SchemaNode } from './facts';
import { checkGpus } from './gpus';
import { checkOptional } from './optional';
import { checkWorkspaces } from './workspaces';

export function checksOf(facts: ClusterFacts, declared: Declared): readonly Check[] {
  return [
    checkVersion(facts),
    checkDefinitions(facts, declared),
    checkReconciler(facts, declared),
    checkPlatform(facts, declared),
    checkStorage(facts),
    ...checkGpus(facts, declared.platform ?? facts.platform),
    ...checkWorkspaces(facts, declared.platform ?? facts.platform),
    ...checkOptional(facts, declared),
    ...checkEngines(facts, declared.platform ?? facts.platform),
  ];
}

function checkVersion({ kubernetesVersion }: ClusterFacts): Check {
  const name = 'kubernetes';
  if (kubernetesVersion === undefined) return { name, state: 'unknown', message: 'the API server does not tell its version' };
  if (isAtLeast({ kubernetesVersion }, OLDEST_VERSION)) return { name, state: 'ok', message: `version ${kubernetesVersion}` };
  return { name, state: 'missing', message: `version ${kubernetesVersion} is older than ${OLDEST_VERSION}, the oldest that is supported; upgrade the cluster` };
}

function checkDefinitions({ definitions }: ClusterFacts, { systemFile, version }: Declared): Check {
  const name = 'definitions';
  if (definitions === undefined) return { name, state: 'unknown', message: 'you may not read CustomResourceDefinitions' };
  const remedy = applyCommand(systemFile);
  const absent = KINDS.map((kind) => `${PLURALS[kind]}.${API_GROUP}`).filter((each) => !definitions.some(({ metadata }) => metadata.name === each));
  if (absent.length > 0) return { name, state: 'missing', message: `not installed: ${absent.join(', ')}`, remedy };
  const older = definitions.flatMap((definition) => missingFields(definition).map((field) => `${definition.metadata.name} has no ${field}`));
  const [first] = older;
  if (first === undefined) return { name, state: 'ok', message: `the four kinds, with every field of version ${version}` };
  const more = older.length > 1 ? `, and ${older.length - 1} more fields are missing` : '';
  return { name, state: 'missing', message: `of an older version: ${first}${more}`, remedy };
}

/** Fields of this version that a definition does not know, the outermost. */
export function missingFields({ metadata: { name }, spec: { versions } }: LiveDefinition): string[] {
  const own = customResourceDefinitions().find((each) => each.metadata?.name === name) as LiveDefinition | undefined;
  const wanted = own?.spec.versions[0]?.schema?.openAPIV3Schema;
  const there = versions.find((each) => each.name === 'v1')?.schema?.openAPIV3Schema;
  return wanted ? missingIn(wanted, there ?? {}, '') : [];
}

function missingIn(wanted: SchemaNode, there: SchemaNode, path: string): string[] {
  const fields = Object.entries(wanted.properties ?? {}).flatMap(([name, schema]) => {
    const inner = there.properties?.[name];
    const here = path === '' ? name : `${path}.${name}`;
    return inner === undefined ? [here] : missingIn(schema, inner, here);
  });
  return wanted.items && there.items ? [...fields, ...missingIn(wanted.items, there.items, `${path}[]`)] : fields;
}

function checkReconciler(facts: ClusterFacts, { systemFile, version }: Declared): Check {
  const { deployment, mayReadReconciler, reconcilerNamespace, reconcilerVersion } = facts;
  const name = 'reconciler';
  const where = `${reconcilerNamespace}/${RECONCILER}`;
  if (!mayReadReconciler) return { name, state: 'unknown', message: `you may not read Deployments in namespace ${reconcilerNamespace}` };
  if (!deployment) return { name, state: 'missing', message: `Deployment ${where} is not there`, remedy: applyCommand(systemFile) };
  const available = deployment.status?.availableReplicas ?? 0;
  const replicas = deployment.spec?.replicas ?? 1;
  const which = reconcilerVersion === undefined ? `image ${deployment.spec?.template.spec.containers[0]?.image}` : `version ${reconcilerVersion}`;
  if (available === 0) {
    const remedy = `kubectl describe pods -n ${reconcilerNamespace} && kubectl logs -n ${reconcilerNamespace} deployment/${RECONCILER} --tail 20`;
    return { name, state: 'missing', message: `none of ${replicas} replicas of ${where} is available (${which})`, remedy };
  }
  const message = `${available} of ${replicas} replicas available, ${which}`;
  if (reconcilerVersion === undefined || reconcilerVersion === version) return { name, state: 'ok', message };
  return { name, state: 'warning', message: `${message}, where this program is of version ${version}`, remedy: applyCommand(systemFile) };
}

function checkPlatform({ platform }: ClusterFacts, { platform: declared, systemFile }: Declared): Check {
  const name = 'platform';
  if (!platform) return { name, state: 'unknown', message: 'the platform of the reconciler is not there, or you may not read it' };
  const title = `cluster ${platform.clusterName} on ${platform.cloud}`;
  if (!declared) return { name, state: 'ok', message: title };
  if (declared.clusterName !== platform.clusterName) {
    return { name, state: 'missing', message: `the kubeconfig leads to ${title}, and the app in this folder is for ${declared.clusterName}; choose with --context` };
  }
  if (canonicalJson(declared) === canonicalJson(platform)) return { name, state: 'ok', message: `${title}, as synthesized` };
  const changed = Object.keys({ ...declared, ...platform })
    .filter((key) => canonicalJson(fieldOf(declared, key)) !== canonicalJson(fieldOf(platform, key)));
  return { name, state: 'warning', message: `${title} differs from what was synthesized in ${changed.join(', ')}`, remedy: applyCommand(systemFile) };
}

function fieldOf(platform: PlatformSpec, key: string): unknown {
  return (platform as unknown as Readonly<Record<string, unknown>>)[key] ?? null;
}

function checkStorage({ storageClasses }: ClusterFacts): Check {
  const name = 'storage';
  if (storageClasses === undefined) return { name, state: 'unknown', message: 'you may not read StorageClasses' };
  const marked = storageClasses.filter(({ metadata: { annotations = {} } }) => annotations['storageclass.kubernetes.io/is-default-class'] === 'true');
  const [first] = marked;
  if (first) return { name, state: 'ok', message: `default StorageClass ${first.metadata.name}` };
  const [any] = storageClasses;
  return {
    name, state: 'warning', message: 'there is no default StorageClass, so that disks without a class wait for ever',
    remedy: `kubectl annotate storageclass ${any?.metadata.name ?? '<name>'} storageclass.kubernetes.io/is-default-class=true`,
  };
}

export function applyCommand(file: string | undefined): string {
  return `kubectl apply --server-side --force-conflicts -f ${file ?? '<the manifests of your Reconciler>'}`;
}
