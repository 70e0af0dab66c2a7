/** What kubectl writes, in the words of the house. */
import { EXIT } from '../../src/cli/errors';
import { translated } from '../../src/cli/kubectl-error';

const NOISE = 'E1127 12:00:00.000000   42 memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list: dial tcp 127.0.0.1:1: connect: connection refused"\n';

test.each([
  [`${NOISE}The connection to the server localhost:8080 was refused - did you specify the right host or port?`, EXIT.cluster, /^there is no kubeconfig, or it has no current context; set KUBECONFIG or --kubeconfig, or let your cloud write one/],
  ['error: stat /x/config: no such file or directory', EXIT.cluster, 'kubeconfig /x/config does not exist; check --kubeconfig'],
  ['error: context "prod" does not exist', EXIT.cluster, 'the kubeconfig has no context prod; see kubectl config get-contexts'],
  ['Error from server (Forbidden): models.substratus.ai is forbidden: User "ann" cannot list resource "models" in API group "substratus.ai" in the namespace "team"', EXIT.cluster,
    'ann may not list models.substratus.ai in the namespace team; ask for a Role with that verb and resource, or use another --context or --namespace'],
  ['Error from server (Forbidden): nodes is forbidden: User "ann" cannot list resource "nodes" in API group "" at the cluster scope', EXIT.cluster,
    'ann may not list nodes at the cluster scope; ask for a Role with that verb and resource, or use another --context or --namespace'],
  ['error: You must be logged in to the server (Unauthorized)', EXIT.cluster, 'the cluster does not accept the login of the kubeconfig; log in again'],
  ['Unable to connect to the server: getting credentials: exec: executable gke-gcloud-auth-plugin not found', EXIT.cluster,
    'the cluster does not accept the login of the kubeconfig: exec: executable gke-gcloud-auth-plugin not found; log in again'],
  ['error: the server doesn\'t have a resource type "models"', EXIT.cluster, 'the cluster does not know models: the CRDs are not installed; apply the manifests of a Reconciler first, and see substratus doctor'],
  ['Unable to connect to the server: dial tcp: lookup k8s.example.com: no such host', EXIT.cluster,
    'the cluster does not answer: dial tcp: lookup k8s.example.com: no such host; see kubectl cluster-info, and whether a VPN or a proxy is needed'],
  ['Error from server (NotFound): pods "x" not found', EXIT.notFound, 'pods x does not exist'],
  ['Error from server (BadRequest): container "model" in pod "x-run" is waiting to start: ContainerCreating', EXIT.notFound,
    'container model of pod x-run has not started: ContainerCreating; substratus status says what it waits for'],
  ['error: current-context must exist in order to minify', EXIT.cluster, /^there is no kubeconfig, or it has no current context; /],
  ['The Model "opt" is invalid: metadata.uid: Invalid value: "00000000-0000-0000-0000-000000000000": field is immutable', EXIT.notFound,
    'it was deleted and created again meanwhile; look at its status, and ask again'],
  ['error: something else', EXIT.cluster, 'kubectl get x: something else'],
])('%s', (stderr, exitCode, message) => {
  expect(translated(stderr, ['get', 'x'])).toMatchObject({ exitCode, message: typeof message === 'string' ? message : expect.stringMatching(message) });
});
