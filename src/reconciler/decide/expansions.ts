/** What resources expand to, remembered: one is looked at several times in a row, and expansion is most of what a look costs. */
import { expand } from '../../expand';
import type { Child, ExpandContext } from '../../expand';
import type { Observed } from '../observe/observed';
import { sizeOf } from '../observe/size';
import { Lru } from '../runtime/lru';

/** The children of a resource, in the order in which they are applied. */
export type Expand = (resource: Observed, context: ExpandContext) => Child[];

/** Enough for those that are being worked on, and some more: most take some 30 KiB. What one tenant has stored may be far larger. */
const REMEMBERED_BYTES = 4 * 2 ** 20;

/** Expands for one platform; the same resource with the same inputs and tokens to the same objects. */
export function rememberedExpand(): Expand {
  const known = new Lru<Child[]>(REMEMBERED_BYTES, (children) => sizeOf(children, REMEMBERED_BYTES));
  return (resource, context) => {
    const { metadata: { uid, generation }, spec } = resource;
    const key = JSON.stringify([uid, generation, spec.suspend, context.inputs, context.tokens]);
    const remembered = known.get(key);
    if (remembered) return remembered;
    const children = expand(resource, context);
    known.set(key, children);
    return children;
  };
}
