/** Which disks the machines of AWS take. Pure. */
import type { DiskFacts } from '../cloud';

/**
 * Every machine takes volumes of every type. Those that are not built on Nitro know no io2 Block Express, though, and so no io2 volume
 * of more than 16 TiB. Of the machines with GPUs these are P2 and P3, without p3dn.
 *
 * https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html and
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html (2026-11)
 */
const NOT_NITRO = /^(c[34]|d2|f1|g[23]|h1|i[23]|m[34]|p[23]|r[34]|t[12]|x1e?)\./;
const LARGEST_WITHOUT_NITRO_GIB = 16 * 1024;

const EBS = ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'];

export const AWS_DISKS: DiskFacts = {
  /* That of EKS, and that of the add-ons. */
  byClass: { gp2: 'gp2', gp3: 'gp3' },
  isZonal: (type) => EBS.includes(type),
  refuses: ({ machineType }, { type, sizeGiB }) =>
    (type === 'io2' && sizeGiB > LARGEST_WITHOUT_NITRO_GIB && NOT_NITRO.test(machineType)
      ? 'it is not built on Nitro, and takes io2 up to 16 TiB' : undefined),
};
