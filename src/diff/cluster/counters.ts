/**
 * Whose counters a team goes on with: Envoy Gateway counts by the place of a limit, and each team has a place of its own
 * (constructs/serving/gateway/limits).
 */
import type { TeamRecord } from '../../api/keys';

/** A sentence for each team that stays, has a limit for the month, and has another place. */
export function movedCounters(before: readonly TeamRecord[], after: readonly TeamRecord[]): ReadonlyMap<string, string> {
  if (!before.some(isCounted)) return new Map();
  return new Map(after.flatMap((team, place) => {
    const former = before.findIndex(({ name }) => name === team.name);
    if (former === -1 || former === place || !isCounted(team)) return [];
    return [[team.name, `what it has used in these 30 days is forgotten: ${beginning(before[place])}; keep the order of the teams, and add new ones at the end`] as const];
  }));
}

function beginning(other: TeamRecord | undefined): string {
  return other && isCounted(other) ? `it goes on with the counters of team ${other.name}, whose place it takes` : 'it begins again';
}

function isCounted({ tokensPerMonth, budget }: TeamRecord): boolean {
  return tokensPerMonth !== undefined || budget !== undefined;
}
