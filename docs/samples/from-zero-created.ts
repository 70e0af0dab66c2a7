/** What a stack makes, as a table: each construct of a stack, and how many resources of which type are below it. */
import { TerraformElement, TerraformResource } from 'cdktf';
import type { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

export function created(stack: TerraformStack): string[][] {
  const rows = stack.node.children.map((construct) => [construct, typesBelow(construct)] as const).filter(([, types]) => types.length > 0);
  return [['Declared', 'Resources', 'Of these types'], ['---', '---', '---'], ...rows.map(([construct, types]) => [
    `\`${construct.constructor.name} ${construct.node.id}\``, String(types.reduce((sum, [, count]) => sum + count, 0)), types.map(shown).join(', '),
  ])];
}

/** Types of resources with their numbers, in the order in which they are written. */
function typesBelow(construct: IConstruct): [string, number][] {
  const counts = new Map<string, number>();
  for (const each of construct.node.findAll()) {
    if (!TerraformElement.isTerraformElement(each) || !TerraformResource.isTerraformResource(each)) continue;
    counts.set(each.terraformResourceType, (counts.get(each.terraformResourceType) ?? 0) + 1);
  }
  return [...counts];
}

function shown([type, count]: [string, number]): string {
  return count === 1 ? `\`${type}\`` : `${count} \`${type}\``;
}
