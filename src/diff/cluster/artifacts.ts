/** Models and Datasets: whether their program runs again, and what becomes of what it made before. */
import { CONTENT_FIELDS } from '../../api/crds';
import { recipeDigest } from '../../api/digest';
import { isArtifactResource, RETRY_ANNOTATION, sourceOf } from '../../api/resource';
import type { ArtifactResource, InputsSpec, Resource } from '../../api/resource';
import { artifactOf } from '../../expand';
import { runtimeNamed } from '../../runtimes';
import type { Role } from '../../runtimes';
import { childrenFor, inputsFor } from '../../state/cluster';
import type { ClusterState } from '../../state/state';
import { changesBetween, isSame } from '../changes';
import type { Change, Effect } from '../effect';
import { effectOn } from '../effect';
import { gpusOf, recipeOf } from './context';
import type { ResourceContext } from './context';

const LATER = 'a run that has not finished takes it at its next attempt; one that computes goes on as it began';

interface Sides extends ResourceContext {
  readonly from: ArtifactResource;
  readonly to: ArtifactResource;
}

export function artifactEffects(context: ResourceContext): Effect[] {
  const { from, to, subject } = context;
  if (from && to && isArtifactResource(from) && isArtifactResource(to)) return changed({ ...context, from, to });
  if (to) return [made(context, to)];
  return from && isArtifactResource(from) ? [effectOn(subject, ['deleted', `is deleted${fateWords(from)}`])] : [];
}

function changed(context: Sides): Effect[] {
  const { from, to, subject, clusters } = context;
  const problem = clusters.to && problemOf(to, clusters.to);
  if (problem !== undefined) return [effectOn(subject, ['stalls', 'cannot be made'], { changes: changesBetween(from.spec, to.spec), notes: [problem] })];
  if (from.metadata.name === to.metadata.name) return sameName(context);
  const isSameRecipe = clusters.from && clusters.to && recipeOf(from, clusters.from) === recipeOf(to, clusters.to);
  return [isSameRecipe ? renamed(context) : again(context)];
}

/** Why it cannot be expanded, but for what is not known of the platform. */
function problemOf(resource: Resource, cluster: ClusterState): string | undefined {
  return cluster.platform && childrenFor(cluster, resource).problem;
}

function made({ subject, clusters }: ResourceContext, resource: Resource): Effect {
  const problem = clusters.to && problemOf(resource, clusters.to);
  if (problem !== undefined) return effectOn(subject, ['stalls', 'cannot be made'], { notes: [problem] });
  if (sourceOf(resource)) return effectOn(subject, ['made', 'is there already: nothing runs']);
  return effectOn(subject, ['made', `${verbOf(resource)}${onGpus(resource, clusters.to)}`]);
}

function again({ from, to, subject, clusters, causes }: Sides): Effect {
  const changes = contentChanges(from, to);
  const notes = [formerNote(from)];
  if (sourceOf(to)) return effectOn(subject, ['made-again', 'is taken from another place: nothing runs'], { changes, causes, notes });
  return effectOn(subject, ['made-again', `${verbOf(to)} again${onGpus(to, clusters.to)}`], { changes, causes, notes });
}

function renamed({ from, subject, causes }: Sides): Effect {
  const goes = from.spec.deletionPolicy === 'Delete'
    ? 'apply it before the former one is deleted, whose deletionPolicy is Delete: as long as both are there, the artifact is kept' : undefined;
  return effectOn(subject, ['renamed', `is renamed from ${from.metadata.name}: its artifact is found, nothing runs again`], { causes, notes: [goes] });
}

function sameName(context: Sides): Effect[] {
  const { from, to, subject } = context;
  const locked = contentChanges(from, to);
  if (isLocked(from, to)) {
    const fields = [...new Set(locked.map(({ field }) => field.split('.')[0]))].join(', ');
    const note = `${fields} decides the content of a ${to.kind} and cannot change; give it another name, or delete it first`;
    return [effectOn(subject, ['refused', 'is refused by the API server'], { changes: locked, notes: [note] })];
  }
  return [...relocated(context), ...outsideTheRecipe(context)];
}

