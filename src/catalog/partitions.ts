/**
 * Clouds of their own that are not supported, whose services have other names, endpoints and accounts, by the regions and hosts that are in
 * them. Those of AWS that are supported are in clouds/aws/partition.ts.
 *
 * AWS partitions: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html; Azure:
 * https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure and
 * https://learn.microsoft.com/azure/china/resources-developer-guide; Google: https://cloud.google.com/s3ns (regions `u-…`, another universe).
 * By memory (2026-11).
 */
interface Partition {
  readonly pattern: RegExp;
  readonly title: string;
  /** What to take instead. */
  readonly use: string;
}

const AWS = 'a region of AWS, AWS GovCloud (US) or AWS China';
const AZURE = 'a location of the global Azure';

const PARTITIONS: Readonly<Record<string, readonly Partition[]>> = {
  aws: [
    { pattern: /^(us|eu)-iso[a-z]*-/, title: 'an isolated AWS', use: AWS },
    { pattern: /^eusc-/, title: 'the AWS European Sovereign Cloud', use: AWS },
  ],
  azure: [
    { pattern: /^china|\.azurecr\.cn$/, title: 'Azure China', use: AZURE },
    { pattern: /^us(gov|dod|nat|sec)|\.azurecr\.us$/, title: 'Azure Government', use: AZURE },
    { pattern: /^(bleu|delos)/, title: 'a sovereign Azure of a partner', use: AZURE },
  ],
  gcp: [{ pattern: /^u-/, title: 'a sovereign cloud of a partner of Google', use: 'a region of Google Cloud itself' }],
};

/** Why a place of a cloud, a region or the host of a registry, is not supported; `undefined` if it is. */
export function partitionProblem(cloud: string, place: string): string | undefined {
  const partition = PARTITIONS[cloud]?.find(({ pattern }) => pattern.test(place));
  return partition && `${place} is of ${partition.title}, which has other endpoints and names of services and is not supported; use ${partition.use}`;
}
