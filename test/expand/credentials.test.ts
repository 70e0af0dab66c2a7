import { checkExpandable, expand, ExpandError } from '../../src/expand';
import { dataset, inputsOf, model, notebook, platformOf, server } from './fixtures';

const TOKEN = 'hf_abcdefghijklmnopqrstuvwx';
const PLATFORM = platformOf('gcp');

test.each([model, dataset, server, notebook])('A6: a manifest with a credential in plain text is not expanded, and the message does not have it: %#', (resourceOf) => {
  const resource = resourceOf({ args: ['--token', TOKEN] });
  const context = { platform: PLATFORM, inputs: inputsOf(resource, PLATFORM) };
  for (const attempt of [() => expand(resource, context), () => checkExpandable(resource, context)]) {
    expect(attempt).toThrow(ExpandError);
    expect(attempt).toThrow(/^args\.1 looks like a token of Hugging Face, in plain text; /);
    expect(attempt).not.toThrow(TOKEN);
  }
  const allowed = resourceOf({ args: ['--token', TOKEN], allowPlainText: true });
  expect(expand(allowed, context)).not.toHaveLength(0);
});

test('A6: nor is one with a token in the URL of its repository', () => {
  const resource = model({ build: { git: { url: `https://${TOKEN}@github.com/acme/x` } }, allowPlainText: true });
  const attempt = () => expand(resource, { platform: PLATFORM, inputs: {} });
  expect(attempt).toThrow(/^build\.git\.url has a user name or token before @/);
  expect(attempt).not.toThrow(TOKEN);
});