/** Whether a field changes that the definitions lock: what is referred to counts by its name. */
function isLocked(from: ArtifactResource, to: ArtifactResource): boolean {
  const ownDigest = (resource: ArtifactResource): string => {
    const { model, dataset } = resource.spec as InputsSpec;
    return recipeDigest(resource, { model: JSON.stringify(model), dataset: JSON.stringify(dataset) });
  };
  return ownDigest(from) !== ownDigest(to);
}

function outsideTheRecipe({ from, to, subject }: Sides): Effect[] {
  const changes = [...changesBetween(from.spec, to.spec), ...metadataChanges(from, to)];
  if (changes.length === 0) return [];
  if (changes.every(({ field }) => field === 'suspend')) {
    const stops = ['stops', 'is suspended: a run that computes ends, and goes on from its staging volume later'] as const;
    return [effectOn(subject, to.spec.suspend ? stops : ['starts', 'goes on where it was suspended'], { changes })];
  }
  const isRetried = changes.some(({ field }) => field === `metadata.annotations.${RETRY_ANNOTATION}`);
  const isOfRun = changes.some(({ field }) => !/^(metadata|sharing|deletionPolicy)\b/.test(field));
  const notes = [isRetried ? 'a step that failed, or that computes, is tried again' : undefined, isOfRun ? LATER : undefined];
  return [effectOn(subject, ['unchanged', 'is not made again'], { changes, notes })];
}

/** The platform has another bucket or prefix, where nothing is yet. */
function relocated({ from, to, subject, clusters: { from: before, to: after } }: Sides): Effect[] {
  if (!before?.platform || !after?.platform || sourceOf(to)) return [];
  const old = artifactOf(from, before.platform, inputsFor(before, from)).url;
  const now = artifactOf(to, after.platform, inputsFor(after, to)).url;
  if (old === now) return [];
  return [effectOn(subject, ['stalls', 'is looked for in another place, and waits until it is copied there'], {
    changes: [{ field: 'artifact', from: old, to: now }], notes: ['what was published is not made again by itself: status BucketChanged says how'],
  })];
}

function contentChanges(from: ArtifactResource, to: ArtifactResource): Change[] {
  return changesBetween(from.spec, to.spec).filter(({ field }) => CONTENT_FIELDS.includes(field.split('.')[0] ?? ''));
}

/** Labels and annotations. */
export function metadataChanges(from: Resource, to: Resource): Change[] {
  const of = ({ metadata: { labels, annotations } }: Resource) => ({ labels, annotations });
  return isSame(of(from), of(to)) ? [] : changesBetween(of(from), of(to), 'metadata');
}

const VERBS: Partial<Record<Role, string>> = { loader: 'imports', trainer: 'trains', quantizer: 'quantizes' };

/** What its program does. With an image of the author's, it trains where it starts from a model or has data. */
function verbOf({ kind, spec }: Resource): string {
  if (kind === 'Dataset') return 'loads';
  const { model, dataset } = spec as InputsSpec;
  return VERBS[runtimeNamed(spec.runtime?.name ?? '')?.role ?? 'engine'] ?? (model ?? dataset ? 'trains' : 'imports');
}

function onGpus(resource: Resource, cluster?: ClusterState): string {
  const gpus = gpusOf(resource, cluster);
  return gpus === undefined ? '' : ` on ${gpus}`;
}

function formerNote(former: ArtifactResource): string {
  const { metadata: { name }, spec: { deletionPolicy } } = former;
  if (sourceOf(former)) return `${name} is no longer declared`;
  return deletionPolicy === 'Delete' ? `${name} is no longer declared: when it is deleted, its artifact goes with it (deletionPolicy Delete)`
    : `${name} is no longer declared; its artifact stays in the bucket`;
}

function fateWords(resource: ArtifactResource): string {
  if (sourceOf(resource)) return '; the files that it refers to stay';
  return resource.spec.deletionPolicy === 'Delete' ? ', and its artifact with it (deletionPolicy Delete)' : '; its artifact stays in the bucket';
}
