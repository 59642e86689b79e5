import { turn } from './wheel.mjs';

const bicycle = { name: 'Rosinante', spokes: [] };
turn(bicycle.spokes);
