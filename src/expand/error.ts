export { ExpandError } from '../api/expand-error';
