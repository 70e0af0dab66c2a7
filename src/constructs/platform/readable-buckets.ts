/** Buckets that a workspace may read beside the platform's. */
import { isBucketUrl } from '../../api/model-source';
import type { PlatformSpec, ReadableBucketSpec } from '../../api/platform';
import { cloudNamed } from '../../clouds/pods';
import { formatValue } from '../checks/format-value';
import { checkPlain } from './platform-checks';
import { KNOWN } from './platform-known';
import type { ReadableBucket } from './readable-bucket';

/** Why a workspace cannot have them, and how to fix it; `undefined` if it can. */
export function readableProblem(buckets: readonly ReadableBucket[], platform: PlatformSpec): string | undefined {
  if (!Array.isArray(buckets)) return `readableBuckets is ${formatValue(buckets)}; give a list, for example [{ url: 's3://acme-weights' }]`;
  const urls = buckets.map((bucket: ReadableBucket) => {
    checkPlain(bucket, KNOWN.readableBucket);
    return bucket.url;
  });
  const twice = urls.find((url, index) => urls.indexOf(url) < index);
  if (twice !== undefined) return `readableBuckets has ${formatValue(twice)} twice; name it once`;
  return urls.map((url) => urlProblem(url, platform)).find((problem) => problem !== undefined);
}

function urlProblem(url: string, platform: PlatformSpec): string | undefined {
  const { title, otherBuckets } = cloudNamed(platform.cloud);
  const scheme = otherBuckets?.scheme(platform);
  if (!otherBuckets || scheme === undefined) return `readableBuckets is set, but ${title} reads no bucket but its own; leave it out`;
  if (typeof url !== 'string' || !isBucketUrl(plain(url))) {
    return 'readableBuckets has a url that is not one of a bucket; give scheme, bucket and folders, for example s3://acme-weights/llama, '
      + 'of letters, digits, - . _ = and +, without user, password and query';
  }
  if (!url.startsWith(`${scheme}://`)) return `readableBuckets has ${url}, but ${title} reads only ${scheme}:// here; copy the files there`;
  const problem = otherBuckets.urlProblem?.(url);
  return problem && `readableBuckets has ${url}, which ${problem}`;
}

/** A bucket as expansion needs it. */
export function readableSpec({ url, region, resourceGroup }: ReadableBucket): ReadableBucketSpec {
  return { url: plain(url), ...(region && { region }), ...(resourceGroup && { resourceGroup }) };
}

function plain(url: string): string {
  return url.replace(/\/+$/, '');
}
