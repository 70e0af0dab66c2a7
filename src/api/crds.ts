/** The CustomResourceDefinitions of the four kinds: their schemas, and the rules that lock what is data. */
import { flag, listOf, objectOf, text } from './crd-parts';
import type { Schema, ValidationRule } from './crd-parts';
import { SPEC_SCHEMAS } from './crd-schema';
import { GIT_URL_PATTERN } from './credentials';
import { isAtLeast } from './platform';
import type { PlatformSpec } from './platform';
import { API_GROUP, KINDS, PLURALS } from './resource';
import type { ArtifactKind, Kind } from './resource';
import { LONGEST_PROGRESS } from './status';
import type { Condition, PublishedArtifact, Status } from './status';

const KIND_DESCRIPTIONS: Readonly<Record<Kind, string>> = {
  Model: 'A Model is an artifact of files, such as weights: imported, or trained from another Model and a Dataset.',
  Dataset: 'A Dataset is an artifact of files to train on, loaded once by an image.',
  Server: 'A Server serves a Model over HTTP.',
  Notebook: 'A Notebook is a Jupyter server with a disk of its own, and with a Model and a Dataset to read.',
};

/** The original Substratus has `data` and `nb`; no kind of Kubernetes has any of them. */
const SHORT_NAMES: Readonly<Record<Kind, string>> = { Model: 'mdl', Dataset: 'data', Server: 'srv', Notebook: 'nb' };

/** How a rule compares a field. What is a map or list may be absent or empty, which is the same. */
type Comparison = 'value' | 'collection' | 'image' | 'build' | 'code' | 'runtime';

const RECIPE: Readonly<Record<string, Comparison>> = {
  image: 'image', build: 'build', runtime: 'runtime', code: 'code', command: 'collection', args: 'collection', env: 'collection', params: 'collection',
};

/** What decides the content of an artifact: the fields that its recipe digest is made of. */
const CONTENT: Readonly<Record<ArtifactKind, Readonly<Record<string, Comparison>>>> = {
  Model: { ...RECIPE, model: 'value', dataset: 'value', source: 'value' },
  Dataset: RECIPE,
};

/** All of them. */
export const CONTENT_FIELDS: readonly string[] = Object.keys(CONTENT.Model);

/* A rule on a field does not run when the field comes or goes; so they are rules on the spec, with `has`. */
const RULES: Readonly<Record<Comparison, (field: string) => string>> = {
  value: same,
  collection: sameOrEmpty,
  image: (field) => `has(self.build) || has(oldSelf.build) || (${same(field)})`,
  build: (field) => [
    `has(self.${field}) == has(oldSelf.${field})`,
    `(!has(self.${field}) || !has(oldSelf.${field}) || (${[
      same(`${field}.git`), sameArchive(`${field}.archive`), sameUpload(`${field}.upload`),
    ].join(' && ')}))`,
  ].join(' && '),
  code: sameArchive,
  runtime: (field) => [
    `has(self.${field}) == has(oldSelf.${field})`,
    `(!has(self.${field}) || !has(oldSelf.${field}) || (self.${field}.name == oldSelf.${field}.name && ${versionOf('self', field)} == ${versionOf('oldSelf', field)}))`,
  ].join(' && '),
};

/** Absent is 1. */
function versionOf(self: string, field: string): string {
  return `(has(${self}.${field}.version) ? ${self}.${field}.version : 1)`;
}

function same(path: string): string {
  return `has(self.${path}) == has(oldSelf.${path}) && (!has(self.${path}) || self.${path} == oldSelf.${path})`;
}

function sameOrEmpty(path: string): string {
  const isEmpty = (self: string) => `(!has(${self}.${path}) || size(${self}.${path}) == 0)`;
  return `has(self.${path}) && has(oldSelf.${path}) ? self.${path} == oldSelf.${path} : ${isEmpty('self')} && ${isEmpty('oldSelf')}`;
}

/** The digest alone: an archive may be in another ConfigMap. */
function sameArchive(path: string): string {
  return `has(self.${path}) == has(oldSelf.${path}) && (!has(self.${path}) || self.${path}.digest == oldSelf.${path}.digest)`;
}

function sameUpload(path: string): string {
  return `has(self.${path}) == has(oldSelf.${path}) && (!has(self.${path}) || self.${path}.md5Checksum == oldSelf.${path}.md5Checksum)`;
}

function contentRules(kind: ArtifactKind): ValidationRule[] {
  return Object.entries(CONTENT[kind]).map(([field, comparison]) => ({
    rule: RULES[comparison](field),
    message: `${field} decides the content of a ${kind} and cannot change; create a ${kind} with another name`,
  }));
}

