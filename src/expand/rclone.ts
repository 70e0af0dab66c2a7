/** Containers with rclone, which copies between any two stores. */
import type { Container } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../api/platform';
import { imageNamed } from '../catalog/images';
import { cloudNamed } from '../clouds/pods';
import { helperSecurity } from './security';

/** Requests, not limits: on a node with more to spare it takes more. */
const COPYING = { cpu: '500m', memory: '512Mi' };

/** A container that runs rclone, configured by its environment alone. */
export function rcloneContainer(name: string, platform: PlatformSpec): Container {
  return {
    name,
    image: imageNamed(platform, 'rclone'),
    env: [{ name: 'RCLONE_CONFIG', value: '' }],
    resources: { requests: cloudNamed(platform.cloud).defaults.copying ?? COPYING },
    securityContext: helperSecurity(platform),
  };
}
