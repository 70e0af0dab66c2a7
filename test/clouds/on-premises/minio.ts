/** A real store that speaks S3 and hands out keys for tokens: MinIO, and who issues the tokens, on ports of this machine. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort, RCLONE, temporaryFolder } from '../../expand/shell';

const ROOT = { accessKeyId: 'administrator', secretAccessKey: 'not-a-secret' };
const STARTS_WITHIN_MS = 60_000;
const SERVE = `const [pages, port] = process.argv.slice(1);
require('node:http').createServer(({ url }, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(JSON.parse(pages)[url] ?? {}));
}).listen(Number(port), '127.0.0.1');`;

/** The program, by MINIO or on the PATH. `go install github.com/minio/minio@latest` makes it. */
export function minioProgram(): string | undefined {
  const { MINIO, PATH = '' } = process.env;
  return MINIO ?? PATH.split(delimiter).map((folder) => join(folder, 'minio')).find(existsSync);
}

export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string;
}

/** Issues tokens as the API server does for ServiceAccounts, and publishes its key as that does. */
export class TokenIssuer {
  public static async start(): Promise<TokenIssuer> {
    return new TokenIssuer(await freePort());
  }

  public readonly url: string;
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  private readonly server: ChildProcess;

  /* A process of its own, for what asks it runs while this one waits for it. */
  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
    const jwk = { ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'key', use: 'sig', alg: 'RS256' };
    const pages: Readonly<Record<string, object>> = {
      '/.well-known/openid-configuration': {
        issuer: this.url, jwks_uri: `${this.url}/openid/v1/jwks`, response_types_supported: ['id_token'], subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      },
      '/openid/v1/jwks': { keys: [jwk] },
    };
    this.server = spawn(process.execPath, ['-e', SERVE, JSON.stringify(pages), String(port)], { stdio: 'ignore' });
  }

  /** https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#schema-for-service-account-private-claims */
  public tokenFor({ namespace, serviceAccount, audience }: TokenRequest): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      'aud': [audience], 'iss': this.url, 'sub': `system:serviceaccount:${namespace}:${serviceAccount}`, 'iat': now, 'nbf': now, 'exp': now + 3600,
      'kubernetes.io': { namespace, serviceaccount: { name: serviceAccount, uid: '1' } },
    };
    const signed = [{ alg: 'RS256', kid: 'key' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(this.keys.privateKey).toString('base64url')}`;
  }

  public stop(): void {
    this.server.kill();
  }
}

export interface MinioOptions {
  readonly program: string;
  readonly issuer: TokenIssuer;
  readonly audience: string;
}

interface MinioPlaces {
  readonly endpoint: string;
  /** Path of the certificate. */
  readonly certificate: string;
  readonly folder: string;
}

/** Behind TLS, with a certificate that no machine trusts. */
export class Minio {
  public static async start({ program, issuer, audience }: MinioOptions): Promise<Minio> {
    const folder = temporaryFolder();
    const certificate = selfSigned(join(folder, 'certs'));
    const address = `127.0.0.1:${await freePort()}`;
    const server = spawn(program, ['server', join(folder, 'data'), '--address', address, '--certs-dir', join(folder, 'certs')], {
      stdio: 'ignore',
      env: {
        MINIO_ROOT_USER: ROOT.accessKeyId, MINIO_ROOT_PASSWORD: ROOT.secretAccessKey, MINIO_BROWSER: 'off', MINIO_UPDATE: 'off',
        MINIO_IDENTITY_OPENID_CONFIG_URL: `${issuer.url}/.well-known/openid-configuration`,
        MINIO_IDENTITY_OPENID_CLIENT_ID: audience, MINIO_IDENTITY_OPENID_CLAIM_NAME: 'sub', HOME: folder,
      },
    });
    const minio = new Minio(server, { endpoint: `https://${address}`, certificate, folder });
    await minio.answers();
    return minio;
  }

  public readonly endpoint: string;
  public readonly certificate: string;
  private readonly folder: string;

  private constructor(private readonly server: ChildProcess, { endpoint, certificate, folder }: MinioPlaces) {
    this.endpoint = endpoint;
    this.certificate = certificate;
    this.folder = folder;
  }

  public makeBucket(name: string): void {
    const { status, stderr } = spawnSync(RCLONE ?? 'rclone', ['mkdir', `:s3:${name}`], {
      encoding: 'utf8',
      env: {
        RCLONE_CONFIG: '', RCLONE_S3_PROVIDER: 'Minio', RCLONE_S3_ENDPOINT: this.endpoint, SSL_CERT_FILE: this.certificate,
        RCLONE_S3_ACCESS_KEY_ID: ROOT.accessKeyId, RCLONE_S3_SECRET_ACCESS_KEY: ROOT.secretAccessKey,
      },
    });
    if (status !== 0) throw new Error(stderr);
  }

  /** As `mc admin policy create` does. */
  public allow(subject: string, policy: object): void {
    const file = join(this.folder, 'policy.json');
    writeFileSync(file, JSON.stringify(policy));
    const { stdout, stderr } = spawnSync('curl', [
      '--silent', '--show-error', '--retry', '60', '--retry-delay', '1', '--output', '/dev/null', '--cacert', this.certificate, '--user', `${ROOT.accessKeyId}:${ROOT.secretAccessKey}`, '--aws-sigv4', 'aws:amz:us-east-1:s3',
      '--header', 'x-amz-content-sha256: UNSIGNED-PAYLOAD', '--write-out', '%{http_code}', '--request', 'PUT', '--data-binary', `@${file}`,
      `${this.endpoint}/minio/admin/v3/add-canned-policy?name=${encodeURIComponent(subject)}`,
    ], { encoding: 'utf8' });
    if (stdout !== '200') throw new Error(`no policy for ${subject}: ${stdout} ${stderr}`);
  }

  public async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.server.once('exit', resolve));
    this.server.kill('SIGKILL');
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    const until = Date.now() + STARTS_WITHIN_MS;
    const probe = () => spawnSync('curl', ['--silent', '--fail', '--cacert', this.certificate, `${this.endpoint}/minio/health/ready`]).status === 0;
    while (!probe()) {
      if (Date.now() > until) throw new Error(`minio does not answer at ${this.endpoint}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Makes a key and a certificate for it; the path of the certificate. */
function selfSigned(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const certificate = join(folder, 'public.crt');
  const { status, stderr } = spawnSync('openssl', [
    'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
    '-keyout', join(folder, 'private.key'), '-out', certificate,
  ], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return certificate;
}
