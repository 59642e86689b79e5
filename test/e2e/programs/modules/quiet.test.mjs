import assert from 'node:assert/strict';
import { it } from 'node:test';

it('passes', async () => {
  await null;
  assert.throws(() => JSON.parse('{'));
});
