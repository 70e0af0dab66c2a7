import type { IConstruct } from 'constructs';
import type { Platform } from './platform';

const KEY = 'substratus.ai/platform';

/** Makes a platform known to all that will be declared below a construct. */
export function providePlatform(construct: IConstruct, platform: Platform): void {
  construct.node.setContext(KEY, platform);
}

/** The platform that a construct runs on, where one is known: below a Workspace. */
export function platformOf(construct: IConstruct): Platform | undefined {
  return construct.node.tryGetContext(KEY) as Platform | undefined;
}
