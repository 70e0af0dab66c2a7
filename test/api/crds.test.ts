import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schema } from '../../src/api/crd-parts';
import { customResourceDefinitions } from '../../src/api/crds';
import { recipeDigest } from '../../src/api/digest';
import { KINDS } from '../../src/api/resource';
import type { ArtifactKind, Kind, ModelSpec } from '../../src/api/resource';
import { DEFINITIONS, invalidFields, SCHEMAS } from './custom-resources';

interface CustomObject {
  readonly kind: Kind;
  readonly metadata: { readonly name: string };
  readonly spec: ModelSpec;
}

interface Case {
  readonly name: string;
  readonly object: CustomObject;
  readonly fields?: string[];
}

interface Node {
  readonly path: string;
  readonly schema: Schema;
}

const CASES = JSON.parse(readFileSync(join(__dirname, '../crds/cases.json'), 'utf8')) as { accepted: Case[]; refused: Case[] };
const NODES = [...SCHEMAS].flatMap(([kind, schema]) => nodesOf(schema, kind));

describe('the definitions', () => {
  test('are the same bytes every time', () => {
    expect(JSON.stringify(customResourceDefinitions())).toBe(JSON.stringify(customResourceDefinitions()));
  });

  test('are one for each kind, in the group of the original Substratus', () => {
    expect(DEFINITIONS.map(({ metadata }) => metadata.name)).toEqual([
      'models.substratus.ai', 'datasets.substratus.ai', 'servers.substratus.ai', 'notebooks.substratus.ai',
    ]);
    expect(DEFINITIONS.map(({ spec }) => spec.names.kind)).toEqual(KINDS);
    expect(DEFINITIONS.every(({ spec }) => spec.scope === 'Namespaced' && spec.group === 'substratus.ai')).toBe(true);
  });

  test('have one version, v1, with the status apart', () => {
    for (const { spec } of DEFINITIONS) {
      expect(spec.versions).toEqual([expect.objectContaining({
        name: 'v1', served: true, storage: true, subresources: expect.objectContaining({ status: {} }) as object,
      })]);
    }
  });

  test('let a Server alone be scaled', () => {
    const versions = DEFINITIONS.map(({ spec }) => spec.versions[0] as { readonly subresources?: { readonly scale?: object } });
    const scales = versions.map(({ subresources }) => subresources?.scale);
    const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' };
    expect(scales).toEqual(KINDS.map((kind) => (kind === 'Server' ? scale : undefined)));
  });

  test('can be listed together, and by a short name', () => {
    expect(DEFINITIONS.map(({ spec }) => spec.names.categories)).toEqual(KINDS.map(() => ['ai']));
    expect(DEFINITIONS.map(({ spec }) => spec.names.shortNames)).toEqual([['mdl'], ['data'], ['srv'], ['nb']]);
  });

  test('show readiness, reason and age, and the URL of an artifact', () => {
    expect(columns(false)).toEqual(['Ready Reason URL Age', 'Ready Reason URL Age', 'Ready Reason Age', 'Ready Reason Age']);
  });

  test('show the ready-made program and how far it is where there is room', () => {
    expect(columns(true)).toEqual(['Progress Runtime', 'Progress Runtime', 'Runtime', 'Runtime']);
  });
});

describe('the schemas', () => {
  test.each(CASES.accepted.map((each) => [each.name, each] as const))('accept %s', (_, { object }) => {
    expect(invalidFields(object)).toEqual([]);
  });

  test.each(CASES.refused.map((each) => [each.name, each] as const))('refuse %s', (_, { object, fields = [] }) => {
    expect(invalidFields(object)).toEqual([...fields].sort());
  });

  test('set no default but the generation that was observed', () => {
    const defaults = NODES.filter(({ schema }) => 'default' in schema);
    expect(defaults.map(({ path }) => path)).toEqual(KINDS.map((kind) => `${kind}.status`));
    expect(defaults.map(({ schema }) => schema.default)).toEqual(KINDS.map(() => ({ observedGeneration: -1 })));
  });

  test('accept the default status by itself', () => {
    const objects = KINDS.map((kind) => ({ kind, metadata: { name: 'new' }, spec: {}, status: { observedGeneration: -1 } }));
    expect(objects.flatMap(invalidFields)).toEqual([]);
  });

  test('bound whatever can grow, so that the cost of the rules can be estimated', () => {
    expect(NODES.filter(({ schema }) => !isBounded(schema)).map(({ path }) => path)).toEqual([]);
  });

  test('describe every field, in whole sentences', () => {
    const fields = NODES.filter(({ path }) => !path.endsWith('[]') && !path.endsWith('{}'));
    expect(fields.filter(({ schema }) => !/^[A-Z].*[.]$/.test(schema.description ?? '')).map(({ path }) => path)).toEqual([]);
  });

  test('leave the type of what is an integer or a string to Kubernetes', () => {
    const mixed = NODES.filter(({ schema }) => schema['x-kubernetes-int-or-string']);
    expect(mixed.filter(({ schema }) => schema.type !== undefined)).toEqual([]);
    expect(mixed.map(({ path }) => path)).toEqual(expect.arrayContaining(['Model.spec.params{}', 'Server.spec.resources.memory']));
  });
});

