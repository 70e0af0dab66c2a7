/** What the clients of hubs must know where a platform has mirrors. No part of a recipe. */
import type { RuntimeContext } from './runtime';

export function hubMirrors({ platform: { mirrors = {} } }: Pick<RuntimeContext, 'platform'>): Record<string, string> {
  const { huggingFace, modelScope } = mirrors;
  return {
    /* Only downloads: a mirror does not pass on the hosts of Xet. https://github.com/huggingface/huggingface_hub/issues/4475 */
    ...(huggingFace !== undefined && { HF_ENDPOINT: huggingFace, HF_HUB_DISABLE_XET: '1' }),
    ...(modelScope !== undefined && { MODELSCOPE_DOMAIN: modelScope }),
  };
}