const STORAGE_CLASS_RULE: ValidationRule = {
  rule: [
    '!has(oldSelf.storage) || !has(oldSelf.storage.storageClassName)',
    '(has(self.storage) && has(self.storage.storageClassName) && self.storage.storageClassName == oldSelf.storage.storageClassName)',
  ].join(' || '),
  message: 'storage.storageClassName belongs to the disk and cannot change once set; create a Notebook with another name',
};

/* What a source makes meaningless. Old objects have none, so that the rule refuses none of them. */
const MAKERS = [...Object.keys(RECIPE), 'model', 'dataset'];

const SOURCE_RULE: ValidationRule = {
  rule: `!has(self.source) || !(${MAKERS.map((field) => `has(self.${field})`).join(' || ')})`,
  message: `source is a model that is there already, for which nothing runs; leave out ${MAKERS.join(', ')}`,
};

const AUTOSCALING_RULE: ValidationRule = {
  rule: '!has(self.autoscaling) || !(has(self.replicas) || has(self.scaling))',
  message: 'autoscaling decides how many replicas run; leave out replicas and scaling',
};

const SPEC_RULES: Readonly<Record<Kind, readonly ValidationRule[]>> = {
  Model: [...contentRules('Model'), SOURCE_RULE],
  Dataset: contentRules('Dataset'),
  Server: [AUTOSCALING_RULE],
  Notebook: [STORAGE_CLASS_RULE],
};

/** `Condition` of meta/v1, with the bounds that it has there. */
const CONDITION = objectOf<Condition>('One aspect of the state.', {
  type: text('What the condition is about, such as Ready.', 316),
  status: { description: 'Whether it holds: True, False or Unknown.', type: 'string', enum: ['True', 'False', 'Unknown'] },
  observedGeneration: { description: 'The generation of the resource that it is about.', type: 'integer', format: 'int64', minimum: 0 },
  lastTransitionTime: { description: 'When the status last changed.', type: 'string', format: 'date-time' },
  reason: text('Why, in one word for programs.', 1024, { minLength: 1, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
  message: text('Why, in words for people.', 32768),
}, { required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'] });

const ARTIFACT = objectOf<PublishedArtifact>('What was published, once it was.', {
  recipeDigest: text('Digest of all that decides the content: known beforehand, and the last folder of the URL.', 128),
  url: text('Folder of the artifact in the bucket.', 2048),
  contentDigest: text('Digest of the files.', 128),
  bytes: { description: 'Size of all files.', type: 'integer', format: 'int64', minimum: 0 },
  files: { description: 'Number of files.', type: 'integer', format: 'int64', minimum: 0 },
  completedAt: { description: 'When it was published.', type: 'string', format: 'date-time' },
  inputs: objectOf<Required<PublishedArtifact>['inputs']>('Recipe digests of what it was made from.', {
    model: text('Recipe digest of the model.', 128),
    dataset: text('Recipe digest of the dataset.', 128),
  }),
});

const ARTIFACTS = objectOf<{ readonly url: string }>('Where the artifact is, or will be.', {
  url: text('Folder of the artifact in the bucket.', 2048),
});

interface BuildUpload {
  readonly signedURL: string;
  readonly requestID: string;
  readonly expiration: string;
  readonly storedMD5Checksum: string;
}

const BUILD_UPLOAD = objectOf<BuildUpload>('Where to upload the archive that spec.build.upload announces.', {
  signedURL: text('URL to PUT the archive to.', 8192),
  requestID: text('The requestID of the spec that the URL answers.', 255),
  expiration: { description: 'When the URL expires.', type: 'string', format: 'date-time' },
  storedMD5Checksum: text('MD5 checksum of the archive that is stored already, in hexadecimal.', 32),
});

const STATUS_FIELDS: Readonly<Record<string, Schema>> = {
  ready: flag('Whether the condition Ready is true.'),
  observedGeneration: { description: 'The generation that the status is about; -1 before any.', type: 'integer', format: 'int64' },
  conditions: {
    ...listOf(CONDITION, 32, 'The state, one condition for each aspect of it. Ready sums it up.'),
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  },
  buildUpload: BUILD_UPLOAD,
};

const SERVED = objectOf<Required<Status>['model']>('The model that is being served.', {
  name: text('Name of the Model.', 253),
  namespace: text('Namespace of the Model.', 63),
  recipeDigest: text('Recipe digest of its artifact.', 128),
});

const URL = text('Where it answers inside the cluster.', 2048);

const PROGRESS = text('How far the ready-made program says it is, while it runs.', LONGEST_PROGRESS);

/* A Notebook has `artifacts` for compatibility with the original Substratus, whose schema has it there too. */
const MORE_STATUS_FIELDS: Readonly<Record<Kind, Readonly<Record<string, Schema>>>> = {
  Model: { artifacts: ARTIFACTS, artifact: ARTIFACT, progress: PROGRESS },
  Dataset: { artifacts: ARTIFACTS, artifact: ARTIFACT, progress: PROGRESS },
  Server: {
    model: SERVED,
    url: URL,
    replicas: { description: 'Pods that there are, those that are on their way out included.', type: 'integer', format: 'int32', minimum: 0 },
    selector: text('The labels of its pods, for autoscalers.', 1024),
  },
  Notebook: {
    artifacts: ARTIFACTS,
    url: URL,
    culledAt: { description: 'When it was suspended for lack of activity.', type: 'string', format: 'date-time' },
  },
};

/** The default makes tools wait for the reconciler's first word, where a resource without a status would pass for ready. */
function statusSchema(kind: Kind): Schema {
  return {
    description: 'What the reconciler observed last.',
    type: 'object',
    properties: { ...STATUS_FIELDS, ...MORE_STATUS_FIELDS[kind] },
    default: { observedGeneration: -1 },
  };
}

/** From when on an object that breaks a newer bound may still be updated elsewhere: its status, its finalizers. */
export const RATCHETING_VERSION = '1.30';

/**
 * Without the bounds that an older release did not have: before Kubernetes 1.30 the API server holds the whole object to them whatever is
 * updated, so that the status of an object that breaks one could not be written, nor its finalizer be taken away.
 * https://github.com/kubernetes/enhancements/issues/4008
 */
function withoutNewBounds(schema: Schema): Schema {
  const { 'x-kubernetes-validations': rules, pattern, properties, ...rest } = schema;
  return {
    ...rest,
    ...(pattern !== undefined && pattern !== GIT_URL_PATTERN && { pattern }),
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, withoutNewBounds(part)])) }),
    ...(rules?.every(({ rule }) => rule.includes('oldSelf')) && { 'x-kubernetes-validations': rules }),
  };
}

