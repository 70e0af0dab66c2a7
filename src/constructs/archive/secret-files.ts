/**
 * Files that hold credentials by their name or by what is in them. What is packed is stored in a ConfigMap, which nearly everybody may
 * read who may read anything there.
 */
import { credentialIn } from '../../api/credentials';

interface SecretName {
  readonly name: string;
  /** Of the path, in lower case. */
  readonly path: RegExp;
}

const SECRET_NAMES: readonly SecretName[] = [
  { name: 'a file of environment variables', path: /(^|\/)\.env(rc|\.(?!example$|sample$|template$|dist$)[^/]*)?$/ },
  { name: 'a private key', path: /(^|\/)id_(rsa|dsa|ecdsa|ed25519)(_sk)?$|\.(pem|key|p12|pfx|pkcs12|jks|keystore|ppk|kdbx)$/ },
  { name: 'a kubeconfig', path: /(^|\/)(kubeconfig([._-][^/]*)?|[^/]*[._-]kubeconfig|\.kube\/config)$/ },
  { name: 'a file of credentials', path: /(^|\/)([^/]*[._-])?credentials?(\.(json|ya?ml|ini|csv|toml|txt|db))?$|(^|\/)(\.netrc|_netrc|\.pgpass|\.pypirc|\.htpasswd)$/ },
  { name: 'a file of secrets', path: /(^|\/)secrets?(\.(json|ya?ml|ini|toml|txt|env))?$/ },
  { name: 'a key of a service account', path: /(^|\/)([^/]*[._-])?service[._-]?account([._-]?key)?([._-][^/]*)?\.json$/ },
  { name: 'credentials of a registry', path: /(^|\/)(\.dockercfg|\.dockerconfigjson|\.docker\/config\.json)$/ },
  { name: 'state of Terraform', path: /\.tfstate(\.backup)?$/ },
];

/** Of files that have an ordinary name. */
const SECRET_TEXTS: readonly { readonly name: string; readonly text: RegExp }[] = [
  { name: 'a kubeconfig', text: /^\s*(client-key-data|id-token|refresh-token):\s*\S{20}/m },
  { name: 'a token of npm', text: /:_(authToken|password)\s*=\s*(?!\$\{)\S{8}/ },
];

/** Larger texts are data. */
const LARGEST_TEXT = 1024 * 1024;

/** Which credential a file is by its name, such as `a private key`; `undefined` if none. */
export function secretByName(path: string): string | undefined {
  const lower = path.toLowerCase();
  return SECRET_NAMES.find((each) => each.path.test(lower))?.name;
}

/** Which credential is in a file; `undefined` if none. What is no text has none that could be found. */
export function secretByContent(content: Buffer): string | undefined {
  if (content.length > LARGEST_TEXT || content.includes(0)) return undefined;
  const text = content.toString('utf8');
  return credentialIn(text) ?? SECRET_TEXTS.find((each) => each.text.test(text))?.name;
}
