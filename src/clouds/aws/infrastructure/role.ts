import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import { arnProblem } from '../partition';
import { IamRole } from '../resources';

export interface RoleOptions {
  readonly location: AwsLocation;
  readonly nameOf: ClusterSpec['nameOf'];
  readonly name: string;
  /** Who may assume it. */
  readonly trust: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A role as all are that are made here: within the boundary of the account, by the name that a naming rule gives it. */
export function iamRole(scope: Construct, id: string, { location, nameOf, name, trust, tags }: RoleOptions): IamRole {
  const { permissionsBoundary, region } = location;
  const problem = arnProblem(permissionsBoundary ?? '', region);
  if (problem !== undefined) throw new Error(`permissionsBoundary ${problem}; give a policy of that partition`);
  return new IamRole(scope, id, {
    name: renamed({ nameOf }, 'aws_iam_role', name),
    assumeRolePolicy: trust,
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    tags: { ...tags },
  });
}
