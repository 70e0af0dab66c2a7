/** Karpenter's scheduler, as a program that is given pods, NodePools and machines. */
import { spawnSync } from 'node:child_process';
import type { Pod } from 'kubernetes-types/core/v1';
import { buildEngines, cannotBuildEngines, findModules } from '../programs';
import type { EngineModule } from '../programs';

const MODULES: readonly EngineModule[] = [{ name: 'karpenter', programs: ['karpenter'], sources: ['main.go'], definitions: [] }];

/** A machine type, as the provider of a cloud tells of it. */
export interface Machine {
  readonly name: string;
  readonly arch: string;
  readonly capacity: Readonly<Record<string, string>>;
  readonly offerings: readonly Offering[];
}

interface Offering {
  readonly zone: string;
  readonly capacityType: string;
  readonly price: number;
  readonly available: boolean;
}

/** Where a pod would be: a NodePool, the machines that are left, and what is obtained; or why nowhere. */
export interface Outcome {
  readonly nodePool?: string;
  readonly machines?: readonly string[];
  readonly capacityType?: string;
  readonly error?: string;
}

/** The program, or undefined if it is not there. */
export function findScheduler(): string | undefined {
  return findModules(MODULES)?.karpenter as string | undefined;
}

/** Builds it; why that is not possible, or undefined. */
export function buildScheduler(say: (line: string) => void): string | undefined {
  const reason = cannotBuildEngines(MODULES);
  if (reason === undefined) buildEngines(say, MODULES);
  return reason;
}

/** By the names of the pods. */
export function schedule(
  program: string, asked: { readonly nodePools: readonly unknown[]; readonly pods: readonly Pod[]; readonly machines: readonly Machine[] },
): Readonly<Record<string, Outcome>> {
  const { status, stdout, stderr } = spawnSync(program, { input: JSON.stringify(asked), encoding: 'utf8' });
  if (status !== 0) throw new Error(`the scheduler failed: ${stderr}`);
  return JSON.parse(stdout) as Record<string, Outcome>;
}
