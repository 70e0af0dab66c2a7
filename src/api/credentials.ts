/**
 * Texts that are credentials by their form. A resource is stored in the cluster, printed by kubectl and, where it is a recipe, written
 * to the manifest of an artifact: no secret belongs in any of its strings, but in a Secret that `env` refers to.
 *
 * A net for accidents, not a scanner: a form is in the table only if hardly anything else has it.
 */

interface CredentialForm {
  /** What it is, as in «looks like …». */
  readonly name: string;
  /** A whole word of a text. */
  readonly word: RegExp;
}

const FORMS: readonly CredentialForm[] = [
  { name: 'a token of Hugging Face', word: /^hf_[A-Za-z0-9]{16,}$/ },
  { name: 'an API key', word: /^sk-[A-Za-z0-9_-]{16,}$/ },
  { name: 'an access key of AWS', word: /^(AKIA|ASIA)[0-9A-Z]{16}$/ },
  { name: 'a token of GitHub', word: /^(gh[pousr]|github_pat)_[A-Za-z0-9_]{20,}$/ },
  { name: 'a token of GitLab', word: /^glpat-[A-Za-z0-9_-]{20,}$/ },
  { name: 'an API key of Google', word: /^AIza[0-9A-Za-z_-]{30,}$/ },
  { name: 'a token of npm', word: /^npm_[A-Za-z0-9]{36}$/ },
  { name: 'a token of Slack', word: /^xox[abprs]-[A-Za-z0-9-]{10,}$/ },
  { name: 'a JSON web token', word: /^eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*$/ },
];

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/**
 * `$(NAME)` in its place is what Kubernetes expands in a command. Only the last character of the scheme: a text may be long, and a
 * repetition that could begin anywhere in it would take the square of its length.
 */
const URL_PASSWORD = /[A-Za-z0-9+.-]:\/\/[^\s/?#:@]*:[^\s/?#@$][^\s/?#@]*@/;
/** Of Azure (`sig`), AWS and Google Cloud. Who has such a URL may read what it names, without any other credential. */
const SIGNED_URL = /[?&](sig|x-amz-signature|x-goog-signature)=[A-Za-z0-9%+/_-]{16}/i;
/** Also `\n` and the like, as line breaks are written in JSON and in code. */
const BETWEEN_WORDS = /(?:[\s=:@/'"`,;&?#()<>[\]{}|!*]|\\[nrt]?)+/;
/** Shorter texts hold no credential; most texts are. */
const SHORTEST = 14;

/** Which credential a text holds by its form, such as `a token of GitHub`; `undefined` if none. */
export function credentialIn(text: string): string | undefined {
  if (text.length < SHORTEST) return undefined;
  if (PRIVATE_KEY.test(text)) return 'a private key';
  if (URL_PASSWORD.test(text)) return 'a URL with a password';
  if (SIGNED_URL.test(text)) return 'a signed URL';
  for (const word of text.split(BETWEEN_WORDS)) {
    const form = word.length < SHORTEST ? undefined : formOf(word) ?? formOf(withoutDots(word));
    if (form) return form.name;
  }
  return undefined;
}

function formOf(word: string): CredentialForm | undefined {
  return FORMS.find((each) => each.word.test(word));
}

/** At the end of a sentence. */
function withoutDots(word: string): string {
  let end = word.length;
  while (word[end - 1] === '.') end -= 1;
  return word.slice(0, end);
}

const SECRET_NAME = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS?)$/i;
/** Of a variable that is named like a secret: neither short, nor a path, a URL or a number. */
const SECRET_VALUE = /^(?![/.~]|[a-z]+:\/\/|[0-9.]+$)\S{8,}$/;

/** Whether a variable of the environment is a secret by its name, and its value may be one. */
export function isSecretVariable(name: string, value: string): boolean {
  return SECRET_NAME.test(name) && SECRET_VALUE.test(value);
}

/**
 * Says which string of a spec looks like a credential, and what to do; `undefined` if none does. The credential itself is not in it,
 * for the message is stored and printed too.
 */
export function credentialProblem(spec: object): string | undefined {
  const { build } = spec as { readonly build?: { readonly git?: { readonly url?: unknown } } };
  const userinfo = userinfoProblem('build.git.url', build?.git?.url);
  if (userinfo || ('allowPlainText' in spec && spec.allowPlainText === true)) return userinfo;
  const found = find(spec);
  return found && `${found.path.join('.')} looks like ${found.name}, in plain text; `
    + 'put it in a Secret and write ${{ secrets.<name>.<key> }} in env, or set allowPlainText: true';
}

/** A URL of git without the part before `@` in which credentials stand. Of `ssh`, the user alone is none. */
export const GIT_URL_PATTERN = '^([A-Za-z][A-Za-z0-9+.-]*://[^@/?#]*([/?#].*)?|(git[+])?ssh://[^@:/?#]*@[^@]*|[^:]*|[^:/]*:[^/].*|[^:/]*:/[^/].*)$';
const GIT_URL = new RegExp(GIT_URL_PATTERN);

/** Says that a URL of git has credentials in it; `undefined` if it has none. */
export function userinfoProblem(field: string, url: unknown): string | undefined {
  if (typeof url !== 'string' || GIT_URL.test(url)) return undefined;
  return `${field} has a user name or token before @, which would be stored in the cluster and in the manifest of the artifact; `
    + 'give it without, and revoke the token';
}

interface Found {
  readonly path: readonly string[];
  readonly name: string;
}

function find(value: unknown): Found | undefined {
  if (typeof value === 'string') {
    const name = credentialIn(value);
    return name === undefined ? undefined : { path: [], name };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const inKey = credentialIn(key);
    if (inKey !== undefined) return { path: ['<a key>'], name: inKey };
    const found = find(item);
    if (found) return { ...found, path: [key, ...found.path] };
  }
  return undefined;
}
