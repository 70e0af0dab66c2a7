import { isDns1123Label } from '../../../api/names';
import { formatValue } from '../../checks/format-value';
import { optionsProblem, knownProps } from '../../checks/known-props';

/** Where a Secret is. */
export interface TlsSecretOptions {
  /**
   * Its namespace. What lets the gateway read it there, a ReferenceGrant, is made too.
   *
   * @default - that of the gateway
   */
  readonly namespace?: string;
}

/** Which issuer of cert-manager signs. */
export interface CertManagerOptions {
  /** Name of the issuer. */
  readonly issuerName: string;

  /**
   * Its kind: `ClusterIssuer`, or `Issuer` for one in the namespace of the gateway.
   *
   * @default 'ClusterIssuer'
   */
  readonly issuerKind?: string;

  /**
   * Its API group, where it is not one of cert-manager's own.
   *
   * @default 'cert-manager.io'
   */
  readonly issuerGroup?: string;
}

const SECRET = knownProps<TlsSecretOptions>({ namespace: true });
const ISSUER = knownProps<CertManagerOptions>({ issuerName: true, issuerKind: true, issuerGroup: true });
/** What an object can be called. */
const OBJECT_NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
const KIND = /^[A-Z][A-Za-z0-9]*$/;

/** The certificate of a gateway. */
export class GatewayTls {
  /** One that lies in a Secret of type `kubernetes.io/tls`. */
  public static secret(name: string, options: TlsSecretOptions = {}): GatewayTls {
    const problem = optionsProblem('options', options, SECRET);
    if (problem) throw new Error(problem);
    const { namespace } = options;
    if (typeof name !== 'string' || !OBJECT_NAME.test(name)) throw new Error(`the name of the Secret is ${formatValue(name)}; give the name of a Secret`);
    if (namespace !== undefined && (typeof namespace !== 'string' || !isDns1123Label(namespace))) {
      throw new Error(`namespace is ${formatValue(namespace)}; give the namespace of the Secret`);
    }
    return new GatewayTls({ secretName: name, ...(namespace !== undefined && { secretNamespace: namespace }) });
  }

  /** One that cert-manager gets and renews, for the hostname of the gateway. */
  public static certManager(options: CertManagerOptions): GatewayTls {
    const problem = optionsProblem('options', options, ISSUER);
    if (problem) throw new Error(problem);
    const { issuerName: name, issuerKind: kind = 'ClusterIssuer', issuerGroup: group = 'cert-manager.io' } = options;
    if (typeof name !== 'string' || !OBJECT_NAME.test(name)) throw new Error(`issuerName is ${formatValue(name)}; give the name of an issuer of cert-manager`);
    if (typeof kind !== 'string' || !KIND.test(kind)) throw new Error(`issuerKind is ${formatValue(kind)}; give ClusterIssuer, or Issuer for one in the namespace of the gateway`);
    if (typeof group !== 'string' || !OBJECT_NAME.test(group)) throw new Error(`issuerGroup is ${formatValue(group)}; give an API group, such as cert-manager.io`);
    return new GatewayTls({ issuer: { name, kind, group } });
  }

  /** @internal */
  private constructor(public readonly _spec: TlsSpec) {}
}

/** The certificate, as plain data. @internal */
export interface TlsSpec {
  readonly secretName?: string;
  readonly secretNamespace?: string;
  readonly issuer?: { readonly name: string; readonly kind: string; readonly group: string };
}
