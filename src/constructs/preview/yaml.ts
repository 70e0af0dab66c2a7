import { Yaml } from 'cdk8s';

/** An object as YAML. Copied first: what is shared between two places would be written as an anchor and an alias. */
export function yamlOf(object: unknown): string {
  return Yaml.stringify(JSON.parse(JSON.stringify(object)));
}
