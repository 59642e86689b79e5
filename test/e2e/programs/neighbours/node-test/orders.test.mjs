import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it, mock } from 'node:test';

describe('orders', () => {
  it('passes', () => assert.equal(1 + 1, 2));

  it('fails', () => {
    const order = { id: 17, total: 3 };
    assert.equal(order.total, 4);
  });

  it('throws', async () => {
    await null;
    throw new RangeError('not wanted');
  });

  it('mocks a function of fs', () => {
    const mocked = mock.method(fs, 'readFileSync', () => 'mocked');
    assert.equal(fs.readFileSync('nowhere'), 'mocked');
    assert.equal(mocked.mock.callCount(), 1);
    mock.restoreAll();
    assert.throws(() => fs.readFileSync('/nowhere'), { code: 'ENOENT' });
  });

  it('leaves an error behind', () => {
    setImmediate(() => {
      throw new Error('after the test');
    });
  });
});
