/** Teams, keys and tokens on a ModelGateway: what is in its objects, and what its synth says. */
import { TEAMS_ANNOTATION } from '../../../../src/api/keys';
import { local, objectsOf, server, synthErrors } from '../../fixtures';
import { allOf, gatewayOf, namesIn, specOf } from './fixtures';
import type { Offered } from './fixtures';

const PROVIDER = { issuer: 'https://acme.okta.com', audiences: ['models'], jwksUri: 'https://acme.okta.com/oauth2/v1/keys' };

function offered(day?: string): Offered {
  const all = gatewayOf({}, undefined, day);
  all.gateway.serve(server(all.team), { aliases: ['chat-sql'] });
  return all;
}

/** What is warned of while something is done. */
function warningsOf(act: () => unknown): unknown[] {
  const told = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    act();
    return told.mock.calls;
  } finally {
    told.mockRestore();
  }
}

describe('keys', () => {
  test('are asked for everywhere behind the Gateway, with the limits of the teams and their record', () => {
    const { gateway, chart } = offered();
    const team = gateway.addTeam('team-a', { models: ['chat', 'chat-sql'], tokensPerMonth: 50_000_000 });
    team.addKey('ci', { expires: '2027-01-31' });
    const [policy, ...others] = allOf(chart, 'SecurityPolicy');
    expect(others).toEqual([]);
    expect(policy?.metadata?.annotations).toEqual({
      [TEAMS_ANNOTATION]: '[{"name":"team-a","models":["chat","chat-sql"],"tokensPerMonth":50000000,'
        + '"keys":[{"id":"ci","secret":"keys-team-a","client":"team-a.ci","expires":"2027-01-31"}]}]',
    });
    const target = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'models' };
    expect(policy?.spec).toMatchObject({
      targetRefs: [target], apiKeyAuth: { credentialRefs: [{ name: 'keys-team-a' }] }, authorization: { defaultAction: 'Deny', rules: [{ name: 'team-a' }, { name: 'list models' }] },
    });
    expect(specOf(chart, 'BackendTrafficPolicy')).toMatchObject({
      targetRefs: [target], timeout: { tcp: { connectTimeout: '10s' }, http: { requestTimeout: '0s', streamIdleTimeout: '3600s' } }, retry: { numRetries: 3 },
      rateLimit: { global: { rules: [{ limit: { requests: 50_000_000, unit: 'Month' } }, { limit: { unit: 'Month' } }] } },
    });
    expect(namesIn(chart)).toContain('Secret model-gateway/keys-team-a');
    expect(synthErrors(chart)).toEqual(['no error']);
  });

  test('may be added after the gateway was written once: the objects stay the same ones', () => {
    const { gateway, chart } = offered();
    const before = namesIn(chart);
    gateway.addTeam('team-a', { models: ['chat'] }).addKey('ci', { expires: '2027-01-31' });
    expect(namesIn(chart).filter((name) => !name.startsWith('Secret '))).toEqual(before);
  });

  test('are never in a manifest: Secrets have no data', () => {
    const { gateway, chart } = offered();
    gateway.addTeam('team-a', { models: ['chat'] }).addKey('ci', { expires: '2027-01-31' });
    const secrets = objectsOf(chart).filter(({ kind }) => kind === 'Secret');
    expect(secrets).toHaveLength(1);
    expect(Object.keys(secrets[0] ?? {}).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'type']);
  });
});

describe('money', () => {
  test('is counted by the prices of the models', () => {
    const { gateway, chart } = offered();
    gateway.addTeam('team-a', { models: ['chat'], budget: 100 });
    gateway.addModelPrice('chat', { inputPerMillion: 0.2, outputPerMillion: 0.6 });
    expect(specOf(chart, 'GatewayConfig').globalLLMRequestCosts).toEqual([
      { metadataKey: 'llm_input_token', type: 'InputToken' }, { metadataKey: 'llm_output_token', type: 'OutputToken' },
      { metadataKey: 'llm_total_token', type: 'TotalToken' },
      { metadataKey: 'llm_cost_e6', type: 'CEL', cel: '((model in ["chat"] ? input_tokens * 200000u + output_tokens * 600000u : 0u) + 999999u) / 1000000u' },
    ]);
    expect(specOf(chart, 'BackendTrafficPolicy')).toMatchObject({
      rateLimit: { global: { rules: [{}, { limit: { requests: 100_000_000 }, cost: { response: { metadata: { key: 'llm_cost_e6' } } } }] } },
    });
  });
});

