import type { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import type { Construct } from 'constructs';
import type { ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import { terraform } from '../../terraform-classes';
import { IamPolicy, IamRolePolicy, IamRolePolicyAttachment } from '../resources';
import { joinedName } from './names';
import { merged, policyDocument } from './policy';
import type { Statement } from './policy';

/** Characters, and numbers, at most. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (2026-11) */
const MOST = { inline: 10_240, managed: 6_144, attached: 10, name: 128 } as const;

/** The role, and how its rights are told apart from those of others. */
export interface RightsOptions {
  readonly role: IamRole;
  /** Its name before a naming rule. */
  readonly roleName: string;
  /** Part of construct ids. */
  readonly key: string;
  /** Whose rights they are, for errors. */
  readonly owner: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly nameOf: ClusterSpec['nameOf'];
}

/**
 * The rights of a role: a policy of its own for each as long as the role takes more, and then joined in policies beside it. Rights on
 * hundreds of folders differ in these alone, so that joined they say the rest once.
 */
export class RoleRights {
  private readonly names = new Set<string>();
  private readonly more: Statement[][] = [];
  private inline = 0;

  constructor(private readonly scope: Construct, private readonly options: RightsOptions) {}

  /** Gives rights under a name that no other rights of the role have. The same again changes nothing. */
  public allow(name: string, statements: readonly Statement[]): void {
    if (this.names.has(name)) return;
    this.names.add(name);
    const policy = policyDocument(...statements);
    if (this.inline + policy.length > MOST.inline) {
      this.join(statements);
      return;
    }
    this.inline += policy.length;
    const { key, role } = this.options;
    new IamRolePolicy(this.scope, `Rights-${key}-${name}`, { name, role: role.name, policy });
  }

  private join(statements: readonly Statement[]): void {
    const last = this.more.at(-1);
    if (last && joined([...last, ...statements]).length <= MOST.managed) last.push(...statements);
    else this.attach([...statements]);
  }

  private attach(statements: Statement[]): void {
    const { key, owner, role, roleName, tags, nameOf } = this.options;
    this.more.push(statements);
    const number = this.more.length;
    if (number > MOST.attached) {
      throw new Error(`ServiceAccount ${owner} has more rights than the policies of a role hold on AWS, ${MOST.inline} characters and ${MOST.attached} `
        + `times ${MOST.managed}; let it read fewer folders, or a whole bucket by grantRead with an empty prefix`);
    }
    const policy = new IamPolicy(this.scope, `MoreRights-${key}-${number}`, {
      name: renamed({ nameOf }, 'aws_iam_policy', joinedName([roleName, 'more', String(number)], MOST.name)),
      policy: terraform(role).Lazy.stringValue({ produce: () => joined(statements) }),
      tags: { ...tags },
    });
    new IamRolePolicyAttachment(this.scope, `MoreRightsOf-${key}-${number}`, { role: role.name, policyArn: policy.arn });
  }
}

function joined(statements: readonly Statement[]): string {
  return policyDocument(...merged(statements));
}
