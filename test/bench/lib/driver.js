'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { findArm } = require('./arms');
const { summarise } = require('./statistics');

/** @typedef {import('./types').Arm} Arm */
/** @typedef {import('./types').Context} Context */
/** @typedef {import('./types').Measured} Measured */
/** @typedef {import('./types').Round} Round */
/** @typedef {import('./types').Subject} Subject */
/** @typedef {import('./types').Turn} Turn */
/** @typedef {import('./types').Workload} Workload */

/** A turn in which others used more than this many cores is dropped and repeated. */
const FOREIGN_CORES_ALLOWED = 0.1;

/** A round gets at most this many times the turns that were asked for. */
const TRIES_PER_TURN = 2;

/** So many slices of other arms are taken between two of bare Node. */
const BETWEEN_BARE = 2;

/** After it was told to go on, a process has this long to do what it has missed. */
const AWAKE_MS = 25;

/**
 * All arms of one round, each a process of its own that stands still unless it is measured: what a peer does
 * while it idles (a profiler's signals, a timer) is not for the others to pay.
 */
class Arms {
  /**
   * @param {Workload} workload
   * @param {Context} context
   * @param {Record<string, string>} missing is told of peers that fail
   */
  constructor(workload, context, missing) {
    this.workload = workload;
    this.context = context;
    this.missing = missing;
    /** @type {Map<string, Subject>} */
    this.subjects = new Map();
  }

  /** @param {string[]} names */
  async open(names) {
    for (const name of names) {
      const arm = findArm(name);
      await this.unlessPeerFails(arm, async () => {
        const subject = await this.workload.open(arm, this.context);
        this.subjects.set(name, subject);
        if (!this.workload.together) subject.started?.child.kill('SIGSTOP');
      });
    }
  }

  /** @param {string} name @returns {Promise<Turn['slices']>} one, or none of a peer that failed */
  async slice(name) {
    const subject = this.subjects.get(name);
    if (!subject) return [];
    const figures = await this.unlessPeerFails(findArm(name), async () => {
      if (this.workload.together || !subject.started) return subject.slice();
      subject.started.child.kill('SIGCONT');
      await delay(AWAKE_MS);
      const measured = await subject.slice();
      subject.started.child.kill('SIGSTOP');
      return measured;
    });
    if (figures) return [{ arm: name, figures }];
    this.subjects.delete(name);
    await subject.close();
    return [];
  }

  /**
   * @template T
   * @param {Arm} arm
   * @param {() => Promise<T>} action
   * @returns {Promise<T | undefined>}
   */
  async unlessPeerFails(arm, action) {
    try {
      return await action();
    } catch (error) {
      if (arm.kind !== 'peer') throw error;
      this.missing[arm.name] =
        `it failed in this workload: ${/** @type {Error} */ (error).message}`;
    }
  }

  async close() {
    for (const subject of this.subjects.values()) await subject.close();
  }
}

/**
 * Bare Node before, between and after the others: each has a slice of it close by on both sides.
 * @param {string[]} names of arms, bare first
 * @param {boolean} backwards so that being first is nobody's advantage
 */
function orderOf(names, backwards) {
  const [bare, ...others] = names;
  if (backwards) others.reverse();
  const order = [bare];
  for (let at = 0; at < others.length; at += BETWEEN_BARE) {
    order.push(...others.slice(at, at + BETWEEN_BARE), bare);
  }
  return order;
}

/**
 * @param {Workload} workload
 * @param {string[]} names of arms, bare first
 * @param {Context} context
 * @param {Record<string, string>} missing
 * @returns {Promise<Round>}
 */
async function measureRound(workload, names, context, missing) {
  const arms = new Arms(workload, context, missing);
  /** @type {Turn[]} */
  const turns = [];
  try {
    await arms.open(names);
    for (let tried = 0; tried < workload.turns * TRIES_PER_TURN; tried++) {
      if (turns.filter(({ kept }) => kept).length >= workload.turns) break;
      const foreignCores = context.processes.watchOthers();
      const slices = [];
      if (workload.together) {
        slices.push(...(await Promise.all(names.map((name) => arms.slice(name)))).flat());
      } else {
        for (const name of orderOf(names, tried % 2 === 1))
          slices.push(...(await arms.slice(name)));
      }
      const foreign = foreignCores();
      const kept = !workload.sensitive || foreign <= FOREIGN_CORES_ALLOWED;
      turns.push({ foreignCores: foreign, kept, slices });
    }
  } finally {
    await arms.close();
  }
  return { turns };
}

/**
 * @param {Workload} workload
 * @param {number} rounds
 * @param {Context} context
 * @param {(text: string) => void} progress
 * @param {Record<string, string>} unavailable arms, and why
 * @returns {Promise<Measured>}
 */
async function runWorkload(workload, rounds, context, progress, unavailable) {
  /** @type {Record<string, string>} */
  const missing = {};
  for (const name of workload.arms) if (unavailable[name]) missing[name] = unavailable[name];
  /** @type {Round[]} */
  const measured = [];
  for (let number = 0; number < rounds; number++) {
    const names = workload.arms.filter(
      (name) => !missing[name] && number % findArm(name).every === 0,
    );
    const start = performance.now();
    const round = await measureRound(workload, names, context, missing);
    measured.push(round);
    const dropped = round.turns.filter(({ kept }) => !kept).length;
    progress(
      `${workload.name} round ${number + 1} of ${rounds}: ${names.length} arms, ` +
        `${Math.round((performance.now() - start) / 1000)} s` +
        `${dropped > 0 ? `, ${dropped} of ${round.turns.length} turns dropped: others used the CPU` : ''}`,
    );
  }
  // On a machine that is never quiet, figures with a warning are better than none.
  const used = measured.map(({ turns }) => {
    const kept = turns.filter((turn) => turn.kept);
    if (kept.length >= Math.min(workload.turns, 3)) return { turns: kept, quiet: true };
    const quietest = [...turns].sort((a, b) => a.foreignCores - b.foreignCores);
    return { turns: quietest.slice(0, workload.turns), quiet: false };
  });
  const [bare, ...others] = workload.arms.filter((name) => !missing[name]);
  const arms = others.map((arm) => {
    const own = used.filter(({ turns }) =>
      turns.some(({ slices }) => slices.some((slice) => slice.arm === arm)),
    );
    return {
      arm,
      rounds: own.length,
      quiet: own.every(({ quiet }) => quiet),
      summary: summarise(own, bare, arm),
    };
  });
  return { arms, rounds: measured, missing };
}

module.exports = { runWorkload };
