/** What is known only after a deployment: read back from the file that `cdktf output --outputs-file` or `terraform output -json` writes. */
import * as fs from 'node:fs';
import type { IConstruct } from 'constructs';
import type { WorkspaceRole } from '../../api/platform';
import { versionOutput } from '../../clouds/version-output';

const OUTPUTS = Symbol.for('cdk-substratus.Outputs');

/** What the files hold, by their names; kept on the root of an App. */
type Root = IConstruct & { [OUTPUTS]?: Map<string, unknown> };

/** The outputs of all stacks, read once for an App, whose synth asks for them thousands of times; empty before the first deployment. */
export function outputsIn({ node }: IConstruct, file: string): unknown {
  const root = node.root as Root;
  const known = root[OUTPUTS] ?? new Map<string, unknown>();
  if (!root[OUTPUTS]) Object.defineProperty(root, OUTPUTS, { value: known });
  if (!known.has(file)) known.set(file, readOutputs(file));
  return known.get(file);
}

function readOutputs(file: string): unknown {
  if (!fs.existsSync(file)) return {};
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new Error(`${file} is not JSON (${String(error)}); write it with cdktf output --outputs-file ${file}`, { cause: error });
  }
}

/** Those of the stack of a construct, for stacks may have clusters of one name; all where the stack is not among them. */
export function outputsOf({ node }: IConstruct, outputs: unknown): unknown {
  if (typeof outputs !== 'object' || outputs === null) return undefined;
  const stack = node.scopes.map((scope) => scope.node.id).find((id) => id !== '' && id in outputs);
  return stack === undefined ? outputs : (outputs as Record<string, unknown>)[stack];
}

interface ClientIdOutput {
  readonly role: WorkspaceRole;
  /** Name of the output; `undefined` where the cloud has no client ids. */
  readonly output: string | undefined;
}

/** The client ids among the outputs. cdktf nests outputs by stack and construct, Terraform does not: they are looked for by name. */
export function lateClientIds(outputs: unknown, wanted: readonly ClientIdOutput[]): Partial<Record<WorkspaceRole, string>> {
  return Object.fromEntries(wanted.flatMap(({ role, output }) => {
    const value = output && find(outputs, output);
    return value ? [[role, value]] : [];
  }));
}

/** The version of Kubernetes that a cluster ran at the last deployment; `undefined` before the first one. */
export function deployedVersion(outputs: unknown, clusterName: string): string | undefined {
  return find(outputs, versionOutput(clusterName).name);
}

/** Terraform has the value of an output beside its type. */
function textOf(output: unknown): string | undefined {
  const value: unknown = typeof output === 'object' && output !== null && 'value' in output ? output.value : output;
  return typeof value === 'string' ? value : undefined;
}

function find(outputs: unknown, name: string): string | undefined {
  if (typeof outputs !== 'object' || outputs === null) return undefined;
  const own = textOf((outputs as Record<string, unknown>)[name]);
  if (own !== undefined) return own;
  for (const value of Object.values(outputs)) {
    const found = find(value, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
