/** The images that a state needs, to mirror them. Pure. */
import { imageNamed } from '../catalog/images';
import { describe, namespaceOf } from '../expand';
import { childrenFor } from '../state/cluster';
import type { ClusterState, State } from '../state/state';
import { chartsOf, chartText, imagesOfChart, terraformCharts } from './charts';

export interface ImageUse {
  /** As the nodes pull it. */
  readonly image: string;
  /** Where it comes from, where the platform pulls it from a mirror. */
  readonly source?: string;
  /** What runs it, such as `ml: Model team-a/opt (run)`. */
  readonly usedBy: readonly string[];
}

export interface Images {
  readonly images: readonly ImageUse[];
  /** What cannot be expanded, so that its images are not known. */
  readonly problems: readonly string[];
  /** Charts, whose images are not known here. */
  readonly charts: readonly string[];
}

interface Use {
  readonly image: string;
  readonly by: string;
  readonly cluster: ClusterState;
}

/** Of resources, of all that runs for them, and of what is applied beside them, such as the reconciler and add-ons. */
export function imagesOf({ clusters, stacks }: State): Images {
  const problems: string[] = [];
  const uses = clusters.flatMap((cluster) => [...usesOfResources(cluster, problems), ...usesOfObjects(cluster), ...usesOfCharts(cluster)]);
  const unknown = clusters.flatMap((cluster) => chartsOf(cluster).filter((chart) => !imagesOfChart(chart)).map((chart) => `${cluster.name}: ${chartText(chart)}`));
  const charts = [...unknown, ...stacks.flatMap((stack) => terraformCharts(stack).map((chart) => `${stack.name}: ${chartText(chart)}`))];
  const names = [...new Set(uses.map(({ image }) => image))].sort();
  return {
    images: names.map((image) => {
      const own = uses.filter((use) => use.image === image);
      const source = own.map(({ cluster }) => sourceOfMirrored(image, cluster)).find((each) => each !== undefined);
      return { image, ...source !== undefined && { source }, usedBy: [...new Set(own.map(({ by }) => by))] };
    }),
    problems,
    charts,
  };
}

function usesOfResources(cluster: ClusterState, problems: string[]): Use[] {
  return cluster.resources.flatMap((resource) => {
    const title = `${cluster.name}: ${describe({ kind: resource.kind, namespace: namespaceOf(resource), name: resource.metadata.name })}`;
    const { children, problem } = childrenFor(cluster, resource);
    if (problem !== undefined) problems.push(`${title}: ${problem}`);
    return children.flatMap(({ step, object }) => imagesIn(object).map((image) => ({ image, by: `${title} (${step})`, cluster })));
  });
}

function usesOfObjects(cluster: ClusterState): Use[] {
  return cluster.objects.flatMap((object) => {
    const by = `${cluster.name}: ${object.kind} ${object.metadata?.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata?.name}`;
    return imagesIn(object).map((image) => ({ image, by, cluster }));
  });
}

function usesOfCharts(cluster: ClusterState): Use[] {
  return chartsOf(cluster).flatMap((chart) => (imagesOfChart(chart) ?? []).map((name) => (
    { image: imageNamed(cluster.platform ?? {}, name), by: `${cluster.name}: chart ${chart.chart} ${chart.version}`, cluster }
  )));
}

/** Wherever an object has pods: `image` of its containers, `image.reference` of its volumes. */
function imagesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (/^(init|ephemeral)?containers$/i.test(key) && Array.isArray(inner)) return inner.flatMap(imageOfContainer);
    if (key === 'image' && hasReference(inner)) return [inner.reference];
    return imagesIn(inner);
  });
}

function imageOfContainer(container: { readonly image?: unknown } | null): string[] {
  return typeof container?.image === 'string' && container.image !== '' ? [container.image] : [];
}

function hasReference(value: unknown): value is { readonly reference: string } {
  return typeof (value as { readonly reference?: unknown } | null)?.reference === 'string';
}

function sourceOfMirrored(image: string, { platform }: ClusterState): string | undefined {
  const [pair] = Object.entries(platform?.imageMirrors ?? {}).filter(([, mirror]) => image.startsWith(`${mirror}/`))
    .sort(([, a], [, b]) => b.length - a.length);
  return pair && `${pair[0]}${image.slice(pair[1].length)}`;
}

/** Where an image goes in a registry of copies: its own name behind the registry's. */
export function copyOf(image: string, registry: string): string {
  return `${registry.replace(/\/$/, '')}/${withHost(image)}`;
}

/** Docker's own names have no host. */
export function withHost(image: string): string {
  const [first = '', ...rest] = image.split('/');
  if (rest.length === 0) return `docker.io/library/${image}`;
  return /[.:]|^localhost$/.test(first) ? image : `docker.io/${image}`;
}
