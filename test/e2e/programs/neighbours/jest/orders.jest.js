/* global describe, it, expect, jest */
'use strict';

const fs = require('node:fs');

describe('orders', () => {
  it('passes', () => {
    expect([1, 2].map((one) => one * 2)).toEqual([2, 4]);
  });

  it('throws, as expected', () => {
    expect(() => {
      throw new TypeError('wanted');
    }).toThrow('wanted');
  });

  it('rejects, as expected', async () => {
    await expect(Promise.reject(new Error('wanted too'))).rejects.toThrow('wanted too');
  });

  it('mocks a function of fs', () => {
    const spy = jest.spyOn(fs, 'readFileSync').mockReturnValue('mocked');
    expect(fs.readFileSync('nowhere')).toBe('mocked');
    spy.mockRestore();
    expect(() => fs.readFileSync('/nowhere')).toThrow('ENOENT');
  });

  it('has fake timers', () => {
    jest.useFakeTimers();
    const called = jest.fn();
    setTimeout(called, 1000);
    jest.advanceTimersByTime(1000);
    expect(called).toHaveBeenCalledTimes(1);
    jest.useRealTimers();
  });
});
