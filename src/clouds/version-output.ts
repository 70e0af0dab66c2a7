/**
 * The Terraform output with the version of Kubernetes that a cluster runs, by which the next synth knows whether the one that is wanted
 * can be reached.
 */
export function versionOutput(clusterName: string): { readonly name: string; readonly description: string } {
  return { name: `kubernetesVersion_${clusterName}`, description: `Version of Kubernetes that ${clusterName} runs` };
}
