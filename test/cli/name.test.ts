/** Which resource a user means. */
import { parseName, resolve } from '../../src/cli/cluster/name';
import type { Stored } from '../../src/cli/cluster/stored';
import { EXIT } from '../../src/cli/errors';

const stored = (kind: string, name: string, second = 0): Stored => ({
  apiVersion: 'substratus.ai/v1', kind, metadata: { name, namespace: 'team', creationTimestamp: `2026-01-01T00:00:0${second}Z` }, spec: {},
} as unknown as Stored);

const RESOURCES = [stored('Model', 'opt-a1b2c3d4'), stored('Model', 'qwen-a1b2c3d4'), stored('Model', 'qwen-e5f6g7h8', 1), stored('Server', 'chat')];

test.each(['model/opt', 'models/opt', 'Model/opt', 'Model opt', 'models.substratus.ai/opt'])('%s is a Model', (text) => {
  expect(parseName(text)).toEqual({ kind: 'Model', name: 'opt' });
});

test('a name alone is of the kind that a command is about', () => {
  expect(parseName('opt', 'Model')).toEqual({ kind: 'Model', name: 'opt' });
});

test('an artifact is meant by its name without the digest, where one has it', () => {
  expect(resolve({ kind: 'Model', name: 'opt' }, RESOURCES, 'team').metadata.name).toBe('opt-a1b2c3d4');
  expect(resolve({ kind: 'Model', name: 'qwen-e5f6g7h8' }, RESOURCES, 'team').metadata.name).toBe('qwen-e5f6g7h8');
});

test.each([
  ['a name without a kind', () => parseName('opt'), '"opt" names no kind; write kind/name, such as model/opt', EXIT.usage],
  ['too many parts', () => parseName('team/model/opt'), '"team/model/opt" is not kind/name, such as model/opt', EXIT.usage],
  ['a misspelt kind', () => parseName('sever/chat'), 'kind sever is unknown; did you mean server?', EXIT.usage],
  ['an unknown kind', () => parseName('pod/x'), 'kind pod is unknown; use one of model, dataset, server, notebook', EXIT.usage],
  ['a name that several have', () => resolve({ kind: 'Model', name: 'qwen' }, RESOURCES, 'team'),
    'Model qwen in namespace team may be any of qwen-e5f6g7h8, qwen-a1b2c3d4 (the newest first); write the whole name', EXIT.usage],
  ['a misspelt name', () => resolve({ kind: 'Model', name: 'otp' }, RESOURCES, 'team'), 'Model otp does not exist in namespace team; did you mean opt?', EXIT.notFound],
  ['a name of a kind that is not there', () => resolve({ kind: 'Notebook', name: 'lab' }, RESOURCES, 'team'),
    'Notebook lab does not exist in namespace team; there is none of that kind; -n names another namespace', EXIT.notFound],
  ['a name that is like none', () => resolve({ kind: 'Server', name: 'completely-else' }, RESOURCES, 'team'),
    'Server completely-else does not exist in namespace team; substratus status lists what is there', EXIT.notFound],
])('fails for %s', (...[, ask, message, exitCode]) => {
  expect(ask).toThrow(expect.objectContaining({ message, exitCode }));
});
