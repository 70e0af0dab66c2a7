/** A bucket of which nothing but the manifests is kept, and the steps that read, write and delete it (src/expand/scripts.ts). */
import { createHash } from 'node:crypto';
import type { Container, Pod } from 'kubernetes-types/core/v1';

/** What a step says of an artifact, in its termination message. */
export interface Published {
  readonly contentDigest: string;
  readonly bytes: number;
  readonly files: number;
}

const BYTES = 1_000_000;
const FILES = 3;

/** Outlives Jobs and, if a test hands it to another cluster, the cluster. */
export class Bucket {
  /** By the DESTINATION of the steps: `s3:bucket/prefix/…`, or `namespace:/directory/…`. */
  private readonly artifacts = new Map<string, Published>();

  public find(destination: string): Published | undefined {
    return this.artifacts.get(destination);
  }

  public get destinations(): readonly string[] {
    return [...this.artifacts.keys()];
  }

  public publish(destination: string, published: Published = contentOf(destination)): void {
    this.artifacts.set(destination, published);
  }

  public remove(destination: string): void {
    this.artifacts.delete(destination);
  }

  /** What the pod of a step reports when it succeeds, having published what it should; undefined for any other pod. */
  public runStep({ metadata, spec }: Pod): string | undefined {
    const step = spec?.containers.find(({ name }) => name === 'check' || name === 'publish' || name === 'delete');
    const destination = step && destinationOf(step, metadata?.namespace);
    if (destination === undefined) return undefined;
    if (step?.name === 'delete') {
      this.remove(destination);
      return undefined;
    }
    if (step?.name === 'publish' && !this.find(destination)) this.publish(destination);
    const published = this.find(destination);
    return `${JSON.stringify(published ? { published: true, ...published } : { published: false })}\n`;
  }
}

/** A path is one in the directory that the namespace has mounted. */
function destinationOf({ env = [] }: Container, namespace?: string): string | undefined {
  const destination = env.find(({ name }) => name === 'DESTINATION')?.value;
  return destination?.startsWith('/') ? `${namespace}:${destination}` : destination;
}

/** The same at every time, as if the program were deterministic. */
function contentOf(destination: string): Published {
  return { contentDigest: `sha256:${createHash('sha256').update(destination).digest('hex')}`, bytes: BYTES, files: FILES };
}
