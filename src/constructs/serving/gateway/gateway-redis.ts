import { Size } from 'cdk8s';
import { formatValue } from '../../checks/format-value';
import { knownProps, optionsProblem } from '../../checks/known-props';

/** A Redis that is there already. */
export interface RedisUrlOptions {
  /**
   * Secret with its password, in the namespace of Envoy Gateway, whose rate limit service reads it.
   *
   * @default - it asks for no password
   */
  readonly passwordSecret?: string;

  /**
   * Key of the password in the Secret.
   *
   * @default 'password'
   */
  readonly passwordKey?: string;

  /**
   * Whether it is reached by TLS, with a certificate that the system trusts.
   *
   * @default false
   */
  readonly tls?: boolean;
}

/** A Redis of the gateway's own. */
export interface ManagedRedisOptions {
  /**
   * Size of the disk on which the counters outlive a restart.
   *
   * @default Size.gibibytes(1)
   */
  readonly storage?: Size;

  /**
   * Class of that disk.
   *
   * @default - that of the cluster
   */
  readonly storageClassName?: string;
}

const URL_OPTIONS = knownProps<RedisUrlOptions>({ passwordSecret: true, passwordKey: true, tls: true });
const MANAGED = knownProps<ManagedRedisOptions>({ storage: true, storageClassName: true });
const ADDRESS = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?:[0-9]{1,5}$/i;
const OBJECT_NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
const SECRET_KEY = /^[-._A-Za-z0-9]{1,253}$/;

/** Where the counters of quotas and rate limits are. While it is away, requests are served and not counted. */
export class GatewayRedis {
  /** A small one beside the gateway, with a disk, which the rate limit service alone reaches. */
  public static managed(options: ManagedRedisOptions = {}): GatewayRedis {
    const problem = optionsProblem('options', options, MANAGED);
    if (problem) throw new Error(problem);
    const { storage = Size.gibibytes(1), storageClassName } = options;
    if (!(storage instanceof Size)) throw new Error(`storage is ${formatValue(storage)}, which is not a Size; write for example Size.gibibytes(1)`);
    if (storageClassName !== undefined && (typeof storageClassName !== 'string' || !OBJECT_NAME.test(storageClassName))) {
      throw new Error(`storageClassName is ${formatValue(storageClassName)}; give the name of a StorageClass`);
    }
    return new GatewayRedis({ storageMiB: storage.toMebibytes(), ...(storageClassName !== undefined && { storageClassName }) });
  }

  /** One that is there already, by `host:port`; of a cluster or of sentinels, several of these with commas between. */
  public static url(address: string, options: RedisUrlOptions = {}): GatewayRedis {
    const problem = optionsProblem('options', options, URL_OPTIONS) ?? addressProblem(address) ?? passwordProblem(options);
    if (problem) throw new Error(problem);
    const { passwordSecret, passwordKey = 'password', tls = false } = options;
    const password = passwordSecret === undefined ? undefined : { name: passwordSecret, key: passwordKey };
    return new GatewayRedis({ address, ...(password && { password }), tls });
  }

  /** @internal */
  private constructor(public readonly _spec: RedisSpec) {}
}

/** The Redis, as plain data: that at `address`, or else the gateway's own. @internal */
export interface RedisSpec {
  readonly address?: string;
  readonly password?: { readonly name: string; readonly key: string };
  readonly tls?: boolean;
  readonly storageMiB?: number;
  readonly storageClassName?: string;
}

function addressProblem(address: unknown): string | undefined {
  const text = typeof address === 'string' ? address : '';
  if (text.includes('@')) return 'the address of Redis has a user or a password in it, which does not belong in code; give host:port, and the password by passwordSecret';
  if (text !== '' && text.split(',').every((part) => ADDRESS.test(part))) return undefined;
  return `the address of Redis is ${formatValue(address)}; give host and port, such as redis.example.com:6379`;
}

function passwordProblem({ passwordSecret, passwordKey, tls }: RedisUrlOptions): string | undefined {
  if (tls !== undefined && typeof tls !== 'boolean') return `tls is ${formatValue(tls)}; give true or false`;
  if (passwordSecret === undefined) return passwordKey === undefined ? undefined : `passwordKey is ${formatValue(passwordKey)} but passwordSecret is not set; give the name of the Secret`;
  if (typeof passwordSecret !== 'string' || !OBJECT_NAME.test(passwordSecret)) return 'passwordSecret is not the name of a Secret; give the name of one, not the password';
  if (passwordKey !== undefined && (typeof passwordKey !== 'string' || !SECRET_KEY.test(passwordKey))) return `passwordKey is ${formatValue(passwordKey)}; give a key of the Secret`;
  return undefined;
}