/* The spec is required, so that removing it for a moment does not bypass its rules. */
function schemaOf(kind: Kind, isRatcheting: boolean): Schema {
  const rules = SPEC_RULES[kind];
  const spec = isRatcheting ? SPEC_SCHEMAS[kind] : withoutNewBounds(SPEC_SCHEMAS[kind]);
  return {
    description: KIND_DESCRIPTIONS[kind],
    type: 'object',
    required: ['spec'],
    properties: {
      spec: { ...spec, ...(rules.length > 0 && { 'x-kubernetes-validations': rules }) },
      status: statusSchema(kind),
    },
  };
}

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  /** Above 0 it is shown by `kubectl get -o wide` alone. */
  readonly priority?: number;
}

function printerColumns(kind: Kind): PrinterColumn[] {
  const ready = '.status.conditions[?(@.type=="Ready")]';
  const ofArtifacts: PrinterColumn[] = [
    { name: 'URL', type: 'string', jsonPath: '.status.artifacts.url' },
    { name: 'Progress', type: 'string', jsonPath: '.status.progress', priority: 1 },
  ];
  return [
    { name: 'Ready', type: 'string', jsonPath: `${ready}.status` },
    { name: 'Reason', type: 'string', jsonPath: `${ready}.reason` },
    ...(kind in CONTENT ? ofArtifacts : []),
    { name: 'Runtime', type: 'string', jsonPath: '.spec.runtime.name', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ];
}

/** A CustomResourceDefinition, as far as others look into it. */
export interface Definition {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** For `kubectl scale`, and for autoscalers that aim at the Server. */
const SCALE = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' };

function customResourceDefinition(kind: Kind, isRatcheting: boolean): Definition {
  const plural = PLURALS[kind];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      scope: 'Namespaced',
      names: {
        kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [SHORT_NAMES[kind]], categories: ['ai'],
      },
      versions: [{
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schemaOf(kind, isRatcheting) },
        subresources: { status: {}, ...(kind === 'Server' && { scale: SCALE }) },
        additionalPrinterColumns: printerColumns(kind),
      }],
    },
  };
}

/** The definitions of the four kinds, in the order of `KINDS`, for a version of Kubernetes. */
export function customResourceDefinitions(version: Pick<PlatformSpec, 'kubernetesVersion'> = {}): Definition[] {
  const isRatcheting = isAtLeast(version, RATCHETING_VERSION);
  return KINDS.map((kind) => customResourceDefinition(kind, isRatcheting));
}
