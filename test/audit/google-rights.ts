/** Every right that a stack on Google Cloud gives. */
import type { Right, RightsTable } from './rights';
import { valuesAt } from './stacks';
import type { AuditedStack, Resource } from './stacks';

const USE_KEY = 'roles/cloudkms.cryptoKeyEncrypterDecrypter on a key';

export const GOOGLE_RIGHTS: RightsTable = {
  'artifact-reader': [
    'roles/storage.objectViewer on the folder of its namespace',
    'roles/storage.objectViewer on the folder of another namespace',
    'roles/storage.objectViewer on a bucket of others',
    'roles/storage.objectViewer on a bucket of others below a folder',
    'roles/storage.legacyBucketReader on a bucket of others',
  ],
  'artifact-writer': ['roles/storage.objectUser on the folder of its namespace'],
  'image-builder': ['roles/artifactregistry.writer on the repository of its namespace'],
  'the nodes': [
    'roles/container.defaultNodeServiceAccount on the project', 'roles/artifactregistry.reader on a repository of a namespace', 'roles/artifactregistry.reader on a cache',
  ],
  'the agent of GKE': [USE_KEY],
  'the agent of Compute Engine': [USE_KEY],
  'the agent of Cloud Storage': [USE_KEY],
};

const AGENTS: Readonly<Record<string, string>> = {
  'container-engine-robot': 'the agent of GKE', 'compute-system': 'the agent of Compute Engine', 'gs-project-accounts': 'the agent of Cloud Storage',
};

/** Types that give rights. Those that replace all rights of a resource, or of a member, are not among them. */
const GIVES = /^google_\w+_iam_member$/;

export function googleRights(stack: AuditedStack): Right[] {
  return stack.resources.filter(({ type }) => GIVES.test(type)).map((resource) => {
    const { who, namespace } = holderOf(resource);
    return { who, may: `${String(resource.block.role)} on ${placeOf(resource, namespace)}`, address: resource.address };
  });
}

function holderOf({ stack, block: { member } }: Resource): { readonly who: string; readonly namespace?: string } {
  const [, namespace, account] = /\/subject\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(String(member)) ?? [];
  if (namespace !== undefined && account !== undefined) return { who: account, namespace };
  const [, agent = ''] = /^serviceAccount:service-\d+@([\w-]+)\.iam\.gserviceaccount\.com$/.exec(String(member)) ?? [];
  const isNodes = stack.find(member)?.type === 'google_service_account' || String(member).startsWith('serviceAccount:nodes@');
  return { who: AGENTS[agent] ?? (isNodes ? 'the nodes' : String(member)) };
}

/** What a right is on; the whole project and whole buckets of one's own are named as such. */
function placeOf({ type, stack, block }: Resource, namespace = ''): string {
  const named = (name: string): boolean => new RegExp(`(^|[/-])${namespace}/?$`).test(name);
  if (type === 'google_storage_managed_folder_iam_member') {
    const folder = String(stack.find(block.managed_folder)?.block.name ?? block.managed_folder);
    return `the folder of ${named(folder) ? 'its namespace' : 'another namespace'}`;
  }
  if (type === 'google_artifact_registry_repository_iam_member') return repository(String(stack.find(block.repository)?.block.repository_id), named, namespace);
  if (type === 'google_kms_crypto_key_iam_member') return 'a key';
  if (type === 'google_project_iam_member') return 'the project';
  const isBelow = valuesAt(block, 'condition.expression').some((expression) => /^resource\.name\.startsWith\("projects\/_\/buckets\/[\w-]+\/objects\/.+\/"\)$/.test(String(expression)));
  return `${stack.find(block.bucket) ? 'the whole bucket' : 'a bucket of others'}${isBelow ? ' below a folder' : ''}`;
}

function repository(id: string, named: (name: string) => boolean, namespace: string): string {
  if (id.includes('-cache-')) return 'a cache';
  return namespace === '' ? 'a repository of a namespace' : `the repository of ${named(id) ? 'its namespace' : 'another namespace'}`;
}
