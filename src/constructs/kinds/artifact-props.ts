import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { isDns1123Label } from '../../api/names';
import type { ArtifactKind, ArtifactSpec } from '../../api/resource';
import { formatValue } from '../checks/format-value';
import { duration } from '../checks/size';
import { ValidationError } from '../checks/validation-error';
import { DeletionPolicy } from '../platform/access';
import { storageSpec } from './storage';
import type { StorageOptions } from './storage';
import { commonSpec, WORKLOAD_PROPS } from './workload';
import type { WorkloadProps } from './workload';

/** What the kinds that produce an artifact have in common. */
export interface ArtifactProps extends WorkloadProps {
  /**
   * Attempts after the first. Disruptions, such as the end of a spot node, do not count.
   *
   * @default 2
   */
  readonly retries?: number;

  /**
   * Limit of one attempt, from the start of its pod on a node; waiting for a GPU does not count.
   *
   * @default - none
   */
  readonly timeout?: Duration;

  /**
   * The volume that `/content/artifacts` is on until it is published. It survives failures, so that a program can resume.
   *
   * @default - 50 GiB, or twice the memory of the GPUs, in the cluster's default StorageClass; by what is written, where the facts of the
   * model are known
   */
  readonly staging?: StorageOptions;

  /**
   * Namespaces that may use the artifact; `*` is all.
   *
   * @default - only its own
   */
  readonly sharedWith?: string[];

  /**
   * What becomes of the artifact when the resource is deleted.
   *
   * @default DeletionPolicy.RETAIN
   */
  readonly deletionPolicy?: DeletionPolicy;
}

export const ARTIFACT_PROPS = {
  ...WORKLOAD_PROPS, retries: true, timeout: true, staging: true, sharedWith: true, deletionPolicy: true,
} satisfies Record<keyof ArtifactProps, true>;

export function artifactSpec(scope: Construct, kind: ArtifactKind, props: ArtifactProps): ArtifactSpec {
  const { retries, timeout, staging, sharedWith, deletionPolicy } = props;
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0)) {
    throw new ValidationError(scope, `retries is ${formatValue(retries)}; give a whole number, 0 or more`);
  }
  checkSharedWith(scope, sharedWith);
  return {
    ...commonSpec(scope, kind, props),
    ...(retries !== undefined && { retries }),
    ...(timeout !== undefined && { timeout: duration(scope, 'timeout', timeout) }),
    ...(staging && { staging: storageSpec(scope, 'staging', staging) }),
    ...(sharedWith && { sharing: { namespaces: sharedWith } }),
    ...(deletionPolicy && { deletionPolicy }),
  };
}

/** What a Model says beside its source, for which nothing runs. */
const BESIDE_SOURCE = ['source', 'metadata', 'sharedWith'];

/** The part of the spec that is not about making an artifact. */
export function sourcedSpec(scope: Construct, props: Partial<ArtifactProps>): Pick<ArtifactSpec, 'sharing'> {
  const { sharedWith, deletionPolicy } = props;
  if (deletionPolicy === DeletionPolicy.DELETE) {
    throw new ValidationError(scope, 'deletionPolicy is Delete, but the files of source were there before, and are never deleted; leave it out');
  }
  const other = Object.entries(props).find(([name, value]) => value !== undefined && !BESIDE_SOURCE.includes(name));
  if (other) throw new ValidationError(scope, `source is set and ${other[0]} too, but nothing runs for files that are there already; leave one of them out`);
  checkSharedWith(scope, sharedWith);
  return sharedWith ? { sharing: { namespaces: sharedWith } } : {};
}

function checkSharedWith(scope: Construct, sharedWith: string[] = []): void {
  if (!Array.isArray(sharedWith)) throw new ValidationError(scope, `sharedWith is ${formatValue(sharedWith)}; give a list, for example ['${String(sharedWith)}']`);
  for (const namespace of sharedWith) {
    if (typeof namespace !== 'string' || (namespace !== '*' && !isDns1123Label(namespace))) {
      throw new ValidationError(scope, `sharedWith has ${formatValue(namespace)}, which is not a valid namespace name; write one, or * for all`);
    }
  }
}
