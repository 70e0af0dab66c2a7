/** What was written of a node, as text. */
import { stringify } from 'yaml';
import { definedOnly } from '../api/defined';
import type { Resource } from '../api/resource';
import type { NodeSource } from './model';
import type { Block } from './stacks';

export function yamlSource(value: unknown): NodeSource {
  return { language: 'yaml', text: stringify(value, { lineWidth: 0 }) };
}

/** As people write it: what it is first. */
export function resourceSource({ apiVersion, kind, metadata, spec, ...rest }: Resource): NodeSource {
  return yamlSource({ apiVersion, kind, metadata, spec, ...rest });
}

/** Blocks of Terraform, without what cdktf notes for itself. */
export function terraformSource(blocks: readonly Block[]): NodeSource {
  const resource: Record<string, Record<string, unknown>> = {};
  for (const { address, type, args } of blocks) {
    resource[type] = { ...resource[type], [address.slice(type.length + 1)]: definedOnly({ ...args, '//': undefined }) };
  }
  return { language: 'json', text: `${JSON.stringify({ resource }, undefined, 2)}\n` };
}
