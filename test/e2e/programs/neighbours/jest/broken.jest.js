/* global it, expect */
'use strict';

it('fails', () => {
  const order = { id: 17, total: 3 };
  expect(order.total).toBe(4);
});

it('throws', async () => {
  await null;
  throw new RangeError('not wanted');
});
