/** The container that looks at what a run has left before anything with a credential does (docs/decisions/0025). */
import type { Container } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../api/platform';
import type { ArtifactResource } from '../api/resource';
import type { PodPart } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { rcloneContainer } from './rclone';
import { verifierSecurity } from './security';
import { VERIFY_SCRIPT } from './verify-script';

const VERIFY = 'verify';

export interface VerifierOptions {
  readonly platform: PlatformSpec;
  /** Where the staging volume is mounted; writable, for what the program alone may read is opened. */
  readonly source: string;
}

export function verifier(resource: ArtifactResource, { platform, source }: VerifierOptions): Container {
  const rclone = rcloneContainer(VERIFY, platform);
  return {
    ...rclone,
    command: ['sh', '-c', VERIFY_SCRIPT],
    env: [...rclone.env ?? [], { name: 'SOURCE', value: source }],
    securityContext: verifierSecurity(resource.spec, platform),
  };
}

/** Keeps the credential of the pod out of that container. */
export function withoutCredentials(platform: PlatformSpec): PodPart {
  return cloudNamed(platform.cloud).withoutCredentials?.([VERIFY]) ?? {};
}
