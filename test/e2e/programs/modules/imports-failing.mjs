import { text } from './missing-file.mjs';

console.log(text);
