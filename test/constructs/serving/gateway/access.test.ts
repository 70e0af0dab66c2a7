import { keyAccess, tokenAccess } from '../../../../src/constructs/serving/gateway/access';
import type { KeySpec, TeamSpec } from '../../../../src/constructs/serving/gateway/team-spec';

function key(owner: string, id: string, more: Partial<KeySpec> = {}): KeySpec {
  return { id, secretName: `keys-${owner}`, secretKey: `${owner}.${id}`, expires: '2027-01-31', ...more };
}

function team(name: string, more: Partial<TeamSpec> = {}): TeamSpec {
  return { name, models: ['chat', 'chat-sql'], keys: [key(name, 'ci')], ...more };
}

describe('by keys', () => {
  test('the whole policy: keys by reference, models by team, and the list of models for every client', () => {
    const teams = [
      team('team-b', { models: ['embed'] }),
      team('team-a', { keys: [key('team-a', 'ci'), key('team-a', 'web', { models: ['chat'] }), key('team-a', 'jobs')] }),
    ];
    expect(keyAccess(teams)).toEqual({
      apiKeyAuth: {
        credentialRefs: [{ name: 'keys-team-b' }, { name: 'keys-team-a' }],
        extractFrom: [{ headers: ['Authorization'] }],
        forwardClientIDHeader: 'x-client-id',
        sanitize: true,
      },
      authorization: {
        defaultAction: 'Deny',
        rules: [
          {
            name: 'team-b', action: 'Allow',
            principal: { headers: [{ name: 'x-client-id', values: ['team-b.ci', 'team-b.ci.2'] }, { name: 'x-ai-eg-model', values: ['embed'] }] },
          },
          {
            name: 'team-a', action: 'Allow',
            principal: {
              headers: [
                { name: 'x-client-id', values: ['team-a.ci', 'team-a.ci.2', 'team-a.jobs', 'team-a.jobs.2'] },
                { name: 'x-ai-eg-model', values: ['chat', 'chat-sql'] },
              ],
            },
          },
          {
            name: 'team-a.web', action: 'Allow',
            principal: { headers: [{ name: 'x-client-id', values: ['team-a.web', 'team-a.web.2'] }, { name: 'x-ai-eg-model', values: ['chat'] }] },
          },
          {
            name: 'list models', action: 'Allow', operation: { methods: ['GET'] },
            principal: {
              headers: [{
                name: 'x-client-id',
                values: ['team-b.ci', 'team-b.ci.2', 'team-a.ci', 'team-a.ci.2', 'team-a.jobs', 'team-a.jobs.2', 'team-a.web', 'team-a.web.2'],
              }],
            },
          },
        ],
      },
    });
  });

  test('nobody is let in while there are no keys', () => {
    expect(keyAccess([])).toEqual({ authorization: { defaultAction: 'Deny' } });
    expect(keyAccess([team('team-a', { keys: [] })])).toEqual({ authorization: { defaultAction: 'Deny' } });
  });

  test('a team without models may use none', () => {
    expect(keyAccess([team('team-a', { models: [] })]).authorization.rules?.map(({ name }) => name)).toEqual(['list models']);
  });

  test('a Secret of several keys is named once, and its namespace only where it is another one', () => {
    const keys = [key('team-a', 'ci'), key('team-a', 'web'), key('team-a', 'far', { namespace: 'vault' }), key('team-a', 'near', { secretName: 'near' })];
    expect(keyAccess([team('team-a', { keys })]).apiKeyAuth?.credentialRefs)
      .toEqual([{ name: 'keys-team-a' }, { name: 'keys-team-a', namespace: 'vault' }, { name: 'near' }]);
  });

  test('what is more than a rule takes goes into several, each with a name of its own', () => {
    const keys = Array.from({ length: 200 }, (_, index) => key('team-a', `k${index}`));
    const models = Array.from({ length: 300 }, (_, index) => `m${index}`);
    const rules = keyAccess([team('team-a', { keys, models })]).authorization.rules ?? [];
    expect(rules.map(({ name }) => name)).toEqual(['team-a', 'team-a/2', 'team-a/3', 'team-a/4', 'list models', 'list models/2']);
    expect(Math.max(...rules.flatMap(({ principal }) => principal.headers.map(({ values }) => values.length)))).toBe(256);
    const pairs = rules.slice(0, 4).map(({ principal }) => principal.headers.map(({ values }) => values.length));
    expect(pairs).toEqual([[256, 256], [256, 44], [144, 256], [144, 44]]);
  });
});

describe('by tokens', () => {
  test('the whole policy: the claim is the client, and its value the name of the team', () => {
    const provider = { name: 'okta', issuer: 'https://acme.okta.com', audiences: ['models'], jwksUri: 'https://acme.okta.com/keys', teamClaim: 'team' };
    expect(tokenAccess([team('team-a')], [provider])).toEqual({
      jwt: {
        providers: [{
          name: 'okta', issuer: 'https://acme.okta.com', audiences: ['models'], remoteJWKS: { uri: 'https://acme.okta.com/keys' },
          claimToHeaders: [{ claim: 'team', header: 'x-client-id' }], recomputeRoute: true,
        }],
      },
      authorization: {
        defaultAction: 'Deny',
        rules: [
          {
            name: 'team-a', action: 'Allow',
            principal: { headers: [{ name: 'x-client-id', values: ['team-a'] }, { name: 'x-ai-eg-model', values: ['chat', 'chat-sql'] }] },
          },
          { name: 'list models', action: 'Allow', operation: { methods: ['GET'] }, principal: { headers: [{ name: 'x-client-id', values: ['team-a'] }] } },
        ],
      },
    });
  });
});

test('the same teams give the same bytes', () => {
  const teams = [team('b'), team('a', { keys: [key('a', 'z'), key('a', 'y', { models: ['chat'] })] })];
  expect(JSON.stringify(keyAccess(teams))).toBe(JSON.stringify(keyAccess(structuredClone(teams))));
});
