/** What is wrong with what a gateway is given. */
import type { Construct } from 'constructs';
import { isDns1123Label } from '../../../api/names';
import { formatValue } from '../../checks/format-value';
import { ValidationError } from '../../checks/validation-error';
import { placeProblem } from './gateway-places';
import type { GatewayServeOptions, ModelGatewayProps } from './gateway-props';
import { GatewayRedis } from './gateway-redis';
import { GatewayTls } from './gateway-tls';

/** https://gateway-api.sigs.k8s.io/reference/spec/#hostname */
const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;
/** What is told in a header and in quotas: names as hubs have them, and those of adapters. */
const MODEL_NAME = /^[A-Za-z0-9][-A-Za-z0-9._:/@+]{0,127}$/;
const MAX_HOSTNAME = 253;

interface Given extends ModelGatewayProps {
  readonly name: string;
  readonly namespace: string;
}

/** @throws ValidationError */
export function checkGateway(scope: Construct, given: Given): void {
  const problem = nameProblem(given)
    ?? placeProblem(given.namespace, given.platform._spec)
    ?? tlsProblem(given)
    ?? valuesProblem(given)
    ?? annotationsProblem(given);
  if (problem) throw new ValidationError(scope, problem);
}

function nameProblem({ name, hostname }: Given): string | undefined {
  if (typeof name !== 'string' || !isDns1123Label(name)) {
    return `name is ${formatValue(name)}, which no Gateway can have; use lower-case letters, digits and - inside, 63 characters at most`;
  }
  if (hostname === undefined || (typeof hostname === 'string' && hostname.length <= MAX_HOSTNAME && HOSTNAME.test(hostname))) return undefined;
  return `hostname is ${formatValue(hostname)}; give a DNS name without scheme and port, such as models.example.com`;
}

function tlsProblem({ tls, internal = true, hostname }: Given): string | undefined {
  if (typeof internal !== 'boolean') return `internal is ${formatValue(internal)}; give true or false`;
  if (tls !== undefined && !(tls instanceof GatewayTls)) return `tls is ${formatValue(tls)}; give GatewayTls.secret(…) or GatewayTls.certManager(…)`;
  if (!tls && !internal) return 'internal is false but tls is not set, so that keys would cross the internet as they are; give tls, for example GatewayTls.certManager({ issuerName: \'letsencrypt\' })';
  if (tls?._spec.issuer && hostname === undefined) return 'tls is from cert-manager but hostname is not set, for which the certificate would be; give hostname';
  return undefined;
}

function valuesProblem({ redis, replicas }: Given): string | undefined {
  if (redis !== undefined && !(redis instanceof GatewayRedis)) return `redis is ${formatValue(redis)}; give GatewayRedis.managed() or GatewayRedis.url('host:port')`;
  if (replicas === undefined || (Number.isInteger(replicas) && replicas >= 1)) return undefined;
  return `replicas is ${formatValue(replicas)}; give a whole number, 1 or more`;
}

function annotationsProblem({ serviceAnnotations = {} }: Given): string | undefined {
  const isMap = typeof serviceAnnotations === 'object' && serviceAnnotations !== null && !Array.isArray(serviceAnnotations);
  const wrong = isMap && Object.entries(serviceAnnotations).find(([, value]) => typeof value !== 'string');
  if (isMap && !wrong) return undefined;
  const found = wrong ? `has ${wrong[0]}: ${formatValue(wrong[1])}` : `is ${formatValue(serviceAnnotations)}`;
  return `serviceAnnotations ${found}; give texts by the names of annotations`;
}

/** What is wrong with how a Server is offered; `undefined` if nothing is. */
export function serveProblem({ name, aliases = [], model, port }: GatewayServeOptions): string | undefined {
  if (!Array.isArray(aliases)) return `aliases is ${formatValue(aliases)}; give a list of names`;
  for (const [field, value] of [['name', name], ...aliases.map((alias) => ['aliases', alias] as const), ['model', model]] as const) {
    if (value !== undefined && !(typeof value === 'string' && MODEL_NAME.test(value))) {
      return `${field === 'aliases' ? 'an alias' : field} is ${formatValue(value)}; use letters, digits and . _ : / @ + - inside, 128 characters at most`;
    }
  }
  if (port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65535)) return undefined;
  return `port is ${formatValue(port)}; give a whole number from 1 to 65535`;
}
