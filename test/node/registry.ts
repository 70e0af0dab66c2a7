/** A registry for images that have to be pulled: it speaks for every registry that manifests name, and has what it was given. */
import * as fs from 'node:fs';
import * as http from 'node:http';
import { assembled, MANIFEST_TYPE, storedName } from './images/image';
import type { AssembledImage, Image } from './images/image';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

interface Offered extends AssembledImage {
  readonly credentials?: Credentials;
}

const PATH = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/;

export class Registry {
  public static async listen(address: string): Promise<Registry> {
    const registry = new Registry(address);
    await new Promise<void>((resolve) => registry.server.listen(0, address, resolve).unref());
    return registry;
  }

  /** What was asked for: `GET docker.io/acme/opt:latest`. */
  public readonly requests: string[] = [];
  private readonly images = new Map<string, Offered>();
  private readonly server = http.createServer((request, response) => this.answer(request, response));

  private constructor(private readonly address: string) {}

  public get url(): string {
    const bound = this.server.address();
    return `http://${this.address}:${typeof bound === 'object' ? bound?.port : ''}`;
  }

  /** Offers an image, to those who have the credentials if there are any. Its digest. */
  public async offer(image: Image, credentials?: Credentials): Promise<string> {
    const offered = { ...await assembled(image), credentials };
    this.images.set(storedName(image), offered);
    return offered.manifest.digest;
  }

  public close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** containerd names the registry that it means in `ns`. */
  private answer({ method = 'GET', url = '/', headers }: http.IncomingMessage, response: http.ServerResponse): void {
    const { pathname, searchParams } = new URL(url, this.url);
    const [, repository, type, reference = ''] = PATH.exec(pathname) ?? [];
    if (!repository) return end(response, pathname === '/v2/' ? 200 : 404);
    const name = `${searchParams.get('ns') ?? 'docker.io'}/${repository}`;
    this.requests.push(`${method} ${name}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`);
    const found = this.find(name, reference);
    if (!found) return end(response, 404);
    if (!isAllowed(found, headers.authorization)) return end(response, 401, { 'www-authenticate': 'Basic realm="registry"' });
    const blob = type === 'manifests' ? found.manifest : found.blobs.find(({ digest }) => digest === reference);
    if (!blob) return end(response, 404);
    response.writeHead(200, {
      'content-type': type === 'manifests' ? MANIFEST_TYPE : 'application/octet-stream',
      'content-length': blob.size,
      'docker-content-digest': blob.digest,
    });
    if (method === 'HEAD') response.end();
    else if (blob.file === undefined) response.end(blob.text);
    else fs.createReadStream(blob.file).pipe(response);
  }

  /** By its tag, or by the digest of something that is in it. */
  private find(name: string, reference: string): Offered | undefined {
    const own = [...this.images].filter(([key]) => key.startsWith(`${name}:`) || key.startsWith(`${name}@`));
    const byName = own.find(([key]) => key === `${name}:${reference}` || key === `${name}@${reference}`);
    const has = ([, { manifest, blobs }]: [string, Offered]) => [manifest, ...blobs].some(({ digest }) => digest === reference);
    return (byName ?? own.find(has))?.[1];
  }
}

function isAllowed({ credentials }: Offered, authorization: string | undefined): boolean {
  if (!credentials) return true;
  return authorization === `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

function end(response: http.ServerResponse, status: number, headers: http.OutgoingHttpHeaders = {}): void {
  response.writeHead(status, headers).end();
}
