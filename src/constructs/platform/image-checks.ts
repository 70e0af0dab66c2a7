/** What is said of the images of a platform. */
import { isImageReference, nearest } from '../../api/names';
import { IMAGES } from '../../catalog/images';
import { formatValue } from '../checks/format-value';

const REGISTRY = /^[A-Za-z0-9][-\w.]*(:[0-9]+)?(\/[-_.a-z0-9]+)*$/;

interface ImageProps {
  readonly images?: Record<string, string>;
  readonly imageMirrors?: Record<string, string>;
}

/** @throws Error if a name is not one of ours, or an image cannot be. */
export function checkImages({ images = {}, imageMirrors = {} }: ImageProps): void {
  const problem = imagesProblem(images) ?? mirrorsProblem(imageMirrors);
  if (problem) throw new Error(problem);
}

function imagesProblem(images: Record<string, string>): string | undefined {
  const names = Object.keys(IMAGES);
  const unknown = Object.keys(images).find((name) => !names.includes(name));
  if (unknown !== undefined) return `images has ${formatValue(unknown)}, which is not an image of ours; use ${nearest(unknown, names) ?? names.join(', ')}`;
  const wrong = Object.entries(images).find(([, image]) => typeof image !== 'string' || !isImageReference(image));
  return wrong && `images.${wrong[0]} is ${formatValue(wrong[1])}, which is not a reference to an image; write for example registry.example.com/${wrong[0]}:1.0`;
}

function mirrorsProblem(mirrors: unknown): string | undefined {
  if (typeof mirrors !== 'object' || mirrors === null || Array.isArray(mirrors)) {
    return `imageMirrors is ${formatValue(mirrors)}; give mirrors by registry, for example { 'docker.io': 'registry.example.com/dockerhub' }`;
  }
  for (const [source, mirror] of Object.entries(mirrors)) {
    if (!Object.values(IMAGES).some((image) => image.startsWith(`${source}/`))) return noSource(source);
    if (typeof mirror !== 'string' || !REGISTRY.test(mirror)) {
      return `imageMirrors.${source} is ${formatValue(mirror)}; give host and path, without scheme, for example registry.example.com/dockerhub`;
    }
  }
  return undefined;
}

function noSource(source: string): string {
  const registries = [...new Set(Object.values(IMAGES).map((image) => image.split('/')[0] ?? ''))].sort();
  return `imageMirrors has ${formatValue(source)}, from which none of our images comes; use ${nearest(source, registries) ?? registries.join(', ')}`;
}
