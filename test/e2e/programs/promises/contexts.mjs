// Says whether Node has switched its asynchronous contexts on, which the first timer or immediate to end does in Node 24. This
// program has an interval.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require('./contexts.js');
