/**
 * Images of the helper containers. A platform may name others in `images`, for a registry of its own.
 *
 * By version, not by digest: none of the registries was in reach when the table was written (2026-11). Node's, which everything
 * hangs on, has the digest of its index over all architectures, on which public sources agree (docs/decisions/0019).
 */
import type { PlatformSpec } from '../api/platform';

export const IMAGES = {
  /** Copies artifacts between bucket and volume. */
  rclone: 'docker.io/rclone/rclone:1.71.2',
  /** Builds images without root. */
  buildkit: 'docker.io/moby/buildkit:v0.25.1-rootless',
  /** Asks a registry whether an image exists. */
  regctl: 'docker.io/regclient/regctl:v0.9.2-alpine',
  /** Gets a token for ECR. */
  'aws-cli': 'public.ecr.aws/aws-cli/aws-cli:2.31.0',
  /** Gets a token for ACR. */
  'azure-cli': 'mcr.microsoft.com/azure-cli:2.77.0',
  /** Runs the reconciler. Also in src/reconciler/Dockerfile. */
  node: 'docker.io/library/node:24.19.0-alpine@sha256:d32cdf619f63fe0471182d08996dd516c6275bb5fd31ae06e55a570bd9e1ad43',
} as const;

export type HelperImage = keyof typeof IMAGES;

/** The image of a helper container on a platform. */
export function helperImage(platform: PlatformSpec, name: HelperImage): string {
  return platform.images?.[name] ?? IMAGES[name];
}
