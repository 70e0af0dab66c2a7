/** Design decisions 1 and 2: what the reconciler applies is what was previewed, and so is what is ejected. */
import type { ConfigMap } from 'kubernetes-types/core/v1';
import type { KubeObject } from '../../src/expand';
import { CASES, isResource, reconciled, synthesize, writtenOf } from './synthesized';
import type { Written } from './synthesized';

const WAVE = 'argocd.argoproj.io/sync-wave';

export function parity(all: ReadonlyMap<string, Written>): void {
  test.each(CASES)('%s: the reconciler applies what was previewed', (name, example, cloud) => {
    const { preview, platform } = synthesize(example, cloud);
    expect(lines(reconciled(writtenOf(all, name).objects, platform))).toEqual(lines(preview.manifests));
  });

  test.each(CASES)('%s: the text of the preview says all of it, but what is in the files of our own programs', (name, example, cloud) => {
    const { preview: { manifests } } = synthesize(example, cloud);
    expect(lines((manifests as KubeObject[]).map(withoutProgram))).toEqual(lines(writtenOf(all, name).previewed.map(withoutProgram)));
  });

  test.each(CASES)('%s: without the annotation for Argo CD, what is ejected is what was previewed', (name, example, cloud) => {
    const { objects, ejected } = writtenOf(all, name);
    const isBeside = (object: KubeObject): boolean => waveOf(object) === '0' || object.kind === 'PodMonitor';
    const [beside, children] = [ejected.filter(isBeside), ejected.filter((object) => !isBeside(object))];
    expect(children.filter((object) => !(Number(waveOf(object)) > 0))).toEqual([]);
    expect(lines(children.map(withoutWave)).sort()).toEqual(lines(synthesize(example, cloud).preview.manifests).sort());
    const others = objects.filter((object) => !isResource(object) && !isForReconciler(object));
    expect(lines(beside.map(withoutWave)).sort()).toEqual(lines(others).sort());
  });

  test.each(CASES)('%s: the name of an artifact ends with the digest that it lies under', (name) => {
    const artifacts = writtenOf(all, name).previewed.flatMap(({ metadata: { labels = {} } = {} }) => {
      const [recipe, owner] = [labels['substratus.ai/recipe'], labels.model ?? labels.dataset];
      return recipe && owner ? [{ recipe, owner }] : [];
    });
    expect(artifacts.length).toBeGreaterThan(0);
    expect(artifacts.filter(({ recipe, owner }) => !owner.endsWith(`-${recipe.slice(0, 8)}`))).toEqual([]);
  });
}

/** A file of a ready-made program is the same for everybody, and the text tells its length alone. */
function withoutProgram(object: KubeObject): KubeObject {
  if (object.kind !== 'ConfigMap' || object.metadata?.labels?.role !== 'program') return object;
  const files = Object.keys((object as ConfigMap).data ?? {});
  return { ...object, data: Object.fromEntries(files.map((file) => [file, 'a program'])) } as KubeObject;
}

/** Each as text, for another order of fields would be other bytes. */
function lines(objects: readonly unknown[]): string[] {
  return objects.map((object) => JSON.stringify(object));
}

/** The reconciler's own objects and the definitions, without which what is ejected runs. */
function isForReconciler({ kind, metadata }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' || metadata?.labels?.['app.kubernetes.io/name'] === 'substratus-reconciler';
}

function waveOf({ metadata }: KubeObject): string | undefined {
  return metadata?.annotations?.[WAVE];
}

function withoutWave(object: KubeObject): KubeObject {
  const { annotations = {} } = object.metadata ?? {};
  const others = Object.entries(annotations).filter(([key]) => key !== WAVE);
  const metadata = Object.entries(object.metadata ?? {})
    .filter(([key]) => key !== 'annotations' || others.length > 0)
    .map(([key, value]) => [key, key === 'annotations' ? Object.fromEntries(others) : value] as const);
  return { ...object, metadata: Object.fromEntries(metadata) };
}
