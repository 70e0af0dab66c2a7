import type { ApiObjectMetadata, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { secondsOf } from '../../api/duration';
import { EXPECTED_DURATION_ANNOTATION } from '../../api/expected-duration';
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
   * How long one run is expected to take, from which its cost is estimated. Nothing else is made from it, and it is not part of
   * the recipe.
   *
   * @default - not known, and neither is the cost of a run
   */
  readonly expectedDuration?: Duration;

  /**
   * How long one run may take at most, where `expectedDuration` is the least.
   *
   * @default - as long as `expectedDuration`
   */
  readonly maxExpectedDuration?: Duration;

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
  ...WORKLOAD_PROPS, retries: true, timeout: true, expectedDuration: true, maxExpectedDuration: true, staging: true, sharedWith: true,
  deletionPolicy: true,
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

/** How long a run is expected to take travels with the resource, as an annotation: it decides nothing that runs. */
export function metadataWithDuration(scope: Construct, props: Partial<ArtifactProps>): ApiObjectMetadata | undefined {
  const { metadata, expectedDuration: min, maxExpectedDuration: max } = props;
  if (!min) {
    if (max) throw new ValidationError(scope, 'maxExpectedDuration is set but expectedDuration is not; set expectedDuration, or both');
    return metadata;
  }
  const [least, most] = [duration(scope, 'expectedDuration', min), max && duration(scope, 'maxExpectedDuration', max)];
  if (most !== undefined && (secondsOf(most) ?? 0) < (secondsOf(least) ?? 0)) {
    throw new ValidationError(scope, `maxExpectedDuration is ${most} but expectedDuration is ${least}; give a maximum that is no less than the minimum`);
  }
  const text = most === undefined || most === least ? least : `${least}-${most}`;
  return { ...metadata, annotations: { ...metadata?.annotations, [EXPECTED_DURATION_ANNOTATION]: text } };
}

/** What a Model says beside its source, for which nothing runs. */
const BESIDE_SOURCE = ['source', 'metadata', 'sharedWith', 'adapterOf', 'adapterRank'];

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
