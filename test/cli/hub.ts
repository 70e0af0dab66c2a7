/** The stand-in of the Hugging Face Hub (test/runtimes/hub.py) as a process of this machine. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const PROGRAM = path.join(__dirname, '../runtimes/hub.py');

export interface LocalHub {
  readonly url: string;
  /** Makes requests fail whose path a glob matches. */
  fail(glob: string, fault: { readonly status?: number; readonly cut?: number }): Promise<void>;
  stop(): void;
}

type Texts = Readonly<Record<string, string>>;

/** Starts it with the repositories `OWNER/NAME/FILE`; of each token the repositories that it may read. */
export async function startHub(files: Readonly<Record<string, string | Buffer>>, tokens: Texts = {}): Promise<LocalHub> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-hub-'));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, 'models', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
  const args = Object.entries(tokens).map(([token, names]) => `--token=${token}=${names}`);
  const child = spawn('python3', [PROGRAM, '--root', root, '--host', '127.0.0.1', '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`hub.py ended with ${code}`)));
    child.stdout.once('data', (data: Buffer) => resolve(/on port (\d+)/.exec(data.toString())?.[1] ?? ''));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    fail: async (glob, fault) => { await fetch(`${url}/_faults`, { method: 'POST', body: JSON.stringify([{ path: glob, ...fault }]) }); },
    stop: () => { child.removeAllListeners('exit'); child.kill(); },
  };
}

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** A file of weights, all of them 0. */
export function safetensors(tensors: Readonly<Record<string, Tensor>>): Buffer {
  let end = 0;
  const header = Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
    const begin = end;
    end += bytes;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  }))));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, header, Buffer.alloc(end)]);
}
