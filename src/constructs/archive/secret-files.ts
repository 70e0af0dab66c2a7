/**
 * Files that hold credentials by their name or by what is in them. What is packed is stored in a ConfigMap, which nearly everybody may
 * read who may read anything there.
 */
import { credentialIn, isSecretVariable } from '../../api/credentials';

interface SecretName {
  readonly name: string;
  /** Of the path, in lower case. */
  readonly path: RegExp;
}

const SECRET_NAMES: readonly SecretName[] = [
  { name: 'a file of environment variables', path: /(^|\/)\.env(rc|\.(?!example$|sample$|template$|dist$)[^/]*)?$/ },
  { name: 'a private key', path: /(^|\/)id_(rsa|dsa|ecdsa|ed25519)(_sk)?(~|\.(?!pub$)[^/]*)?$|\.(pem|key|p12|pfx|pkcs12|jks|keystore|ppk|kdbx)$/ },
  { name: 'a kubeconfig', path: /(^|\/)(kubeconfig([._-][^/]*)?|[^/]*[._-]kubeconfig|\.kube\/config)$/ },
  { name: 'a file of credentials', path: /(^|\/)([^/]*[._-])?credentials?(\.(json|ya?ml|ini|csv|toml|txt|db))?$|(^|\/)(\.netrc|_netrc|\.pgpass|\.pypirc|\.htpasswd)$/ },
  { name: 'a file of secrets', path: /(^|\/)secrets?(\.(json|ya?ml|ini|toml|txt|env))?$/ },
  { name: 'a key of a service account', path: /(^|\/)([^/]*[._-])?service[._-]?account([._-]?key)?([._-][^/]*)?\.json$/ },
  { name: 'credentials of a registry', path: /(^|\/)(\.dockercfg|\.dockerconfigjson|\.docker\/config\.json)$/ },
  { name: 'variables of Terraform', path: /\.tfvars(\.json)?$/ },
  { name: 'state of Terraform', path: /\.tfstate(\.backup)?$/ },
];

/** Of files that have an ordinary name. */
const SECRET_TEXTS: readonly { readonly name: string; readonly text: RegExp }[] = [
  { name: 'a kubeconfig', text: /^\s*(client-key-data|id-token|refresh-token):\s*\S{20}/m },
  { name: 'a token of npm', text: /:_(authToken|password)\s*=\s*(?!\$\{)\S{8}/ },
];

/** `NAME=value`, `name: "value"`, `os.environ["NAME"] = "value"` and the like. What goes on behind the value is an expression of code. */
const ASSIGNMENT = /(?<![\w-])([A-Za-z_][\w-]{0,80})[\\"'\]]*[ \t]*[=:][ \t]*[\\"']*([\w+/-]{20,}={0,2})(?![\w+/.([{$-])/g;

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
  return credentialIn(text) ?? SECRET_TEXTS.find((each) => each.text.test(text))?.name ?? (hasSecretVariable(text) ? 'a variable with a secret' : undefined);
}

function hasSecretVariable(text: string): boolean {
  for (const [, name = '', value = ''] of text.matchAll(ASSIGNMENT)) {
    const words = name.replace(/([a-z])([A-Z])/g, '$1_$2').replace(/-/g, '_');
    if (isSecretVariable(words, value) && isRandom(value)) return true;
  }
  return false;
}

/** Whether it was drawn rather than written: identifiers, names of models and tokens of a vocabulary are words with few digits. */
function isRandom(value: string): boolean {
  return value.split(/[-_]/).some((part) => {
    const digits = part.replace(/\D/g, '').length;
    if (part.length < 20 || digits === 0 || digits === part.length) return false;
    return digits > 2 || (part.length === 40 && /[a-z]/.test(part) && /[A-Z]/.test(part)); // 40: AWS
  });
}
