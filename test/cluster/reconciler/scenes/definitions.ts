/** What the API server makes of the definitions of the kinds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { customResourceDefinitions } from '../../../../src/api/crds';
import { API_VERSION } from '../../../../src/api/resource';
import type { Kind } from '../../../../src/api/resource';
import { ApiError } from '../../api-error';
import type { KubeObject } from '../../client';
import { objectPath } from '../../paths';
import type { Stage } from '../stage';

interface Cases {
  readonly accepted: readonly { readonly name: string; readonly object: KubeObject }[];
  readonly refused: readonly { readonly name: string; readonly object: KubeObject; readonly fields: readonly string[] }[];
  readonly specs: Readonly<Record<string, object>>;
  readonly updates: readonly {
    readonly name: string; readonly kind: Kind; readonly spec: string; readonly patch: object; readonly locked?: readonly string[];
  }[];
}

const CASES = JSON.parse(readFileSync(join(__dirname, '../../../crds/cases.json'), 'utf8')) as Cases;
/** Objects stored under earlier definitions cannot be created here any more; test/crds has the API server's code update those. */
const UPDATES = CASES.updates.filter(({ spec }) => spec !== 'storedBefore');

/** At once, not all of them. */
const TOGETHER = 8;

export function definitions(stage: Stage): void {
  const accepted = stage.scene(() => inTurn(CASES.accepted, async ({ name, object }) => [name, await refusal(() => create(stage, object, 'dryRun=All'))] as const));

  test(`${CASES.accepted.length} objects that are valid are accepted, the original Substratus' among them`, async () => {
    expect((await accepted()).filter(([, refused]) => refused !== undefined)).toEqual([]);
  });

  const refused = stage.scene(() => inTurn(CASES.refused, async ({ name, object, fields }) => {
    const error = await refusal(() => create(stage, object, 'dryRun=All'));
    return [name, fields.map((field) => field.replace(/\.(\d+)/g, '[$1]')).filter((field) => !error?.includes(field))] as const;
  }));

  test(`${CASES.refused.length} objects that are not valid are refused, with the field at fault`, async () => {
    expect((await refused()).filter(([, missing]) => missing.length > 0)).toEqual([]);
  });

  const updated = stage.scene(async () => {
    const namespace = await stage.namespace();
    return inTurn(UPDATES, async ({ name, kind, spec, patch, locked = [] }, index) => {
      const metadata = { namespace, name: `update-${index}` };
      await create(stage, { apiVersion: API_VERSION, kind, metadata, spec: { suspend: true, ...CASES.specs[spec] } } as KubeObject);
      const error = await refusal(() => stage.client.patch({ apiVersion: API_VERSION, kind, ...metadata }, { spec: patch }));
      return [name, { expected: locked.map((field) => message(kind, field)).sort(), said: messages(error) }] as const;
    });
  });

  test(`of ${UPDATES.length} edits those of what decides the content are refused, each with its message`, async () => {
    for (const [name, { expected, said }] of await updated()) expect([name, said]).toEqual([name, expected]);
  });

  const established = stage.scene(() => stage.cluster.kubectl('wait', '--for=condition=Established', '--timeout=10s', 'crd', '--all'));

  test('the definitions are established', async () => {
    const names = customResourceDefinitions().map(({ metadata: { name } }) => `customresourcedefinition.apiextensions.k8s.io/${name} condition met`);
    expect((await established()).trim().split('\n').sort()).toEqual(names.sort());
  });

  const discovered = stage.scene(() => stage.cluster.kubectl('api-resources', '--api-group=substratus.ai', '--categories=ai', '--no-headers'));

  test('the kinds have their short names, and the category `ai`', async () => {
    const lines = (await discovered()).trim().split('\n').map((line) => line.split(/ +/).slice(0, 2).join(' '));
    expect(lines.sort()).toEqual(['datasets data', 'models mdl', 'notebooks nb', 'servers srv']);
  });

  const explained = stage.scene(() => stage.until('the documentation is published', () => stage.cluster.kubectl('explain', 'model.spec.staging').catch(() => '')));

  test('`kubectl explain` tells what a field is, its unit and its default', async () => {
    const text = (await explained()).replace(/\s+/g, ' ');
    expect(text).toContain('FIELD: staging <Object>');
    expect(text).toContain('DESCRIPTION: The volume behind /content/artifacts until its files are published.');
    expect(text).toContain('size <Object> Size of the volume: a number of GiB, or a quantity such as 200Gi. It must hold the artifact and any checkpoints.');
    expect(text).toContain("storageClassName <string> StorageClass of the volume. Default: the cluster's.");
  });
}

/** Calls `use` for each item, a few at a time, and returns the answers in order. */
async function inTurn<T, R>(items: readonly T[], use: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  await Promise.all(Array.from({ length: TOGETHER }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await use(next[1], next[0]);
  }));
  return results;
}

function create(stage: Stage, object: KubeObject, query = ''): Promise<unknown> {
  const { apiVersion = '', kind = '', metadata: { namespace = 'default' } = {} } = object;
  const path = objectPath({ apiVersion, kind, namespace, name: '' }).replace(/\/$/, '');
  return stage.client.request('POST', `${path}?${query}`, { body: object });
}

async function refusal(request: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await request();
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) return error.message;
    throw error;
  }
}

function message(kind: Kind, field: string): string {
  return field.startsWith('storage') ? 'storage.storageClassName belongs to the disk and cannot change once set; create a Notebook with another name'
    : `${field} decides the content of a ${kind} and cannot change; create a ${kind} with another name`;
}

/** The messages of our own rules. */
function messages(error = ''): string[] {
  return [...error.matchAll(/(?:\S+ decides the content of|storage\.storageClassName belongs to)[^;]*; create a \w+ with another name/g)].map(([text]) => text).sort();
}

