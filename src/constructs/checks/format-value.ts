export { formatValue } from '../../api/format-value';
