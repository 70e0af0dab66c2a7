/** What the constructs ask of cost. A file of its own in the library, which is loaded when the first of it is asked for. */
export { totalOf } from './amounts';
export { estimate, usedNamesIn } from './estimate';
export { figuresOf, standingFigures } from './figures';
export { infracost } from './infracost';
export { PriceTable } from './price-table';
export { costTable } from './table';
