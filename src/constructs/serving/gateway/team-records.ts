/** What is written beside a policy, so that a team and a key can be told from it. Pure. */
import type { KeyRecord, TeamRecord } from '../../../api/keys';
import type { KeySpec, TeamSpec } from './team-spec';

/** As the SecurityPolicy is annotated with it, for the command line and for a diff. */
export function teamRecords(teams: readonly TeamSpec[]): TeamRecord[] {
  return teams.map(({ keys, ...team }) => ({ ...team, keys: keys.map(keyRecord) }));
}

function keyRecord({ id, secretName: secret, secretKey: client, models, requestsPerMinute, expires }: KeySpec): KeyRecord {
  return { id, secret, client, ...(models && { models }), ...(requestsPerMinute !== undefined && { requestsPerMinute }), expires };
}
