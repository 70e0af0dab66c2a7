import { expand } from '../../../src/expand';
import { rememberedExpand } from '../../../src/reconciler/decide/expansions';
import type { Observed } from '../../../src/reconciler/observe/observed';
import { inputsOf, platformOf, server } from '../../expand/fixtures';

const PLATFORM = platformOf('gcp');
const CHAT = server();
const CONTEXT = { platform: PLATFORM, inputs: inputsOf(CHAT, PLATFORM) };

function observed(generation: number, spec: object = {}): Observed {
  return { ...CHAT, spec: { ...CHAT.spec, ...spec }, metadata: { ...CHAT.metadata, uid: 'uid-1', generation } } as unknown as Observed;
}

test('a resource that is looked at again is the same objects', () => {
  const remembered = rememberedExpand();
  const children = remembered(observed(1), CONTEXT);
  expect(children).toEqual(expand(CHAT, CONTEXT));
  expect(remembered({ ...observed(1), status: { ready: true } } as Observed, { ...CONTEXT })).toBe(children);
});

test.each([
  ['an edit of its spec', observed(2, { replicas: 3 }), CONTEXT],
  ['suspension without an edit, for lack of activity', observed(1, { suspend: true }), CONTEXT],
  ['other inputs', observed(1), { ...CONTEXT, inputs: { model: { ...CONTEXT.inputs.model, recipeDigest: '1other' } as typeof CONTEXT.inputs.model } }],
  ['a step that is tried again', observed(1, { build: { git: { url: 'https://example.com/a.git' } } }), { ...CONTEXT, tokens: { build: 'again' } }],
])('%s is expanded again', (_, resource, context) => {
  const remembered = rememberedExpand();
  remembered(observed(1), CONTEXT);
  expect(remembered(resource, context)).toEqual(expand(resource, context));
});

test('another resource of the same name is expanded again', () => {
  const remembered = rememberedExpand();
  remembered(observed(1), CONTEXT);
  const other = { ...observed(1, { port: 9000 }), metadata: { ...observed(1).metadata, uid: 'uid-2' } } as Observed;
  expect(remembered(other, CONTEXT)).toEqual(expand(other, CONTEXT));
});

test('what cannot be expanded fails each time', () => {
  const remembered = rememberedExpand();
  const bad = observed(1, { model: undefined });
  expect(() => remembered(bad, CONTEXT)).toThrow('model is not set');
  expect(() => remembered(bad, CONTEXT)).toThrow('model is not set');
});
