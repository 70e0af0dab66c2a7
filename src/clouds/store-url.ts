/** URLs in the artifact store: `<bucket>/<prefix>/<namespace>/<models or datasets>/<recipe digest>`. */
import type { PlatformSpec } from '../api/platform';

/** The folder of a workspace in a store whose bucket serves all of them. */
export function workspaceFolder({ artifacts: { url, prefix } }: PlatformSpec, namespace: string): string {
  return [url.replace(/\/+$/, ''), ...(prefix ? [prefix] : []), namespace].join('/');
}

/** Host and path of a URL such as `gs://bucket/a/b`. */
export function splitUrl(url: string): { readonly host: string; readonly path: string } {
  const [, rest = ''] = url.split('://');
  const slash = rest.indexOf('/');
  return slash < 0 ? { host: rest, path: '' } : { host: rest.slice(0, slash), path: rest.slice(slash + 1) };
}

/** The same as rclone writes it, for a backend such as `gcs`. */
export function rclonePath(backend: string, url: string): string {
  const { host, path } = splitUrl(url);
  return `:${backend}:${[host, path].filter(Boolean).join('/')}`;
}
