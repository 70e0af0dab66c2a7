/** The endpoint picker of the Gateway API Inference Extension, and the Envoy that asks it. */
import * as fs from 'node:fs';
import { envoyProgram } from '../gateway/programs';
import { buildEngines, cannotBuildEngines, findModules } from '../programs';
import type { EngineModule } from '../programs';

export interface PickerPrograms {
  readonly epp: string;
  readonly envoy: string;
  /** Files with the CustomResourceDefinitions, YAML. */
  readonly definitions: readonly string[];
}

const MODULES: readonly EngineModule[] = [{
  name: 'gateway-api-inference-extension',
  programs: ['epp'],
  definitions: [{ module: 'sigs.k8s.io/gateway-api-inference-extension', directory: 'config/crd/bases' }],
}];

/** The programs, or undefined if one of them is not there. Envoy is that of the gateway. */
export function findPicker(): PickerPrograms | undefined {
  const modules = findModules(MODULES);
  const envoy = envoyProgram();
  return modules && fs.existsSync(envoy) ? { ...modules, envoy } as unknown as PickerPrograms : undefined;
}

/** Builds the picker; why that is not possible, or undefined. */
export function buildPicker(say: (line: string) => void): string | undefined {
  const reason = cannotBuildEngines(MODULES);
  if (reason === undefined) buildEngines(say, MODULES);
  return reason;
}
