import type { PlatformSpec } from '../api/platform';

/** Host of the platform's registry, with its port; empty where it has none. */
export function registryHost({ registry }: PlatformSpec): string {
  return registry?.url.split('/')[0] ?? '';
}
