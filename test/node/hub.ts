/** The stand-in of the Hugging Face Hub (test/runtimes/hub.py) as a Service of the cluster, with repositories of texts. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { loaderImage } from './images/python';
import type { NodeCluster } from './node-cluster';
import { hostOfService, startService, urlOfService } from './service';

const NAME = 'hub';
/** Large files come from another host, as with the hub. */
const STORE = 'cdn';
const HUB = fs.readFileSync(path.join(__dirname, '../runtimes/hub.py'), 'utf8');

/** Writes the files and becomes the hub. */
const START = `
import json, os, sys
for name, content in json.load(open('/files/repositories.json')).items():
    path = os.path.join('/tmp/repositories', name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, 'w').write(content)
os.execv(sys.executable, [sys.executable, '/files/hub.py', '--root', '/tmp/repositories', *sys.argv[1:]])
`;

export interface HubOptions {
  /** Text of each file, by its path: `models/OWNER/NAME/FILE`. */
  readonly files: Readonly<Record<string, string>>;
  /** Of each token the repositories that it may read. */
  readonly tokens?: Readonly<Record<string, readonly string[]>>;
  readonly faults?: readonly HubFault[];
}

/** As hub.py has them. */
export interface HubFault {
  readonly path: string;
  readonly times?: number;
  readonly status?: number;
  readonly cut?: number;
  readonly corrupt?: boolean;
}

/** As pods have it. */
export const HUB_URL = urlOfService(NAME);

/** Starts it, and resolves when it answers as it is to. */
export async function startHub(cluster: NodeCluster, { files, tokens = {}, faults = [] }: HubOptions): Promise<void> {
  const args = Object.entries(tokens).map(([token, names]) => `--token=${token}=${names.join(',')}`);
  const url = await startService(cluster, {
    name: NAME,
    image: loaderImage.name,
    aliases: [STORE],
    command: ['python3', '-c', START, `--cdn=${hostOfService(NAME, STORE)}`, ...args],
    files: { 'hub.py': HUB, 'repositories.json': JSON.stringify(files) },
  });
  await fetch(`${url}/_faults`, { method: 'POST', body: JSON.stringify(faults) });
}
