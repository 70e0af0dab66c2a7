/** The clients of the command line, with real containers: a server is asked, a notebook opened, a folder synced with it. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { EXIT } from '../../../src/cli/errors';
import { environment, substratusOn } from '../../cluster/cli/world';
import type { CliWorld } from '../../cluster/cli/world';
import { freePort } from '../../cluster/port';
import { resourceOf } from '../../cluster/reconciler/stage';
import { PROGRAMS } from '../images/programs';
import { scripted } from '../stage';
import type { NodeStage } from '../stage';

/** Speaks OpenAI's API: says the words of the question, one by one. */
const CHAT = `
const { createServer } = require('node:http');
createServer(async (request, response) => {
  if (request.url === '/v1/models') return response.end(JSON.stringify({ data: [{ id: 'chat' }] }));
  if (request.url !== '/v1/chat/completions') return response.end('ready');
  let text = '';
  for await (const piece of request) text += piece;
  const { messages, stream, model } = JSON.parse(text);
  const last = messages.at(-1).content;
  const words = messages.map(({ role, content }) => role + ':' + (typeof content === 'string' ? content : content.map(({ type }) => type).join('+')));
  if (last === 'fail') { response.statusCode = 400; return response.end(JSON.stringify({ error: { message: 'the context is full' } })); }
  if (!stream) return response.end(JSON.stringify({ model, choices: [{ message: { content: words.join(' ') } }] }));
  for (const word of words) response.write('data: ' + JSON.stringify({ choices: [{ delta: { content: word + ' ' } }] }) + '\\n\\n');
  response.end('data: [DONE]\\n\\n');
}).listen(8080);
process.on('SIGTERM', () => process.exit(0));
`;

const SMALL = { cpu: '50m', memory: '128Mi', disk: '100Mi' };

