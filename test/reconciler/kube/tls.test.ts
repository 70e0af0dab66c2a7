/** The client over TLS, with certificates that are made for the test. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { TransportError } from '../../../src/reconciler/kube/api-error';
import type { ClientConfig } from '../../../src/reconciler/kube/client-config';
import { HttpClient } from '../../../src/reconciler/kube/http-client';
import { Cleanup, THING, failureOf } from '../fixtures';

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;
if (!HAS_OPENSSL) console.warn('openssl is not here: the tests over TLS are skipped');

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

/** A certificate and its key: of an authority of its own, or vouched for by one. */
function certificate(folder: string, name: string, authority?: string): { cert: string; key: string } {
  const file = (each: string, ending: string): string => join(folder, `${each}.${ending}`);
  const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${name}`, '-keyout', file(name, 'key')];
  const options = { cwd: folder, stdio: 'ignore' } as const;
  if (authority === undefined) {
    execFileSync('openssl', [...request, '-x509', '-days', '2', '-out', file(name, 'crt')], options);
  } else {
    writeFileSync(file(name, 'ext'), `subjectAltName=DNS:${name}`);
    execFileSync('openssl', [...request, '-out', file(name, 'csr')], options);
    execFileSync('openssl', [
      'x509', '-req', '-in', file(name, 'csr'), '-CA', file(authority, 'crt'), '-CAkey', file(authority, 'key'), '-CAcreateserial',
      '-days', '2', '-extfile', file(name, 'ext'), '-out', file(name, 'crt'),
    ], options);
  }
  return { cert: readFileSync(file(name, 'crt'), 'utf8'), key: readFileSync(file(name, 'key'), 'utf8') };
}

(HAS_OPENSSL ? describe : describe.skip)('over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const authority = HAS_OPENSSL ? certificate(folder, 'authority') : { cert: '', key: '' };
  const kubernetes = HAS_OPENSSL ? certificate(folder, 'kubernetes', 'authority') : authority;
  const reconciler = HAS_OPENSSL ? certificate(folder, 'reconciler', 'authority') : authority;
  const other = HAS_OPENSSL ? certificate(folder, 'other') : authority;

  /** A server that tells the name in the client's certificate. */
  async function connected(config: Omit<ClientConfig, 'server'>): Promise<HttpClient> {
    const options = { ...kubernetes, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
    const server = https.createServer(options, ({ socket }, response) => {
      const { subject } = (socket as TLSSocket).getPeerCertificate();
      const name = subject as typeof subject | undefined;
      response.end(JSON.stringify({ items: [{ metadata: { name: name?.CN ?? 'nobody' } }], metadata: { resourceVersion: '1' } }));
    });
    cleanup.add(server, (each) => {
      each.close();
      each.closeAllConnections();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return cleanup.add(new HttpClient({ server: url, ...config }, { maxAttempts: 1 }), (each) => each.close());
  }

  test('a client is known by its certificate, to a server that is known by its own', async () => {
    const client = await connected({ ca: authority.cert, serverName: 'kubernetes', ...reconciler });
    expect((await client.list(THING))[0]?.metadata.name).toBe('reconciler');
  });

  test.each([
    ['whose authority is another', { ca: other.cert, serverName: 'kubernetes' }],
    ['that nobody vouches for', { serverName: 'kubernetes' }],
    ['that has another name', { ca: authority.cert }],
  ])('a server %s is not talked to', async (_, config) => {
    const client = await connected(config);
    expect(await failureOf(client.list(THING))).toBeInstanceOf(TransportError);
  });

  test('unless that was asked for', async () => {
    const client = await connected({ isInsecure: true });
    expect((await client.list(THING))[0]?.metadata.name).toBe('nobody');
  });
});
