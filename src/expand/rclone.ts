/** Containers with rclone, which copies between any two stores. */
import type { Container } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../api/platform';
import { imageNamed } from '../catalog/images';
import { HELPER_SECURITY } from './security';

/** A container that runs rclone, configured by its environment alone. */
export function rcloneContainer(name: string, platform: PlatformSpec): Container {
  return {
    name,
    image: imageNamed(platform, 'rclone'),
    env: [{ name: 'RCLONE_CONFIG', value: '' }],
    resources: { requests: { cpu: '500m', memory: '512Mi' } },
    securityContext: HELPER_SECURITY,
  };
}
