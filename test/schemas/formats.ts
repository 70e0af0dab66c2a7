const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const ENV_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const PORT_NAME = /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;
const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const SUFFIXES = new Map([
  ...['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix, index) => [suffix, 1000 ** (index - 3)] as const),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index) => [suffix, 1024 ** (index + 1)] as const),
]);

/** The formats in the schemas of Kubernetes. */
export const FORMATS = {
  'byte': BASE64,
  'date-time': DATE_TIME,
  'double': true,
  'int-or-string': (value: string) => /^\d+%$/.test(value) || isPortName(value),
  'int32': { type: 'number', validate: (value: number) => Number.isInteger(value) && Math.abs(value) < 2 ** 31 },
  'int64': { type: 'number', validate: (value: number) => Number.isSafeInteger(value) },
  'quantity': QUANTITY,
} as const;

/** The amount that a quantity stands for, such as 536870912 for 512Mi; NaN if it is malformed. */
export function amountOf(quantity: unknown): number {
  const [, digits, suffix = ''] = QUANTITY.exec(String(quantity)) ?? [];
  if (digits === undefined) return NaN;
  return /^[eE]./.test(suffix) ? Number(digits + suffix) : Number(digits) * (SUFFIXES.get(suffix) ?? 1);
}

/** RFC 1123, as for namespaces, containers and volumes. */
export function isDnsLabel(value: string): boolean {
  return value.length <= 63 && DNS_LABEL.test(value);
}

/** RFC 1035, as for services: starts with a letter. */
export function isDns1035Label(value: string): boolean {
  return value.length <= 63 && DNS_1035_LABEL.test(value);
}

/** RFC 1123, as for most names. */
export function isDnsSubdomain(value: string): boolean {
  return value.length <= 253 && value.split('.').every((part) => DNS_LABEL.test(part));
}

/** Whether roles and bindings may have this name. */
export function isPathSegment(value: string): boolean {
  return value !== '' && value !== '.' && value !== '..' && !/[/%]/.test(value);
}

/** Whether it may be the key of a label or an annotation. */
export function isLabelKey(value: string): boolean {
  const [name = '', prefix, ...rest] = value.split('/').reverse();
  return rest.length === 0 && name.length <= 63 && QUALIFIED_NAME.test(name) && (prefix === undefined || isDnsSubdomain(prefix));
}

export function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && QUALIFIED_NAME.test(value));
}

export function isEnvName(value: string): boolean {
  return ENV_NAME.test(value) && !value.startsWith('..') && value !== '.';
}

export function isPortName(value: string): boolean {
  return value.length <= 15 && PORT_NAME.test(value);
}

export function isPort(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535;
}

/** Whether it may be a key of a ConfigMap or Secret. */
export function isDataKey(value: string): boolean {
  return value.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(value) && !value.startsWith('..') && value !== '.';
}
