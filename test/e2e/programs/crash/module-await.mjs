import { setTimeout as later } from 'node:timers/promises';

const ticket = 't-88';
await later(2);
throw new Error(`ticket ${ticket} is void`);
