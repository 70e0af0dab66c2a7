/**
 * Whose counters a team goes on with: Envoy Gateway counts by the place of a limit, and each team has a place of its own
 * (constructs/serving/gateway/limits).
 */
import type { TeamRecord } from '../../api/keys';

export interface MovedCounters {
  /** What happens to a team that was there before. */
  readonly words: string;
  readonly note: string;
}

/** Of each team that has a limit for the month and begins at a place that was not its own. */
export function movedCounters(before: readonly TeamRecord[], after: readonly TeamRecord[]): ReadonlyMap<string, MovedCounters> {
  return new Map(after.flatMap((team, place) => {
    const former = before.findIndex(({ name }) => name === team.name);
    if (former === place) return [];
    const moved = movedFrom(before[former], team, before[place]);
    return moved ? [[team.name, moved] as const] : [];
  }));
}

function movedFrom(former: TeamRecord | undefined, team: TeamRecord, other: TeamRecord | undefined): MovedCounters | undefined {
  const hasUsed = former !== undefined && isCountedLike(team, former);
  const takes = other !== undefined && isCountedLike(team, other);
  if (takes) {
    const note = hasUsed
      ? `what it has used in these 30 days is forgotten: it goes on with the counters of team ${other.name}, whose place it takes; ${ORDER}`
      : `it begins with what team ${other.name} has used in these 30 days, for it takes the place of that team; ${ORDER}`;
    return { words: 'counts on from the counters of another team', note };
  }
  return hasUsed ? { words: 'begins again to count', note: `what it has used in these 30 days is forgotten: it begins again; ${ORDER}` } : undefined;
}

const ORDER = 'keep the order of the teams, and add new ones at the end';

/** Tokens and money of a team are counted apart. */
function isCountedLike(team: TeamRecord, other: TeamRecord): boolean {
  return (['tokensPerMonth', 'budget'] as const).some((limit) => team[limit] !== undefined && other[limit] !== undefined);
}
