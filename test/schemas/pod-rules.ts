import { containerErrors } from './container-rules';
import { fields, list, repeated, text, texts } from './fields';
import { isDnsLabel } from './formats';
import { labelAndAnnotationErrors, labelErrors } from './metadata-rules';

/** What is wrong with a pod template, beyond its schema. `claims` are the names of volumes that come from elsewhere. */
export function podTemplateErrors(template: unknown, at: string, claims: readonly string[] = []): string[] {
  const { metadata, spec } = fields(template);
  return [...labelAndAnnotationErrors(metadata, `${at}.metadata`), ...podErrors(spec, `${at}.spec`, claims)];
}

function podErrors(spec: unknown, at: string, claims: readonly string[]): string[] {
  const { containers, initContainers, nodeSelector, volumes } = fields(spec);
  const all = [...list(initContainers), ...list(containers)];
  const volumeNames = [...texts(list(volumes), 'name'), ...claims];
  const problems = (container: unknown, path: string) => containerErrors(container, path, volumeNames);
  return [
    ...list(containers).length === 0 ? [`${at}.containers is empty`] : [],
    ...repeated(texts(all, 'name')).map((name) => `${at} has more than one container ${name}`),
    ...list(initContainers).flatMap((container, index) => problems(container, `${at}.initContainers[${index}]`)),
    ...list(containers).flatMap((container, index) => problems(container, `${at}.containers[${index}]`)),
    ...labelErrors(nodeSelector, `${at}.nodeSelector`),
    ...volumeErrors(volumes, `${at}.volumes`),
    ...tolerationErrors(spec, `${at}.tolerations`),
  ];
}

function volumeErrors(volumes: unknown, at: string): string[] {
  return [
    ...repeated(texts(list(volumes), 'name')).map((name) => `${at} has more than one ${name}`),
    ...list(volumes).flatMap(({ name, ...sources }, index) => [
      ...isDnsLabel(text(name) ?? '') ? [] : [`${at}[${index}].name is ${JSON.stringify(name)} but must be a DNS-1123 label`],
      ...Object.keys(sources).length === 1 ? [] : [`${at}[${index}] must have one source but has ${Object.keys(sources).join(', ') || 'none'}`],
    ]),
  ];
}

function tolerationErrors(spec: unknown, at: string): string[] {
  return list(fields(spec).tolerations).flatMap(({ key, operator, value, effect, tolerationSeconds }, index) => [
    ...operator === 'Exists' && (value ?? '') !== '' ? [`${at}[${index}].value is set but the operator is Exists`] : [],
    ...key === undefined && operator !== 'Exists' ? [`${at}[${index}].operator must be Exists where no key is set`] : [],
    ...tolerationSeconds !== undefined && effect !== 'NoExecute' ? [`${at}[${index}].tolerationSeconds is only for the effect NoExecute`] : [],
  ]);
}
