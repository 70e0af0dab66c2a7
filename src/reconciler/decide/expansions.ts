/** What resources expand to, remembered: one is looked at several times in a row, and expansion is most of what a look costs. */
import { expand } from '../../expand';
import type { Child, ExpandContext } from '../../expand';
import type { Observed } from '../observe/observed';
import { Lru } from '../runtime/lru';

/** The children of a resource, in the order in which they are applied. */
export type Expand = (resource: Observed, context: ExpandContext) => Child[];

/** Those that are being worked on, and some more. */
const REMEMBERED = 128;

/** Expands for one platform; the same resource with the same inputs and tokens to the same objects. */
export function rememberedExpand(): Expand {
  const known = new Lru<Child[]>(REMEMBERED);
  return (resource, context) => {
    const { metadata: { uid, generation }, spec } = resource;
    const key = JSON.stringify([uid, generation, spec.suspend, context.inputs, context.tokens]);
    const children = known.get(key) ?? expand(resource, context);
    known.set(key, children);
    return children;
  };
}
