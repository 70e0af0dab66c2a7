/** What a Workspace makes known to all that is declared below it. */
import type { IConstruct } from 'constructs';
import type { PodSecurity } from './access';
import type { Platform } from './platform';

const PLATFORM = 'substratus.ai/platform';
const POD_SECURITY = 'substratus.ai/pod-security';

export interface WorkspaceContext {
  readonly platform: Platform;
  readonly podSecurity?: PodSecurity;
}

export function provideContext(construct: IConstruct, { platform, podSecurity }: WorkspaceContext): void {
  platform._apps.add(construct.node.root);
  construct.node.setContext(PLATFORM, platform);
  if (podSecurity) construct.node.setContext(POD_SECURITY, podSecurity);
}

/** The platform that a construct runs on, where one is known: below a Workspace. */
export function platformOf(construct: IConstruct): Platform | undefined {
  return construct.node.tryGetContext(PLATFORM) as Platform | undefined;
}

/** The standard that the workspace of a construct asks for, where it asks for one. */
export function podSecurityOf(construct: IConstruct): PodSecurity | undefined {
  return construct.node.tryGetContext(POD_SECURITY) as PodSecurity | undefined;
}
