export { between, optional } from './fields.ts';
export { failureOf } from './failure-of.ts';
export { agreement, type Agreement, type Deviation, type Subject } from './agreement.ts';
export { broken } from './broken.ts';
