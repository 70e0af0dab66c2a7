/** The programs of this example, as an application of yours would be: it knows the Servers by their names and URLs. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Server } from 'cdk-substratus';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Weaviate } from './weaviate';

const IMAGE = 'ghcr.io/astral-sh/uv:0.13.9-python3.13-trixie-slim';
const NAME = 'assistant';
const PORT = { name: 'http', port: 8080 };
const PROGRAMS = '/opt/programs';
const DOCUMENTS = '/opt/documents';

export interface AssistantProps {
  readonly chat: Server;
  readonly embeddings: Server;
  readonly store: Weaviate;
}

/** Indexes the documents when it starts, and then answers: what changes in a file is another ConfigMap, and so another pod. */
export class Assistant extends Construct {
  constructor(scope: Construct, id: string, props: AssistantProps) {
    super(scope, id);
    const programs = this.files('programs');
    const documents = this.files('documents');
    const labels = { app: NAME };
    new ApiObject(this, 'Resource', {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: NAME },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec({ env: environment(props), programs, documents }) },
      },
    });
    new ApiObject(this, 'Service', { apiVersion: 'v1', kind: 'Service', metadata: { name: NAME }, spec: { selector: labels, ports: [PORT] } });
  }

  /** A ConfigMap of the files in a folder, named by what is in them. */
  private files(folder: string): string {
    const directory = path.join(__dirname, folder);
    const names = fs.readdirSync(directory).filter((name) => /\.(py|txt|md)$/.test(name)).sort();
    const data = Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(directory, name), 'utf8')]));
    const name = `${NAME}-${folder}-${digest(JSON.stringify(data))}`;
    new ApiObject(this, folder, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, immutable: true, data });
    return name;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** A Server answers to its own name as the model of a request. */
function environment({ chat, embeddings, store }: AssistantProps): Variable[] {
  const variables = {
    CHAT_URL: chat.url, CHAT_MODEL: chat.serverName,
    EMBEDDINGS_URL: embeddings.url, EMBEDDINGS_MODEL: embeddings.serverName,
    WEAVIATE_HOST: store.host,
    UV_CACHE_DIR: '/tmp/uv', UV_PYTHON_DOWNLOADS: 'never',
  };
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

interface PodOptions {
  readonly env: readonly Variable[];
  /** Names of ConfigMaps. */
  readonly programs: string;
  readonly documents: string;
}

function podSpec({ env, programs, documents }: PodOptions): object {
  const container = (name: string, ...args: string[]) => ({
    name,
    image: IMAGE,
    command: ['uv', 'run', '--no-project', '--with-requirements', `${PROGRAMS}/requirements.txt`, `${PROGRAMS}/${name}.py`, ...args],
    env,
    resources: { requests: { cpu: '200m', memory: '512Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'programs', mountPath: PROGRAMS }, { name: 'documents', mountPath: DOCUMENTS }, { name: 'tmp', mountPath: '/tmp' },
    ],
  });
  return {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    initContainers: [container('index', DOCUMENTS)], // tried again until the Servers are there
    containers: [{
      ...container('answer'),
      ports: [{ name: PORT.name, containerPort: PORT.port }],
      readinessProbe: { httpGet: { path: '/', port: PORT.name } },
    }],
    volumes: [
      { name: 'programs', configMap: { name: programs } }, { name: 'documents', configMap: { name: documents } }, { name: 'tmp', emptyDir: {} },
    ],
  };
}
