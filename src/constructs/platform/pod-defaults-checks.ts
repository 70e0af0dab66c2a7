/** What is said of rules for every pod. A platform is not a construct, so that errors begin with no path. */
import type { Schema } from '../../api/crd-parts';
import { SPEC_SCHEMAS } from '../../api/crd-schema';
import { credentialIn } from '../../api/credentials';
import { isEnvName } from '../../api/names';
import type { PodDefaultsSpec } from '../../api/platform';
import { API_GROUP } from '../../api/resource';
import type { PodSpec } from '../../api/resource';
import { parseEnvValue } from '../../api/secret-expression';
import { overlayConflict } from '../../expand';
import { formatValue } from '../checks/format-value';
import { optionsProblem } from '../checks/known-props';
import { podFieldsProblem } from '../checks/pod-fields';
import { schemaProblem } from '../checks/schema-check';
import { limitsSpec } from './limits';
import { CA_BUNDLE_PROPS, POD_DEFAULTS_PROPS } from './pod-defaults';
import type { PodDefaults } from './pod-defaults';

const FIELD = 'podDefaults';
const NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
/** Of Google Cloud, of the GPU operator of NVIDIA and of Azure. */
const GPU_LABELS = /^(cloud\.google\.com\/gke-(accelerator|gpu-)|nvidia\.com\/gpu|kubernetes\.azure\.com\/accelerator)/;
const PROXY = /^(all|https?|no)_proxy$/i;
/** A user and a password before the host. */
const CREDENTIALS = /^[^/]*\/\/[^/]*:[^/]*@/;

const { pod: POD, env: ENV } = SPEC_SCHEMAS.Dataset.properties ?? {};

/** As far as it is that of the fields of the same name of `pod`, and of `env`. */
const SCHEMA: Schema = {
  properties: { ...POD?.properties, ...(ENV && { env: ENV }), imagePullSecrets: { type: 'array', maxItems: 16, items: { type: 'string' } } },
};

/** The rules as the wire has them. @throws Error if they cannot be. */
export function podDefaultsSpec(options: PodDefaults): PodDefaultsSpec {
  const problem = optionsProblem(FIELD, options, POD_DEFAULTS_PROPS)
    ?? schemaProblem(FIELD, options, SCHEMA)
    ?? podFieldsProblem(FIELD, options)
    ?? gpuNodesProblem(options)
    ?? mapsProblem(options)
    ?? pullSecretsProblem(options)
    ?? envProblem(options)
    ?? credentialsProblem(options)
    ?? caBundleProblem(options);
  if (problem) throw new Error(problem);
  const { limits, tolerations, ...others } = options;
  return {
    ...others,
    ...(tolerations && { tolerations: tolerations as PodDefaultsSpec['tolerations'] }),
    ...(limits && { limits: limitsSpec(`${FIELD}.limits`, limits) }),
  };
}

function mapsProblem({ labels, annotations }: PodDefaults): string | undefined {
  const overlay: PodSpec = { ...(labels && { labels }), ...(annotations && { annotations }) };
  return overlayConflict({}, overlay)?.replace(/^pod\./, `${FIELD}.`);
}

/** They would send every pod, helpers too, to nodes with GPUs, whose taint only pods with that GPU tolerate. */
function gpuNodesProblem({ nodeSelector = {} }: PodDefaults): string | undefined {
  const key = Object.keys(nodeSelector).find((each) => each.startsWith(`${API_GROUP}/`) || GPU_LABELS.test(each));
  return key && `${FIELD}.nodeSelector has ${key}, a label of nodes with GPUs, where most pods cannot run; leave it out, and set resources.gpu of what needs one`;
}

/** They are in every pod, and in a ConfigMap. */
function credentialsProblem({ env = {} }: PodDefaults): string | undefined {
  for (const [name, value] of Object.entries(env)) {
    const found = credentialIn(value);
    if (found) return `${FIELD}.env.${name} looks like ${found}, in plain text; put it in a Secret and write \${{ secrets.<name>.<key> }}`;
  }
  return undefined;
}

function pullSecretsProblem({ imagePullSecrets = [] }: PodDefaults): string | undefined {
  const wrong = imagePullSecrets.find((name) => !NAME.test(name));
  return wrong === undefined ? undefined : `${FIELD}.imagePullSecrets has ${formatValue(wrong)}, which is not a name of a Secret; give names alone`;
}

function envProblem({ env = {} }: PodDefaults): string | undefined {
  for (const [name, value] of Object.entries(env)) {
    if (!isEnvName(name)) return `${FIELD}.env ${name} is not a name of an environment variable; use letters, digits and _, not first a digit`;
    const parsed = parseEnvValue(value);
    if (parsed.type === 'malformed') return `${FIELD}.env ${name} ${parsed.reason}`;
    if (PROXY.test(name) && parsed.type === 'literal' && CREDENTIALS.test(value)) {
      return `${FIELD}.env ${name} holds a password in plain text; put the URL in a Secret of each namespace and write \${{ secrets.<name>.<key> }}`;
    }
  }
  const twice = Object.keys(env).find((name) => PROXY.test(name) && name !== name.toUpperCase() && env[name.toUpperCase()] !== undefined);
  return twice && `${FIELD}.env has ${twice} and ${twice.toUpperCase()}; give one, which is written in both cases`;
}

function caBundleProblem({ caBundle }: PodDefaults): string | undefined {
  if (caBundle === undefined) return undefined;
  const field = `${FIELD}.caBundle`;
  const unknown = optionsProblem(field, caBundle, CA_BUNDLE_PROPS);
  if (unknown) return unknown;
  const { configMapName, key = 'ca.crt' } = caBundle;
  if (typeof configMapName !== 'string' || !NAME.test(configMapName)) {
    return `${field}.configMapName is ${formatValue(configMapName)}; give the name of a ConfigMap that each namespace has`;
  }
  return typeof key === 'string' && KEY.test(key) ? undefined : `${field}.key is ${formatValue(key)}; give a key of the ConfigMap, for example 'ca.crt'`;
}
