import { setTimeout as later } from 'node:timers/promises';

const tide = { hours: 6 };
await later(20);
const low = tide.hours * 2;
await later(20);
throw new Error(`low water in ${low} hours`);
