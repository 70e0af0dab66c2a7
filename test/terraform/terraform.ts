/** Terraform or OpenTofu, run with nothing in the environment that could lead it to a cloud or to a registry. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Block, Stack } from './offline';

export interface Diagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail: string;
  readonly snippet?: { readonly context?: string };
}

const PLAN = ['-input=false', '-no-color', '-lock=false', '-out=plan'];

export interface Result {
  readonly status: number | null;
  readonly output: string;
}

/** The program to run, by TERRAFORM or on the PATH. */
export function terraformProgram(): string | undefined {
  const { TERRAFORM, PATH = '' } = process.env;
  if (TERRAFORM) return TERRAFORM;
  return ['terraform', 'tofu'].flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name))).find(existsSync);
}

export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly actions: readonly string[];
  /** Its arguments and attributes, as they will be known. */
  readonly after: Block;
}

interface StateFile {
  readonly serial: number;
  readonly resources: readonly {
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances: { attributes: Block }[];
  }[];
}

/** A folder with one stack in it. */
export class WorkingFolder {
  private readonly path = mkdtempSync(join(tmpdir(), 'terraform-'));

  constructor(private readonly program: string) {}

  public write(stack: Stack): void {
    writeFileSync(join(this.path, 'cdk.tf.json'), JSON.stringify(stack, undefined, 2));
  }

  public init(pluginFolder: string): Result {
    return this.run('init', '-backend=false', '-input=false', '-no-color', `-plugin-dir=${pluginFolder}`);
  }

  /** What is wrong with the stack. */
  public validate(): Diagnostic[] {
    const { diagnostics } = JSON.parse(this.run('validate', '-json').output) as { readonly diagnostics: Diagnostic[] };
    return diagnostics.filter(({ severity }) => severity === 'error');
  }

  public plan(): Result {
    return this.run('plan', ...PLAN);
  }

  /** A plan from the state alone, which asks no cloud whether it is so. */
  public planFromState(): Result {
    return this.run('plan', '-refresh=false', ...PLAN);
  }

  /** What the plan would do to each resource. What is looked up meanwhile is not one. */
  public changes(): string[][] {
    return this.plannedChanges().map(({ actions }) => [...actions]);
  }

  /** The same with the addresses, in their order. */
  public plannedChanges(): PlannedChange[] {
    const { resource_changes: changes = [] } = JSON.parse(this.run('show', '-json', 'plan').output) as { readonly resource_changes?: Block[] };
    return changes.filter(({ mode }) => mode === 'managed').map(({ address, type, change }) => {
      const { actions, after } = change as { readonly actions: string[]; readonly after?: Block };
      return { address: String(address), type: String(type), actions, after: after ?? {} };
    });
  }

  /** Does what was planned. */
  public apply(): Result {
    return this.run('apply', '-input=false', '-no-color', 'plan');
  }

  /** What the outputs that have text are. */
  public outputs(): Record<string, string> {
    const outputs = JSON.parse(this.run('output', '-json').output) as Record<string, { readonly value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).flatMap(([name, { value }]) => (typeof value === 'string' ? [[name, value]] : [])));
  }

  public destroy(): Result {
    return this.run('destroy', '-input=false', '-no-color', '-auto-approve');
  }

  /** Addresses of what is there. */
  public applied(): string[] {
    return this.run('state', 'list').output.split('\n').filter((address) => address !== '' && !address.startsWith('data.'));
  }

  /** Puts what is planned of resources into the state, as if it were there. */
  public putIntoState(changes: readonly PlannedChange[]): void {
    const path = join(this.path, 'terraform.tfstate');
    const state = JSON.parse(readFileSync(path, 'utf8')) as StateFile;
    for (const { mode, type, name, instances: [instance] } of state.resources) {
      const change = changes.find(({ address }) => mode === 'managed' && address === `${type}.${name}`);
      if (change && instance) instance.attributes = { ...instance.attributes, ...change.after };
    }
    writeFileSync(path, JSON.stringify({ ...state, serial: state.serial + 1 }));
  }

  public remove(): void {
    rmSync(this.path, { recursive: true });
  }

  private run(...args: string[]): Result {
    const { status, stdout, stderr, error } = spawnSync(this.program, args, {
      cwd: this.path,
      encoding: 'utf8',
      maxBuffer: 1e9,
      env: { PATH: process.env.PATH, HOME: this.path, TF_CLI_CONFIG_FILE: devNull, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' },
    });
    if (error) throw new Error(`${this.program} cannot be run (${error.message}); set TERRAFORM to terraform or tofu`);
    return { status, output: stdout + stderr };
  }
}
