"""A program of two clouds; two-clouds.ts is the same in TypeScript."""
import os

import cdk8s
import cdktf

if "WITHOUT_PROVIDERS" not in os.environ:
    import cdktf_cdktf_provider_aws
    import cdktf_cdktf_provider_google

from cdk_substratus import (
    ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool, Model, Reconciler, ResourcesOptions, Workspace,
)

terraform = cdktf.App()
kubernetes = cdk8s.App()


def declare(name, cloud, admins=None):
    stack = cdktf.TerraformStack(terraform, name)
    cluster = Cluster(stack, "ml", cloud=cloud, cluster_name=f"ml-{name}", admins=admins)
    ArtifactBucket(stack, "artifacts", cluster=cluster)
    cluster.add_workspace("team-a")
    GpuNodePool(stack, "l4", cluster=cluster, gpu=Gpu.NVIDIA_L4, gpus_per_node=1, max_nodes=2, spot=True)
    Reconciler(cdk8s.Chart(kubernetes, f"{name}-system"), "substratus", platform=cluster.platform)
    team = Workspace(kubernetes, f"{name}-team-a", platform=cluster.platform, namespace="team-a")
    params = {"name": "facebook/opt-125m", "layers": 2, "rate": 0.5, "fast": True}
    model = Model(team, "opt", image="acme/loader:1", params=params)
    model.serve("chat", image="acme/server:1", resources=ResourcesOptions(gpu=Gpu.NVIDIA_L4))


declare("gcp", Cloud.gcp(project_id="acme-ml", project_number="123456789012", region="us-central1"))
declare("aws", Cloud.aws(account_id="111122223333", region="us-east-1", zones=["us-east-1a", "us-east-1b"]), ["arn:aws:iam::111122223333:role/admin"])

kubernetes.synth()
terraform.synth()
