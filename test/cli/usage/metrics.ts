/** Metrics as Envoy AI Gateway 1.0 exposes them, for a Prometheus to read. */

export interface Counted {
  readonly client?: string;
  readonly model: string;
  readonly upstream?: string;
  readonly type: 'input' | 'output' | 'cached_input' | 'reasoning';
  readonly tokens: number;
  readonly requests: number;
}

/** The text that is scraped. */
export function metricsText(all: readonly Counted[]): string {
  const lines = all.flatMap(({ client, model, upstream = model, type, tokens, requests }) => {
    const labels = [
      ...client === undefined ? [] : [`client_id="${client}"`], 'gen_ai_operation_name="chat"', `gen_ai_original_model="${model}"`, 'gen_ai_provider_name="openai"',
      `gen_ai_request_model="${upstream}"`, `gen_ai_token_type="${type}"`, 'otel_scope_name="envoyproxy/ai-gateway"',
    ].join(',');
    return [
      `gen_ai_client_token_usage_bucket{${labels},le="+Inf"} ${requests}`, `gen_ai_client_token_usage_sum{${labels}} ${tokens}`,
      `gen_ai_client_token_usage_count{${labels}} ${requests}`,
    ];
  });
  return ['# TYPE gen_ai_client_token_usage histogram', ...lines, ''].join('\n');
}