export function clients(stage: NodeStage): void {
  const run = (namespace: string, args: readonly string[], world?: CliWorld) => substratusOn(stage.cluster, [...args, '-n', namespace], world);

  const asked = stage.scene(async () => {
    const namespace = await stage.namespace();
    const model = scripted('Model', { namespace, name: 'opt' }, { script: 'echo x > /content/artifacts/model.txt' });
    const chat = resourceOf('Server', { namespace, name: 'chat' }, {
      image: PROGRAMS.name, command: ['node', '-e', CHAT], model: { name: 'opt' }, resources: SMALL,
    });
    for (const resource of [model, chat]) await stage.apply(resource);
    const early = await run(namespace, ['infer', 'chat', 'hello']);
    await stage.ready(chat);
    const answers = {
      early,
      plain: await run(namespace, ['infer', 'chat', 'hello', '--system', 'be kind']),
      piped: await run(namespace, ['infer', 'server/chat', 'sum up:', '--stdin', '--image', 'https://example.com/a.png'], { stdin: 'a text\n' }),
      json: await run(namespace, ['infer', 'chat', '--json', '--model', 'other'], { stdin: 'hello' }),
      failed: await run(namespace, ['infer', 'chat', 'fail']),
    };
    await run(namespace, ['suspend', 'server/chat']);
    return { ...answers, suspended: await run(namespace, ['infer', 'chat', 'hello']), namespace };
  });

  test('infer writes the answer as it comes, of what is given and piped in', async () => {
    const { plain, piped, json } = await asked();
    expect([plain, piped].map(({ stdout, stderr, exitCode }) => [stdout, stderr, exitCode])).toEqual([
      ['system:be kind user:hello \n', '', EXIT.ok], ['user:text+image_url \n', '', EXIT.ok],
    ]);
    expect(JSON.parse(json.stdout)).toEqual({ model: 'other', choices: [{ message: { content: 'user:hello' } }] });
  });

  test('infer says why a Server does not answer', async () => {
    const { early, failed, suspended, namespace } = await asked();
    expect(early.stderr).toMatch(new RegExp(`^error: Server ${namespace}/chat is not Ready \\(.+\\): .+\n$`));
    expect(suspended.stderr).toBe(`error: Server ${namespace}/chat is suspended; start it with: substratus resume server/chat\n`);
    expect(failed.stderr).toBe(`error: Server ${namespace}/chat answers 400 at /v1/chat/completions: the context is full\n`);
    expect([early, failed, suspended].map(({ exitCode }) => exitCode)).toEqual([EXIT.no, EXIT.no, EXIT.no]);
  });

  /** A browser that writes down what it is to open. */
  const browser = (): { readonly file: string; readonly path: string } => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'browser-'));
    const file = path.join(directory, 'opened');
    fs.writeFileSync(path.join(directory, 'xdg-open'), `#!/bin/sh\necho "$1" > ${file}.part && mv ${file}.part ${file}\n`, { mode: 0o755 });
    return { file, path: directory };
  };

  /** One notebook for all, which is opened twice while a folder is synced with it. */
  const used = stage.scene(async () => {
    const namespace = await stage.namespace();
    const lab = resourceOf('Notebook', { namespace, name: 'lab' }, {
      runtime: { name: 'jupyter', version: 1 }, resources: { ...SMALL, sharedMemory: '1Mi' }, suspend: true,
    });
    await stage.apply(lab);
    await stage.reason(lab, 'Suspended');
    const refused = await run(namespace, ['sync', 'lab', os.tmpdir(), '--once']);
    const { file, path: directory } = browser();
    const { PATH } = environment(stage.cluster);
    const [stop, stopVscode] = [new AbortController(), new AbortController()];
    const opening = run(namespace, ['open', 'lab', '--suspend'], { signal: stop.signal, env: { PATH: `${directory}:${PATH}` } });
    const url = await stage.until('the browser is started', () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : undefined));
    const [page, denied] = [await fetch(url), await fetch(`${new URL(url).origin}/api/contents`)];
    const port = String(await freePort());
    const inVscode = run(namespace, ['open', 'lab', '--vscode', '--no-browser', '--port', port], { signal: stopVscode.signal });
    const synced = await sync(namespace);
    await stage.until('the port leads to it', () => fetch(`http://127.0.0.1:${port}/api`).then(({ ok }) => ok, () => false));
    stopVscode.abort();
    const vscode = await inVscode;
    stop.abort();
    const said = await opening;
    await stage.reason(lab, 'Suspended');
    return { namespace, refused, url, page: page.status, denied: denied.status, said, port, vscode, ...synced };
  });

  const sync = async (namespace: string) => {
    const exec = (script: string) => stage.cluster.kubectl('exec', '--namespace', namespace, 'deployment/lab-notebook', '--', 'sh', '-c', script);
    const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'sync-')), 'project');
    fs.mkdirSync(folder);
    const write = (file: string, text: string) => fs.writeFileSync(path.join(folder, file), text);
    const once = (...args: string[]) => run(namespace, ['sync', 'lab', folder, '--once', ...args]);
    write('train.py', 'print(1)\n');
    const first = await once();
    await exec('cd /content/work/project && echo plot > plot.txt && echo theirs > train.py');
    const second = await once();
    write('train.py', 'mine');
    await exec('echo theirs again > /content/work/project/train.py');
    const conflict = await once();
    write('big.bin', 'x'.repeat(3 * 1024 * 1024));
    const full = await once('--to', '/dev/shm/project');
    return { folder, first, second, conflict, full, there: await exec('cat /content/work/project/train.py'), here: fs.readdirSync(folder).sort() };
  };

  test('open starts a notebook that is suspended, lets the browser in, and suspends it at the end', async () => {
    const { url, page, denied, said, namespace } = await used();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/lab\/tree\/work\?token=[\w-]+$/);
    expect([page, denied, said.exitCode]).toEqual([200, 403, EXIT.interrupted]);
    expect(said.stdout).toBe(`Notebook ${namespace}/lab is open at ${new URL(url).origin}\n`);
    expect(said.stderr).toBe(`Notebook ${namespace}/lab: goes on\nconnected until Ctrl-C\n`
      + `Notebook ${namespace}/lab: nothing of it runs until substratus resume notebook/lab\n`);
  });

  test('open writes no token where a browser has it', async () => {
    const { url, said } = await used();
    expect(`${said.stdout}${said.stderr}`).not.toContain(new URL(url).searchParams.get('token'));
  });

  test('sync starts no notebook', async () => {
    const { refused, namespace } = await used();
    expect(refused).toMatchObject({ exitCode: EXIT.no, stderr: `error: Notebook ${namespace}/lab does not run; start it with: substratus resume notebook/lab\n` });
  });

  test('open writes what the Jupyter extension needs, and what is left running', async () => {
    const { vscode, port, namespace } = await used();
    expect(vscode.stdout).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/\\?token=[\\w-]+\n$`));
    expect(vscode.stderr).toBe('in VS Code, with the extension Jupyter: open a notebook, Select Kernel, Existing Jupyter Server, and paste the address above\n'
      + `connected until Ctrl-C\nNotebook ${namespace}/lab may be running still; stop it with: substratus suspend notebook/lab\n`);
  });

  test('sync takes files both ways', async () => {
    const { first, second, namespace, folder } = await used();
    const stderr = `${folder} and /content/work/project of Notebook ${namespace}/lab\n`;
    expect([first, second]).toEqual([
      { exitCode: EXIT.ok, stdout: '→ train.py\n', stderr }, { exitCode: EXIT.ok, stdout: '← plot.txt\n← train.py\n', stderr },
    ]);
  });

  test('sync overwrites nothing that was changed on both sides', async () => {
    const { conflict, there, here } = await used();
    expect(conflict.exitCode).toBe(EXIT.no);
    expect(conflict.stderr).toContain('train.py was changed on both sides: each keeps its own');
    expect(there).toBe('theirs again\n');
    expect(here).toEqual(['big.bin', 'plot.txt', expect.stringMatching(/^train\.notebook-\w{8}\.py$/), 'train.py']);
  });

  test('sync tells of a full disk', async () => {
    const { full } = await used();
    expect(full.exitCode).toBe(EXIT.no);
    expect(full.stderr).toContain('big.bin: the disk of the notebook is full; delete something there, or give it a larger storage.size, and it goes on by itself');
  });
}
