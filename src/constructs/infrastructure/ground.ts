/** What a company gives a cluster to stand on: its network, ranges, keys and names. */
import type { Construct } from 'constructs';
import type { CloudInfrastructure, ClusterSpec, NameRules } from '../../clouds/infrastructure';
import { overlap, parseExactRange, parseRange } from '../../clouds/ip-range';
import { formatValue } from '../checks/format-value';
import { checkTokens } from '../checks/guard';
import { asValidation, ValidationError } from '../checks/validation-error';
import type { ClusterProps, IResourceNaming } from './cluster-props';

type Ground = Pick<ClusterSpec, 'network' | 'podCidr' | 'serviceCidr' | 'outboundInternet' | 'flowLogs' | 'encryptionKey' | 'nameOf'>;

const GROUND = ['network', 'podCidr', 'serviceCidr', 'outboundInternet', 'flowLogs', 'encryptionKey', 'naming'] as const;
/** What a network that exists has already. */
const OF_ITS_OWNER = ['cidr', 'outboundInternet', 'flowLogs'] as const;

/** What a cloud takes of it; what it does not take is refused, and never ignored. */
interface Taking extends Pick<CloudInfrastructure, 'takesGround' | 'nameRules'> {
  readonly title: string;
}

/** @throws if the cloud does not take it, or a range is not one, overlaps another, or belongs to the owner of the network. */
export function groundSpec(scope: Construct, props: ClusterProps, taking: Taking): Ground {
  const { network, podCidr, serviceCidr, outboundInternet, flowLogs, encryptionKey, naming } = props;
  checkTokens(scope, { podCidr, serviceCidr, encryptionKey });
  const problem = takenProblem(props, taking) ?? ownerProblem(props) ?? rangesProblem(props);
  if (problem) throw new ValidationError(scope, problem);
  return {
    ...(network && { network: asValidation(scope, () => network._specFor(props.cloud.name)) }),
    ...(podCidr !== undefined && { podCidr }),
    ...(serviceCidr !== undefined && { serviceCidr }),
    ...(outboundInternet !== undefined && { outboundInternet }),
    ...(flowLogs !== undefined && { flowLogs }),
    ...(encryptionKey !== undefined && { encryptionKey }),
    ...(naming && { nameOf: namesBy(scope, naming, taking.nameRules) }),
  };
}

/** Of a resource that the cloud has no rule for. */
const NAME: NameRules[string] = {
  pattern: /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/, words: 'a letter, and up to 62 letters, digits, hyphens, dots and underscores after it',
};

/**
 * Each name once for a type: two resources of one name would be one on the cloud, and clouds tell few names apart by upper and lower case.
 * One that is left as it is has been taken without a rule.
 */
function namesBy(scope: Construct, naming: IResourceNaming, rules: NameRules = {}): NonNullable<ClusterSpec['nameOf']> {
  const proposedBy = new Map<string, string>();
  return (resourceType, proposed) => {
    const name: unknown = naming.nameOf(resourceType, proposed);
    const rule = `naming calls ${resourceType} ${proposed}`;
    const { pattern, words } = rules[resourceType] ?? NAME;
    if (typeof name !== 'string' || (name !== proposed && !pattern.test(name))) throw new ValidationError(scope, `${rule} ${formatValue(name)}; give ${words}`);
    const key = `${resourceType} ${name.toLowerCase()}`;
    const other = proposedBy.get(key) ?? proposed;
    if (other !== proposed) throw new ValidationError(scope, `${rule} ${name}, as it calls ${other}; give each a name of its own`);
    proposedBy.set(key, proposed);
    return name;
  };
}

function takenProblem(props: ClusterProps, { title, takesGround = [] }: Taking): string | undefined {
  const other = GROUND.find((name) => props[name] !== undefined && !takesGround.includes(name));
  return other && `${other} is said, which ${title} does not take; leave it out`;
}

function ownerProblem(props: ClusterProps): string | undefined {
  const said = props.network && OF_ITS_OWNER.find((name) => props[name] !== undefined);
  return said && `${said} is ${formatValue(props[said])}, but the network exists, and says so itself; leave ${said} out`;
}

function rangesProblem({ cidr, podCidr, serviceCidr, allowedCidrs = [] }: ClusterProps): string | undefined {
  const stray = allowedCidrs.find((allowed) => !parseRange(allowed));
  if (stray !== undefined) return `allowedCidrs has ${formatValue(stray)}; give ranges of IPv4, such as 203.0.113.0/24, or 203.0.113.7/32 for one address`;
  const said = Object.entries({ cidr, podCidr, serviceCidr }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const ranges = said.map(([name, text]) => ({ name, text, range: parseExactRange(text) }));
  const wrong = ranges.find(({ name, range }) => range === undefined && name !== 'cidr');
  if (wrong) return `${wrong.name} is ${formatValue(wrong.text)}; give a range that begins where it says, such as 10.0.0.0/16`;
  for (const [index, one] of ranges.entries()) {
    const other = ranges.slice(index + 1).find(({ range }) => range && one.range && overlap(one.range, range));
    if (other) return `${one.name} ${one.text} and ${other.name} ${other.text} overlap; give ranges that have no address in common`;
  }
  return undefined;
}
