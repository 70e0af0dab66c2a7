/** Certificates by which the programs of the engines know each other. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Writes `ca.crt`, `tls.crt` and `tls.key` for a host to a directory. */
export function writeCertificates(directory: string, host = 'localhost'): void {
  fs.mkdirSync(directory, { recursive: true });
  const at = (name: string) => path.join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '7', '-subj', '/CN=engines', '-keyout', at('ca.key'), '-out', at('ca.crt'));
  openssl('req', ...key, '-subj', `/CN=${host}`, '-keyout', at('tls.key'), '-out', at('tls.csr'));
  fs.writeFileSync(at('extensions'), `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  const authority = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'];
  openssl('x509', '-req', '-in', at('tls.csr'), ...authority, '-days', '7', '-extfile', at('extensions'), '-out', at('tls.crt'));
}