describe('tokens of identity providers', () => {
  test('are taken at a listener of their own, whose policy asks for no key', () => {
    const { gateway, chart } = offered();
    gateway.addTeam('team-a', { models: ['chat'] });
    gateway.addIdentityProvider('okta', PROVIDER);
    gateway.addIdentityProvider('entra', { ...PROVIDER, issuer: 'https://login.microsoftonline.com/acme/v2.0', jwksUri: 'https://login.microsoftonline.com/acme/keys' });
    expect(specOf(chart, 'Gateway').listeners).toMatchObject([{ name: 'http', port: 80 }, { name: 'tokens', port: 8080, protocol: 'HTTP' }]);
    const [keys, tokens] = allOf(chart, 'SecurityPolicy');
    expect(keys?.spec).not.toHaveProperty('jwt');
    expect(tokens?.metadata?.name).toBe('models-tokens');
    expect(tokens?.spec).toMatchObject({
      targetRefs: [{ kind: 'Gateway', name: 'models', sectionName: 'tokens' }],
      jwt: { providers: [{ name: 'okta', claimToHeaders: [{ claim: 'team', header: 'x-client-id' }] }, { name: 'entra' }] },
      authorization: { defaultAction: 'Deny', rules: [{ name: 'team-a' }, { name: 'list models' }] },
    });
    expect(tokens?.spec).not.toHaveProperty('apiKeyAuth');
  });

  test('come to the proxies, which fetch the keys of the provider', () => {
    const { gateway, chart } = offered();
    gateway.addIdentityProvider('okta', { ...PROVIDER, jwksUri: 'https://dex.auth.svc:5556/keys' });
    const policy = allOf(chart, 'NetworkPolicy').find(({ metadata }) => metadata?.name?.endsWith('-proxies'));
    expect(policy?.spec).toMatchObject({ ingress: [{ ports: [{ port: 10_080 }, { port: 8080 }] }] });
    expect((policy?.spec.egress as object[]).at(-1)).toMatchObject({
      to: [{ namespaceSelector: { matchExpressions: [{ values: ['auth'] }] } }], ports: [{ port: 5556, protocol: 'TCP' }],
    });
  });

  test('are not taken without a provider', () => {
    const { chart } = offered();
    expect(specOf(chart, 'Gateway').listeners).toHaveLength(1);
    const policy = allOf(chart, 'NetworkPolicy').find(({ metadata }) => metadata?.name?.endsWith('-proxies'));
    expect(policy?.spec).toMatchObject({ ingress: [{ ports: [{ port: 10_080 }] }] });
  });
});

describe('the synth', () => {
  test('fails for a key for a model that no route serves, and for one that has expired', () => {
    const { gateway, chart } = offered();
    const team = gateway.addTeam('team-a', { models: ['chatt'] });
    team.addKey('ci', { expires: '2026-11-26', models: ['chatt'] });
    expect(synthErrors(chart).map((line) => line.replace(/^\[.*?\] /, ''))).toEqual([
      'team team-a is for chatt, which no route serves; did you mean chat?',
      'key ci of team team-a is for chatt, which no route serves; did you mean chat?',
      'key ci of team team-a has expired, on 2026-11-26; run `substratus keys rotate team-a/ci` and give a later day, or take the key out of the code',
    ]);
  });

  test('warns of a key that expires within a week, once, and writes the same', () => {
    const { gateway, chart } = offered();
    gateway.addTeam('team-a', { models: ['chat'] }).addKey('ci', { expires: '2026-12-01' });
    gateway.addTeam('team-b', { models: ['chat'] }).addKey('ci', { expires: '2026-12-31' });
    expect(warningsOf(() => [objectsOf(chart), objectsOf(chart)])).toEqual([[
      '[gateway/models] key ci of team team-a expires on 2026-12-01, in 4 days; run `substratus keys rotate team-a/ci` and give a later day', { code: 'SUBSTRATUS' },
    ]]);
  });

  test('gives the same bytes, on any day', () => {
    const written = ['2026-11-27', '2026-12-30'].map((day) => {
      const { gateway, chart } = offered(day);
      gateway.addTeam('team-a', { models: ['chat'], requestsPerMinute: 60 }).addKey('ci', { expires: '2027-01-31' });
      return JSON.stringify(objectsOf(chart));
    });
    expect(written[0]).toBe(written[1]);
  });
});

test('a gateway of a local cluster has keys too', () => {
  const platform = local();
  platform.addEnvoyGateway();
  const { gateway, chart, team } = gatewayOf({}, platform);
  gateway.serve(server(team));
  gateway.addTeam('team-a', { models: [] }).addKey('ci', { expires: '2027-01-31' });
  expect(namesIn(chart)).toContain('Secret model-gateway/keys-team-a');
});
