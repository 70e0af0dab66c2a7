import { Construct } from 'constructs';
import type { Secret } from 'kubernetes-types/core/v1';
import { clientOf, TEAM_LABEL } from '../../../api/keys';
import { PART_OF } from '../../../api/labels';
import { ValidationError } from '../../checks/validation-error';
import { addDeferredObjects } from '../../objects/deferred-objects';
import { keyProblem, secretOf, takenProblem } from './team-checks';
import type { GatewayKey, GatewayKeyOptions, GatewayTeamOptions } from './team-props';
import type { KeySpec, TeamSpec } from './team-spec';

/** What a team is made of. @internal */
export interface TeamInput {
  readonly name: string;
  readonly options: GatewayTeamOptions;
  /** Of the gateway. */
  readonly namespace: string;
}

/** Who shares models and quotas, with keys of its own. `addTeam` of a gateway makes it. */
export class GatewayTeam extends Construct {
  /** What is checked already. @internal */
  public static _of(gateway: Construct, input: TeamInput): GatewayTeam {
    return new GatewayTeam(gateway, input.name, input);
  }

  /** Name of the team. */
  public readonly teamName: string;

  private readonly keys: KeySpec[] = [];
  private hasSecret = false;

  private constructor(scope: Construct, id: string, private readonly input: TeamInput) {
    super(scope, id);
    this.teamName = input.name;
  }

  /**
   * Gives the team a key, by reference: the key itself is made by `substratus keys create`, or comes from where the Secrets of the cluster
   * come from. It works from when it is in the Secret and the gateway is applied.
   */
  public addKey(id: string, options: GatewayKeyOptions): GatewayKey {
    const { teamName: name } = this;
    const problem = keyProblem(id, options, this._spec);
    if (problem) throw new ValidationError(this, problem);
    const { secret, models, requestsPerMinute, expires } = options;
    const key: KeySpec = {
      id,
      secretName: secret?.name ?? secretOf(name),
      secretKey: secret?.key ?? clientOf(name, id),
      ...(models && { models: [...models] }),
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
      expires,
    };
    const taken = takenProblem(key, this._spec);
    if (taken) throw new ValidationError(this, taken);
    this.keys.push(key);
    if (key.secretName === secretOf(name)) this.addSecret(key.secretName);
    return { clientId: key.secretKey, secretName: key.secretName, secretKey: key.secretKey };
  }

  /** With the keys so far. @internal */
  public get _spec(): TeamSpec {
    const { name, options: { models, tokensPerMonth, requestsPerMinute, budget } } = this.input;
    return {
      name,
      models: [...models],
      ...(tokensPerMonth !== undefined && { tokensPerMonth }),
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
      ...(budget !== undefined && { budget }),
      keys: [...this.keys],
    };
  }

  /**
   * Written empty, for a Secret that is not there has Envoy Gateway turn away everybody. What is put into it stays there when the manifests
   * are applied again, for they say nothing of its data.
   */
  private addSecret(name: string): void {
    if (this.hasSecret) return;
    this.hasSecret = true;
    const { namespace } = this.input;
    const labels = { ...PART_OF, [TEAM_LABEL]: this.teamName };
    const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels }, type: 'Opaque' };
    addDeferredObjects(this, () => [secret]);
  }
}
