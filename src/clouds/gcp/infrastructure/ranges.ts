/** Address ranges of the network of a cluster. */
import type { ClusterSpec } from '../../infrastructure';
import { overlap, parseExactRange } from '../../ip-range';
import type { IpRange } from '../../ip-range';

/** Names of the secondary ranges of the subnetwork. */
export const PODS_RANGE = 'pods';
export const SERVICES_RANGE = 'services';

const DEFAULTS = { cidr: '10.0.0.0/16', podCidr: '10.64.0.0/14', serviceCidr: '10.68.0.0/20' };
const USES = { cidr: 'nodes', podCidr: PODS_RANGE, serviceCidr: SERVICES_RANGE };

type Ranges = Readonly<Record<keyof typeof DEFAULTS, string>>;

interface NamedRange {
  readonly name: keyof Ranges;
  readonly text: string;
  readonly range: IpRange;
}

/** @throws if one is not a range, or two have addresses in common; of these the one that was chosen is named, not the default. */
export function rangesOf({ cidr, podCidr = DEFAULTS.podCidr, serviceCidr = DEFAULTS.serviceCidr }: ClusterSpec): Ranges {
  const ranges = { cidr, podCidr, serviceCidr };
  const named = Object.keys(DEFAULTS).map((name) => namedRange(name as keyof Ranges, ranges));
  for (const [index, one] of named.entries()) {
    const other = named.slice(index + 1).find(({ range }) => overlap(one.range, range));
    if (other) throw new Error(overlapProblem(one.text === DEFAULTS[one.name] ? [other, one] : [one, other]));
  }
  return ranges;
}

function namedRange(name: keyof Ranges, { [name]: text }: Ranges): NamedRange {
  const range = parseExactRange(text);
  if (!range) throw new Error(`${name} ${text} is not a range of addresses; give one that begins where it says, for example ${DEFAULTS[name]}`);
  return { name, text, range };
}

function overlapProblem([chosen, other]: readonly [NamedRange, NamedRange]): string {
  return `${chosen.name} ${chosen.text} overlaps ${other.text}, the range of the ${USES[other.name]}; give another, for example ${DEFAULTS[chosen.name]}`;
}
