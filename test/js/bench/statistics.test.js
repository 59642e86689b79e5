'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { quantile, summarise } = require('../../bench/lib/statistics');

/** @param {Record<string, number>[]} rows of a turn each: bare, the second bare and the arm @param {string} figure */
function roundOf(rows, figure) {
  const turns = rows.map(({ first, second, arm }) => ({
    foreignCores: 0,
    kept: true,
    slices: [
      { arm: 'bare', figures: { [figure]: first } },
      { arm: 'ours', figures: { [figure]: arm } },
      { arm: 'bare', figures: { [figure]: second } },
    ],
  }));
  return { turns };
}

/** @param {import('../../bench/lib/types').Figure['noise']} noise */
const figure = (noise) => ({
  title: '',
  unit: '',
  digits: 0,
  compare: /** @type {'ratio'} */ ('ratio'),
  noise,
});

describe('what a benchmark compares', () => {
  it('is between the nearest two values', () => {
    assert.equal(quantile([4, 1, 3, 2, 5], 0.75), 4);
    assert.equal(quantile([1, 2], 0.75), 1.75);
    assert.equal(quantile([7], 0.25), 7);
  });

  it('is a speed when nothing disturbs it: three slices of four may be slow, each at another time', () => {
    const turns = Array.from({ length: 40 }, (_, at) => ({
      first: at % 3 === 0 ? 1000 : 500,
      second: at % 3 === 1 ? 1000 : 480,
      arm: at % 3 === 2 ? 970 : 400,
    }));
    const figures = { speed: figure('lowers') };
    const { speed } = summarise([roundOf(turns, 'speed')], 'bare', 'ours', figures);
    assert.deepEqual(speed.ratio, { median: 0.97, min: 0.97, max: 0.97 });
    assert.equal(speed.difference.median, -30);
    // What it was before: 400 beside 750.
    const { speed: inTurns } = summarise([roundOf(turns, 'speed')], 'bare', 'ours', {});
    assert.ok((inTurns.ratio?.median ?? 1) < 0.9);
  });

  it('is a time when nothing disturbs it', () => {
    const turns = Array.from({ length: 40 }, (_, at) => ({
      first: at % 2 ? 100 : 300,
      second: at % 2 ? 300 : 100,
      arm: at % 3 ? 900 : 110,
    }));
    const figures = { time: figure('raises') };
    const { time } = summarise([roundOf(turns, 'time')], 'bare', 'ours', figures);
    assert.equal(time.difference.median, 10);
  });

  it('gives each process of bare Node the same weight: a fast one is not taken for both', () => {
    const turns = Array.from({ length: 40 }, () => ({ first: 1000, second: 900, arm: 950 }));
    const figures = { speed: figure('lowers') };
    const { speed } = summarise([roundOf(turns, 'speed')], 'bare', 'ours', figures);
    assert.equal(speed.ratio?.median, 1);
  });

  it('is the median of the rounds; a figure of one arm only has no ratio', () => {
    const rounds = [0.9, 0.98, 0.96].map((part) => {
      const { turns } = roundOf([{ first: 100, second: 100, arm: 100 * part }], 'speed');
      turns[0].slices[1].figures.own = 7;
      return { turns };
    });
    const { speed, own } = summarise(rounds, 'bare', 'ours', { speed: figure('lowers') });
    assert.deepEqual(speed.ratio, { median: 0.96, min: 0.9, max: 0.98 });
    assert.equal(own.ratio, null);
    assert.equal(own.arm.median, 7);
  });
});