describe('the rules', () => {
  test.each(['Model', 'Dataset'] as const)('lock exactly the fields that the recipe digest of a %s is made of', (kind) => {
    expect(lockedFields(kind).sort()).toEqual(contentFields(kind).sort());
  });

  test('leave a server free to change, and a notebook but for the class of its disk', () => {
    expect(lockedFields('Server')).toEqual([]);
    expect(lockedFields('Notebook')).toEqual(['storage.storageClassName']);
  });

  test('say what to do instead', () => {
    expect(rulesOf('Model')[0]?.message)
      .toBe('image decides the content of a Model and cannot change; create a Model with another name');
  });

  test('do without what Kubernetes 1.27 does not know', () => {
    const keys = KINDS.flatMap(rulesOf).flatMap(Object.keys);
    expect([...new Set(keys)]).toEqual(['rule', 'message']);
  });

  const isTransition = ({ schema }: Node) => schema['x-kubernetes-validations']?.some(({ rule }) => rule.includes('oldSelf'));

  test('that lock sit on the spec alone, where they see fields come and go', () => {
    expect(NODES.filter(isTransition).map(({ path }) => path)).toEqual(['Model.spec', 'Dataset.spec', 'Notebook.spec']);
  });

  test('A5: that bound text sit on the fields, so that what was stored before can stay', () => {
    const places = NODES.filter((node) => node.schema['x-kubernetes-validations'] && !isTransition(node)).map(({ path }) => path);
    expect(places.filter((path) => path.startsWith('Model.'))).toEqual([
      'Model.spec.command', 'Model.spec.args', 'Model.spec.env', 'Model.spec.runtimeEnv', 'Model.spec.params', 'Model.spec.literalParams', 'Model.spec.pod.annotations',
      'Model.spec.source', // case 17: not of text, but that it has one of three
    ]);
  });
});

function columns(isWide: boolean): string[] {
  return DEFINITIONS.map(({ spec: { versions: [{ additionalPrinterColumns: all }] } }) => (
    all.filter(({ priority = 0 }) => (priority > 0) === isWide).map(({ name }) => name).join(' ')
  ));
}

function schemaOf(kind: Kind): Schema {
  return SCHEMAS.get(kind) ?? {};
}

function rulesOf(kind: Kind) {
  return schemaOf(kind).properties?.spec?.['x-kubernetes-validations'] ?? [];
}

function lockedFields(kind: Kind): (string | undefined)[] {
  return rulesOf(kind).filter(({ rule }) => rule.includes('oldSelf')).map(({ message }) => message.split(' ')[0]);
}

/** The fields of the spec without which, or with which, the recipe digest is another. */
function contentFields(kind: ArtifactKind): string[] {
  const found = CASES.accepted.find(({ object }) => object.kind === kind && object.metadata.name === 'every-field')?.object.spec ?? {};
  /* Which no object can have beside all others. */
  const whole: ModelSpec = kind === 'Model' ? { ...found, source: { claim: { name: 'llama' } } } : found;
  const { build, ...rest } = whole;
  const digestOf = (spec: ModelSpec) => recipeDigest({ kind, spec }, { model: spec.model?.name, dataset: spec.dataset?.name });
  return Object.keys(schemaOf(kind).properties?.spec?.properties ?? {}).filter((field) => {
    const other = field === 'build' ? { ...rest, build } : { ...rest, [field]: undefined };
    return digestOf(other) !== digestOf(rest);
  });
}

function nodesOf(schema: Schema, path: string): Node[] {
  const { properties = {}, items, additionalProperties } = schema;
  return [
    { path, schema },
    ...Object.entries(properties).flatMap(([name, property]) => nodesOf(property, `${path}.${name}`)),
    ...(items ? nodesOf(items, `${path}[]`) : []),
    ...(additionalProperties ? nodesOf(additionalProperties, `${path}{}`) : []),
  ];
}

function isBounded(schema: Schema): boolean {
  if (schema.enum ?? schema.format) return true;
  if (schema.type === 'array') return schema.maxItems !== undefined;
  if (schema.additionalProperties) return schema.maxProperties !== undefined;
  if (schema.type === 'string' || schema['x-kubernetes-int-or-string']) return schema.maxLength !== undefined;
  return schema.properties !== undefined || schema.type === 'boolean' || schema['x-kubernetes-preserve-unknown-fields'] === true;
}
