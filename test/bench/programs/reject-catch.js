'use strict';

const { measureWhenAsked, rate } = require('./measuring');

const AWAITS = 10;
const BATCH = 50;
// For each of the three ways.
const WARM_UP_MS = 700;
const SLICE_MS = 50;
// In all. What captures rejections within a share of the time has saved up for a burst while it stood still, a tenth
// of a second of loopdet's: that is spent before it is measured.
const LEAD_IN_MS = 150;

// One error for all: what is measured is the rejection, not the making of a stack text.
const ERROR = new Error('rejected');

/** @returns {Promise<number>} */
async function rejecter() {
  throw ERROR;
}

/**
 * @param {number} depth
 * @returns {Promise<number>}
 */
async function below(depth) {
  return depth === 0 ? await rejecter() : (await below(depth - 1)) + 1;
}

/** Each way counts what it caught. */
let caught = 0;

async function shallow() {
  for (let index = 0; index < BATCH; index++) {
    try {
      await rejecter();
    } catch {
      caught++;
    }
  }
}

async function through() {
  for (let index = 0; index < BATCH; index++) {
    try {
      await below(AWAITS);
    } catch {
      caught++;
    }
  }
}

/** Rejected with no handler yet; that comes later in the same tick. */
async function later() {
  const promises = Array.from({ length: BATCH }, rejecter);
  await Promise.all(
    promises.map((promise) =>
      promise.catch(() => {
        caught++;
      }),
    ),
  );
}

/** @param {() => Promise<void>} way @param {number} forMs */
async function rejections(way, forMs) {
  caught = 0;
  let batches = 0;
  const perSecond = await rate(() => {
    batches++;
    return way();
  }, forMs);
  if (caught !== batches * BATCH) throw new Error('a rejection was lost');
  return perSecond * BATCH;
}

const measure = async (/** @type {number} */ forMs) => ({
  shallowPerSecond: await rejections(shallow, forMs),
  throughPerSecond: await rejections(through, forMs),
  laterPerSecond: await rejections(later, forMs),
});
measureWhenAsked(measure, WARM_UP_MS, SLICE_MS, LEAD_IN_MS / 3);
