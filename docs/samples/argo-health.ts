import { Reconciler } from 'cdk-substratus';
import { App, Chart, Helm } from 'cdk8s';

/* Wherever your Argo CD is declared: these entries belong to its ConfigMap argocd-cm. */
new Helm(new Chart(new App(), 'argocd'), 'argocd', {
  chart: 'argo/argo-cd',
  values: { configs: { cm: Reconciler.argoHealthChecks() } },
});
