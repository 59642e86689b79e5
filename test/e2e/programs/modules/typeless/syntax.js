import { turn } from '../wheel.mjs';

const cart = { wheels: 4 };
turn([]);
export { cart };
