/** What kubectl writes when it fails, in the words of the house: where, what, remedy. Pure. */
import { CliError, EXIT } from './errors';

/** Lines of its libraries' log. */
const LOG_LINE = /^[EWIF]\d{4} /;

interface Translation {
  readonly pattern: RegExp;
  readonly exitCode: number;
  readonly words: (groups: readonly string[], args: readonly string[]) => string;
}

const TRANSLATIONS: readonly Translation[] = [
  {
    pattern: /connection to the server localhost:8080 was refused|no configuration has been provided|current-context must exist|Missing or incomplete configuration/,
    exitCode: EXIT.cluster,
    words: () => 'there is no kubeconfig, or it has no current context; set KUBECONFIG or --kubeconfig, or let your cloud write one, for example: '
      + 'gcloud container clusters get-credentials <cluster>, aws eks update-kubeconfig --name <cluster>, az aks get-credentials --name <cluster>',
  },
  {
    pattern: /stat (\S+): no such file or directory/,
    exitCode: EXIT.cluster,
    words: ([file]) => `kubeconfig ${file} does not exist; check --kubeconfig`,
  },
  {
    pattern: /context "([^"]*)" does not exist|no context exists with the name: "([^"]*)"/,
    exitCode: EXIT.cluster,
    words: ([first, second]) => `the kubeconfig has no context ${first || second}; see kubectl config get-contexts`,
  },
  {
    pattern: /error loading config file "([^"]*)": (.*)/,
    exitCode: EXIT.cluster,
    words: ([file, why]) => `kubeconfig ${file} cannot be read: ${why}`,
  },
  {
    pattern: /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: (at the cluster scope|in the namespace "[^"]*"))?/,
    exitCode: EXIT.cluster,
    words: ([user, verb, resource, group, where = '']) => `${user} may not ${verb} ${resource}${group ? `.${group}` : ''} ${where.replace(/"/g, '') || 'here'}; `
      + 'ask for a Role with that verb and resource, or use another --context or --namespace',
  },
  {
    pattern: /must be logged in to the server|\(Unauthorized\)|getting credentials: (.*)/,
    exitCode: EXIT.cluster,
    words: ([why]) => `the cluster does not accept the login of the kubeconfig${why ? `: ${why}` : ''}; log in again`,
  },
  {
    pattern: /the server doesn't have a resource type "([^"]*)"|could not find the requested resource/,
    exitCode: EXIT.cluster,
    words: ([type = '']) => (/substratus|^(models|datasets|servers|notebooks)$/.test(type)
      ? `the cluster does not know ${type}: the CRDs are not installed; apply the manifests of a Reconciler first, and see substratus doctor`
      : `the cluster does not know ${type || 'that resource'}; see substratus doctor`),
  },
  {
    pattern: /container "([^"]*)" in pod "([^"]*)" is waiting to start: (.*)/,
    exitCode: EXIT.notFound,
    words: ([container, pod, why]) => `container ${container} of pod ${pod} has not started: ${why}; substratus status says what it waits for`,
  },
  {
    pattern: /previous terminated container "([^"]*)" in pod "([^"]*)" not found/,
    exitCode: EXIT.notFound,
    words: ([container, pod]) => `container ${container} of pod ${pod} has not been restarted; leave --previous out`,
  },
  {
    pattern: /Error from server \(NotFound\): (\S+) "([^"]*)" not found/,
    exitCode: EXIT.notFound,
    words: ([type, name]) => `${type} ${name} does not exist`,
  },
  {
    pattern: /Error from server(?: \(\w+\))?: (?:the UID in the precondition|Operation cannot be fulfilled on|.*Precondition failed: UID)(.*)|metadata\.uid: Invalid value: "[-0-9a-f]+": field is immutable/,
    exitCode: EXIT.notFound,
    words: () => 'it was deleted and created again meanwhile; look at its status, and ask again',
  },
  {
    pattern: /(connection to the server \S+ was refused|dial tcp.*|no such host|i\/o timeout|Client\.Timeout exceeded|context deadline exceeded|x509: .*|connection refused|EOF)/,
    exitCode: EXIT.cluster,
    words: ([why]) => `the cluster does not answer: ${why}; see kubectl cluster-info, and whether a VPN or a proxy is needed`,
  },
];

export function translated(stderr: string, args: readonly string[]): CliError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !LOG_LINE.test(line));
  const text = lines.length > 0 ? lines.join('\n') : stderr.trim();
  for (const { pattern, exitCode, words } of TRANSLATIONS) {
    const match = pattern.exec(text);
    if (match) return new CliError(words(match.slice(1), args), exitCode);
  }
  return new CliError(`kubectl ${args.join(' ')}: ${text.replace(/^error: /i, '') || 'failed without a message'}`, EXIT.cluster);
}

export function isNotFound(stderr: string): boolean {
  return /Error from server \(NotFound\)/.test(stderr);
}
