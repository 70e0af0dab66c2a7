/** AWS as far as moto is it: a server on a port of this machine, and a stack as it can be applied there. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import type { Block, Stack } from './offline';
import { pluginsIn } from './plugins';
import type { Plugin } from './plugins';
import { terraformProgram } from './terraform';

/** Types that moto does not know, by version 5.2. */
const UNKNOWN_TO_MOTO = [
  'aws_autoscaling_group_tag', 'aws_ecr_pull_through_cache_rule', 'aws_ecr_repository_creation_template', 'aws_eks_access_entry',
  'aws_eks_access_policy_association', 'aws_eks_addon', 'aws_eks_pod_identity_association', 'aws_placement_group',
  'aws_s3_bucket_lifecycle_configuration',
];

/**
 * Arguments that it has no word of, and answers with an error of its own, as it does what is asked of a placement group. The provider takes
 * that for one that passes, and asks for half an hour.
 */
const UNKNOWN_ARGUMENTS: Readonly<Record<string, readonly string[]>> = { aws_launch_template: ['placement'] };

/**
 * Types of which moto does not keep all, so that a second plan wants what is there already: of a cluster `access_config`,
 * `upgrade_policy` and parts of `vpc_config`, of a launch template what is in its blocks. Node groups follow both.
 */
export const NOT_KEPT_BY_MOTO = ['aws_eks_cluster', 'aws_eks_node_group', 'aws_launch_template'];

const SERVICES = ['autoscaling', 'cloudwatch', 'ec2', 'ecr', 'eks', 'events', 'iam', 'kms', 'logs', 's3', 's3control', 'sqs', 'sts'];
/** The account of all stacks. */
const ACCOUNT = '111122223333';
const STARTS_WITHIN_MS = 60_000;

/** What an apply takes. */
export interface MotoPrograms {
  readonly terraform: string;
  readonly server: string;
  /** The folder of plugins. */
  readonly plugins: string;
  readonly aws: Plugin;
}

/** What is at hand: the server by MOTO_SERVER or on the PATH. `undefined` where something is not. */
export function motoPrograms(): MotoPrograms | undefined {
  const { MOTO_SERVER, PATH = '', TERRAFORM_PLUGIN_DIR: plugins } = process.env;
  const server = MOTO_SERVER ?? PATH.split(delimiter).map((folder) => join(folder, 'moto_server')).find(existsSync);
  const terraform = terraformProgram();
  const aws = pluginsIn(plugins ?? '').find(({ provider }) => provider === 'aws');
  return server && terraform && plugins && aws ? { terraform, server, plugins, aws } : undefined;
}

/** A server with nothing in it. */
export class Moto {
  public static async start(program: string): Promise<Moto> {
    const port = await freePort();
    const process = spawn(program, ['--host', '127.0.0.1', '--port', String(port)], {
      stdio: 'ignore', env: { PATH: '/usr/bin:/bin', MOTO_IAM_LOAD_MANAGED_POLICIES: 'true', MOTO_ACCOUNT_ID: ACCOUNT },
    });
    const moto = new Moto(process, `http://127.0.0.1:${port}`);
    await moto.answers();
    return moto;
  }

  private constructor(private readonly process: ChildProcess, private readonly url: string) {}

  /** A stack as it can be applied here, and destroyed again. */
  public stackFor(stack: Stack): Stack {
    return this.at(withoutUnknown(unprotected(stack)));
  }

  /** The stack, with this server as AWS. */
  public at(stack: Stack): Stack {
    const endpoints = Object.fromEntries(SERVICES.map((service) => [service, this.url]));
    const aws = (stack.provider.aws ?? []).map((block) => ({ ...block, endpoints: [endpoints], s3_use_path_style: true }));
    return { ...stack, provider: { ...stack.provider, aws } };
  }

  public async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await gone;
  }

  private async answers(): Promise<void> {
    const until = Date.now() + STARTS_WITHIN_MS;
    for (;;) {
      const ok = await fetch(`${this.url}/moto-api/`).then(({ status }) => status === 200, () => false);
      if (ok) return;
      if (Date.now() > until) throw new Error(`moto_server does not answer at ${this.url}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What is applied must be destroyed again. */
function unprotected(stack: Stack): Stack {
  return mapResources(stack, ({ lifecycle, deletion_protection: _, ...block }) => {
    const { prevent_destroy: __, ...kept } = (lifecycle ?? {}) as Block;
    return { ...block, ...(Object.keys(kept).length > 0 && { lifecycle: kept }) };
  });
}

function withoutUnknown({ data, output, ...stack }: Stack & { readonly data?: Block; readonly output?: Block }): Stack {
  const resource = Object.fromEntries(Object.entries(stack.resource).filter(([type]) => !UNKNOWN_TO_MOTO.includes(type)));
  const depends = (block: Block): Block => ('depends_on' in block ? { ...block, depends_on: (block.depends_on as string[]).filter(isKnownToMoto) } : block);
  const known = mapResources({ ...stack, resource }, depends);
  for (const [type, names] of Object.entries(UNKNOWN_ARGUMENTS)) {
    for (const block of Object.values(known.resource[type] ?? {})) for (const name of names) delete block[name];
  }
  return known;
}

/** Whether moto has the type of an address. */
export function isKnownToMoto(address: string): boolean {
  return !UNKNOWN_TO_MOTO.some((type) => address.startsWith(`${type}.`)) && !address.startsWith('data.');
}

function mapResources(stack: Stack, change: (block: Block) => Block): Stack {
  const resource = Object.fromEntries(Object.entries(stack.resource).map(([type, blocks]) => (
    [type, Object.fromEntries(Object.entries(blocks).map(([id, block]) => [id, change(block)]))]
  )));
  return { ...stack, resource };
}
