/** What the clouds' Terraform sides share. */
import { LocalBackend, TerraformBackend, TerraformStack } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';

/** Whether the stack of a construct has a provider of a Terraform type, such as `google`, already. */
export function hasProvider(scope: IConstruct, terraformResourceType: string): boolean {
  return TerraformStack.of(scope).node.findAll().some((child) => {
    const provider = child as Partial<{ terraformResourceType: string; terraformProviderSource: string }>;
    return provider.terraformProviderSource !== undefined && provider.terraformResourceType === terraformResourceType;
  });
}

/** Takes any version of a provider from one on, below the next major one: typings were made from one version, and fit more. */
export function relaxProviderVersion(scope: Construct, provider: string, range: string): void {
  TerraformStack.of(scope).addOverride(`terraform.required_providers.${provider}.version`, range);
}

/**
 * A backend with a path that is no machine's own, unless the stack has a backend: the one that cdktf would add writes an absolute path.
 */
export function ensureBackend(scope: Construct): void {
  const stack = TerraformStack.of(scope);
  if (stack.node.children.some((child) => TerraformBackend.isBackend(child))) return;
  new LocalBackend(stack, { path: `terraform.${stack.node.id}.tfstate` });
  stack.node.addValidation({
    validate: () => (stack.node.children.filter((child) => TerraformBackend.isBackend(child)).length > 1
      ? ['the stack has a backend of its own, declared after the cluster; declare it before'] : []),
  });
}
