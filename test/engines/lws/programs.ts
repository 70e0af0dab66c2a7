/** The controller of LeaderWorkerSet, with its definitions and webhooks. */
import { buildEngines, cannotBuildEngines, findModules } from '../programs';
import type { EngineModule } from '../programs';

export interface LwsPrograms {
  /** The controller; its source is a package `cmd`. */
  readonly cmd: string;
  /** Files with its definitions, and with the configurations of its webhooks, YAML. */
  readonly definitions: readonly string[];
}

const MODULES: readonly EngineModule[] = [{
  name: 'lws',
  programs: ['cmd'],
  definitions: ['config/crd/bases', 'config/webhook'].map((directory) => ({ module: 'sigs.k8s.io/lws', directory })),
}];

/** The program, or undefined if it is not there. */
export function findLws(): LwsPrograms | undefined {
  return findModules(MODULES) as LwsPrograms | undefined;
}

/** Builds it; why that is not possible, or undefined. */
export function buildLws(say: (line: string) => void): string | undefined {
  const reason = cannotBuildEngines(MODULES);
  if (reason === undefined) buildEngines(say, MODULES);
  return reason;
}
