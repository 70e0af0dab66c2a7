import { KINDS_OF_ROLE, RUNTIMES } from '../../src/runtimes';
import type { Param, Runtime } from '../../src/runtimes';

function defaultOf(param: Param): string {
  if (param.required) return 'required';
  const { default: preset } = param;
  return preset === undefined || preset === '' ? 'not set' : `\`${String(preset)}\``;
}

/** What it decides, and the texts that it may be, as far as they are few. */
function meaningOf(param: Param): string {
  const values = param.type === 'text' ? (param.values ?? []).filter((each) => each !== '') : [];
  return values.length === 0 ? param.description : `${param.description} One of ${values.map((each) => `\`${each}\``).join(', ')}.`;
}

/** Programs with the same params share their rows. Those of a Dataset include those of a Model. */
function rowsOf(runtimes: readonly Runtime[]): string[][] {
  const rows = new Map<string, string[]>();
  for (const { name, role, params } of runtimes) {
    const kind = KINDS_OF_ROLE[role].at(-1) ?? 'Model';
    for (const [key, param] of Object.entries(params(kind))) {
      const cells = [`\`${key}\``, param.type, defaultOf(param), meaningOf(param)];
      const id = JSON.stringify([role, ...cells]);
      const [names = ''] = rows.get(id) ?? [];
      rows.set(id, [names === '' ? `\`${name}\`` : `${names}, \`${name}\``, ...cells]);
    }
  }
  return [...rows.values()];
}

/** All params of all programs. */
export const table = [['Program', 'Param', 'Type', 'Default', 'What it decides'], ['---', '---', '---', '---', '---'], ...rowsOf(RUNTIMES)];
