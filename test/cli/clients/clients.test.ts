import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { Chat } from '../../../src/cli/clients/chat';
import { imageUrl } from '../../../src/cli/clients/images';
import { unanswering } from '../../../src/cli/clients/server-state';
import { eventsOf } from '../../../src/cli/clients/sse';
import type { Stored } from '../../../src/cli/cluster/stored';
import { CliError, EXIT } from '../../../src/cli/errors';
import { substratus } from '../run';

function server(spec: object, ready?: { status: 'True' | 'False'; reason: string; message: string }, replicas = 1): Stored {
  return {
    apiVersion: 'substratus.ai/v1', kind: 'Server', metadata: { name: 'chat', namespace: 'team-a' }, spec,
    status: { url: 'http://chat-server.team-a:8080', replicas, conditions: ready ? [{ type: 'Ready', lastTransitionTime: '', ...ready }] : [] },
  } as unknown as Stored;
}

const SERVES = { status: 'True', reason: 'Serving', message: 'answers' } as const;

test.each<[string, Stored, string | undefined]>([
  ['answers', server({}, SERVES), undefined],
  ['suspended', server({ suspend: true }, SERVES), 'Server team-a/chat is suspended; start it with: substratus resume server/chat'],
  ['not Ready', server({}, { status: 'False', reason: 'ModelNotReady', message: 'waiting for Model team-a/opt' }),
    'Server team-a/chat is not Ready (ModelNotReady): waiting for Model team-a/opt'],
  ['not seen', server({}), 'Server team-a/chat is not Ready (no status yet): the reconciler has not said anything; see substratus doctor'],
  ['asleep', server({ scaling: 'external' }, SERVES, 0), 'Server team-a/chat is asleep: it has 0 replicas; '
    + 'ask it through its gateway, which wakes it, or: kubectl scale -n team-a server/chat --replicas=1'],
  ['asleep by itself', server({ autoscaling: { min: 0, max: 2 } }, SERVES, 0),
    'Server team-a/chat is asleep: it has 0 replicas; a request to http://chat-server.team-a:8080 from a pod of the workspace wakes it'],
  ['scaled to nothing', server({ replicas: 0 }, SERVES, 0), 'Server team-a/chat is asleep: it has 0 replicas; give it replicas in its manifest'],
])('a Server that is %s', (_, resource, problem) => {
  expect(unanswering(resource)).toBe(problem);
});

async function* pieces(...texts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* texts;
}

test('events are read however they are cut, within a character too', async () => {
  const bytes = Buffer.from('data: {"a":"ü"}\r\n\r\n: comment\ndata: 2\n\ndata: [DONE]\n\ndata: 3\n');
  for (let at = 1; at < bytes.length; at += 1) {
    const found: string[] = [];
    for await (const data of eventsOf(pieces(bytes.subarray(0, at), bytes.subarray(at)))) found.push(data);
    expect(found).toEqual(['{"a":"ü"}', '2']);
  }
});

test('an image is a URL, or a file by its content', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-'));
  fs.writeFileSync(path.join(folder, 'a.PNG'), 'x');
  expect(imageUrl('a.PNG', folder)).toBe('data:image/png;base64,eA==');
  expect(imageUrl('https://example.com/a', folder)).toBe('https://example.com/a');
  expect(() => imageUrl('b.jpg', folder)).toThrow(`--image b.jpg does not exist; it is looked for in ${folder}`);
  expect(() => imageUrl('a.pdf', folder)).toThrow('--image a.pdf is none of .png, .jpg, .jpeg, .gif, .webp; convert it, or give a URL');
});

test.each<[string[], string]>([
  [['infer', 'chat'], 'error: the prompt is empty; give it behind the name of the Server, or by stdin\n'],
  [['infer', 'chat', 'x', '--temperature', 'hot'], "error: option '--temperature <number>' argument 'hot' is invalid. it is not a number; see substratus infer --help\n"],
  [['open', 'lab', '--port', '0'], "error: option '--port <number>' argument '0' is invalid. it is not a whole number from 1 to 65535; see substratus open --help\n"],
  [['infer', 'model/opt', 'x'], 'error: model/opt is not a Server; give the name of one, such as server/opt\n'],
  [['sync', 'lab', 'no-such'], `error: no-such is not there; give a folder, which is looked for in ${process.cwd()}\n`],
  [['sync', 'lab', 'package.json'], `error: package.json is a file; give a folder, which is looked for in ${process.cwd()}\n`],
  [['sync', 'lab', os.homedir()], `error: ${os.homedir()} is too much to sync; give the folder of a project\n`],
])('%j', async (args, message) => {
  const { stderr, exitCode } = await substratus(args);
  expect([stderr, exitCode]).toEqual([message, EXIT.usage]);
});

describe('a proxy that answers with a page of its own', () => {
  const page = 'data: <html>sign in</html>\n\n';
  const proxy = http.createServer((_, response) => response.end(page));
  beforeAll(() => new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); }));
  afterAll(() => new Promise((resolve) => { proxy.close(resolve); }));

  test.each<[string, (chat: Chat) => Promise<unknown>, string]>([
    ['a list', (chat) => chat.models(), `${JSON.stringify(page)} at /v1/models`],
    ['an answer', (chat) => chat.answer({ prompt: 'x', model: 'm' }), `${JSON.stringify(page)} at /v1/chat/completions`],
    ['a stream', (chat) => chat.stream({ prompt: 'x', model: 'm' }, () => undefined), '"<html>sign in</html>" at /v1/chat/completions'],
  ])('instead of %s is an error that says so', async (_, ask, answer) => {
    const { port } = proxy.address() as AddressInfo;
    const chat = new Chat({ url: `http://127.0.0.1:${port}`, title: 'Server team-a/chat', signal: new AbortController().signal });
    const error = await ask(chat).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CliError);
    const message = `Server team-a/chat answers ${answer}, which is not JSON of OpenAI's API; `
      + 'ask the Server without a proxy in between, and see substratus logs';
    expect(error).toMatchObject({ exitCode: EXIT.no, message });
  });
});
