import { readFileSync } from 'node:fs';

const map = { file: '/nowhere/on/the/map' };
export const text = readFileSync(map.file, 'utf8');
