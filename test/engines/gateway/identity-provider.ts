/** Who signs tokens, and has the keys for checking them at an address with a certificate. */
import { generateKeyPairSync, sign } from 'node:crypto';
import * as fs from 'node:fs';
import * as https from 'node:https';
import * as path from 'node:path';
import { writeCertificates } from '../certificates';
import type { GatewayStage } from './stage';

const SERVICE = { name: 'login', namespace: 'identity' };
const HOST = `${SERVICE.name}.${SERVICE.namespace}.svc.cluster.local`;
const PORT = 8443;
const KEY_ID = 'first';

export const ISSUER = `https://${HOST}`;
export const JWKS_URI = `https://${HOST}:${PORT}/keys`;

export class IdentityProvider {
  /** Starts one, which pods that start from now on trust. */
  public static async start(stage: GatewayStage): Promise<IdentityProvider> {
    const directory = path.join(path.dirname(stage.cluster.kubeconfig), 'identity-provider');
    writeCertificates(directory, HOST);
    const read = (name: string) => fs.readFileSync(path.join(directory, name));
    stage.authorities = read('ca.crt');
    const provider = new IdentityProvider({ cert: read('tls.crt'), key: read('tls.key') });
    await new Promise<void>((resolve) => provider.server.listen(PORT, stage.names.addressOf(SERVICE.name, SERVICE.namespace), resolve));
    return provider;
  }

  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  private readonly server: https.Server;

  private constructor(certificate: https.ServerOptions) {
    const keys = [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' }];
    this.server = https.createServer(certificate, (_request, response) => response.end(JSON.stringify({ keys })));
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A token with these claims, good for a while or not any more. */
  public token(claims: object, seconds = 600): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = [{ alg: 'RS256', typ: 'JWT', kid: KEY_ID }, { iss: ISSUER, exp: Math.floor(Date.now() / 1000) + seconds, ...claims }].map(part).join('.');
    return `${text}.${sign('sha256', Buffer.from(text), this.keys.privateKey).toString('base64url')}`;
  }
}
