'use strict';

const { setTimeout: delay } = require('node:timers/promises');
const { findArm } = require('./arms');
const { errorLine } = require('./processes');
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

/** So many other arms are measured together with bare Node: with more, each would stand still for long. */
const OTHERS_IN_GROUP = 3;

/**
 * Time for a process to fall asleep after it was measured, and to do what it has missed after it was told to go on.
 * One that is stopped in the middle of its work would see, and some would report, that it stood still.
 */
const SETTLE_MS = 25;

/**
 * One process of a round. It stands still unless it is measured: what a peer does while it idles (a profiler's
 * signals, a timer) is not for the others to pay.
 */
class Seat {
  /**
   * @param {Arm} arm
   * @param {Workload} workload
   * @param {Record<string, string>} missing is told when a peer fails
   */
  constructor(arm, workload, missing) {
    this.arm = arm;
    this.workload = workload;
    this.missing = missing;
    /** @type {Subject | null} */
    this.subject = null;
  }

  /** @param {Context} context */
  async open(context) {
    await this.unlessPeerFails(async () => {
      this.subject = await this.workload.open(this.arm, context);
      await this.stop(this.subject);
    });
  }

  /** @returns {Promise<Turn['slices']>} one, or none of a peer that failed */
  async slice() {
    const { subject } = this;
    if (!subject) return [];
    const figures = await this.unlessPeerFails(async () => {
      await this.go(subject);
      const measured = await subject.slice();
      await this.stop(subject);
      return measured;
    });
    if (figures) return [{ arm: this.arm.name, figures }];
    await this.close();
    return [];
  }

  /** @param {Subject} subject */
  async stop({ started }) {
    if (!started || this.workload.together) return;
    await delay(SETTLE_MS);
    started.child.kill('SIGSTOP');
  }

  /** @param {Subject} subject */
  async go({ started }) {
    if (!started || this.workload.together) return;
    started.child.kill('SIGCONT');
    await delay(SETTLE_MS);
  }

  /**
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T | undefined>}
   */
  async unlessPeerFails(action) {
    try {
      return await action();
    } catch (error) {
      if (this.arm.kind !== 'peer') throw error;
      this.missing[this.arm.name] =
        `it failed in this workload: ${errorLine(/** @type {Error} */ (error))}`;
    }
  }

  async close() {
    await this.subject?.close();
    this.subject = null;
  }
}

/**
 * Bare Node has two processes in each. What is started later is faster, for all turns (up to 6 % of async-fib), so that each
 * round starts with another.
 * @param {Workload} workload
 * @param {string[]} names of arms, bare first
 * @param {number} round
 * @returns {string[][]}
 */
function groupsOf({ together }, [bare, ...others], round) {
  if (together) return [[bare, ...others]];
  const count = Math.ceil(others.length / OTHERS_IN_GROUP);
  return Array.from({ length: count }, (_, at) => {
    const [first, second, ...rest] = others.slice(at * OTHERS_IN_GROUP, (at + 1) * OTHERS_IN_GROUP);
    const group = [bare, first, ...(second ? [second] : []), bare, ...rest];
    const start = round % group.length;
    return [...group.slice(start), ...group.slice(0, start)];
  });
}

/**
 * @param {Workload} workload
 * @param {string[]} names of arms
 * @param {Context} context
 * @param {Record<string, string>} missing
 * @returns {Promise<Turn[]>}
 */
async function measureGroup(workload, names, context, missing) {
  const seats = names.map((name) => new Seat(findArm(name, workload.armTable), workload, missing));
  /** @type {Turn[]} */
  const turns = [];
  try {
    for (const seat of seats) await seat.open(context);
    for (let tried = 0; tried < workload.turns * TRIES_PER_TURN; tried++) {
      if (turns.filter(({ kept }) => kept).length >= workload.turns) break;
      const foreignCores = context.processes.watchOthers();
      const slices = [];
      if (workload.together) {
        slices.push(...(await Promise.all(seats.map((seat) => seat.slice()))).flat());
      } else {
        // Always in this order: each stands still for as long as the others, and what has just been measured is faster (5 %).
        for (const seat of seats) slices.push(...(await seat.slice()));
      }
      const foreign = foreignCores();
      const kept = !workload.sensitive || foreign <= FOREIGN_CORES_ALLOWED;
      turns.push({ foreignCores: foreign, kept, slices });
    }
  } finally {
    for (const seat of seats) await seat.close();
  }
  return turns;
}

/**
 * On a machine that is never quiet, figures with a warning are better than none.
 * @param {Workload} workload
 * @param {Turn[]} turns of a group
 * @returns {{turns: Turn[], quiet: boolean}} those that are used
 */
function usedOf(workload, turns) {
  const kept = turns.filter((turn) => turn.kept);
  if (kept.length >= Math.min(workload.turns, 3)) return { turns: kept, quiet: true };
  const quietest = [...turns].sort((a, b) => a.foreignCores - b.foreignCores);
  return { turns: quietest.slice(0, workload.turns), quiet: false };
}

/**
 * @param {Workload} workload
 * @param {Round[]} rounds with all turns
 * @param {Record<string, string>} missing arms
 * @returns {import('./types').ArmResult[]}
 */
function compareArms(workload, rounds, missing) {
  const [bare, ...others] = workload.arms.filter((name) => !missing[name]);
  return others.flatMap((arm) => {
    const used = rounds.flatMap(({ turns }) => {
      // Of its group.
      const own = turns.filter(({ slices }) => slices.some((slice) => slice.arm === arm));
      return own.length > 0 ? [usedOf(workload, own)] : [];
    });
    if (used.length === 0) return [];
    return [
      {
        arm,
        rounds: used.length,
        turns: Math.max(...used.map(({ turns }) => turns.length)),
        quiet: used.every(({ quiet }) => quiet),
        summary: summarise(used, bare, arm, workload.figures),
      },
    ];
  });
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
      (name) => !missing[name] && number % findArm(name, workload.armTable).every === 0,
    );
    const start = performance.now();
    /** @type {Turn[]} */
    const turns = [];
    for (const group of groupsOf(workload, names, number))
      turns.push(...(await measureGroup(workload, group, context, missing)));
    measured.push({ turns });
    const dropped = turns.filter(({ kept }) => !kept).length;
    progress(
      `${workload.name} round ${number + 1} of ${rounds}: ${names.length} arms, ` +
        `${Math.round((performance.now() - start) / 1000)} s` +
        `${dropped > 0 ? `, ${dropped} of ${turns.length} turns dropped: others used the CPU` : ''}`,
    );
  }
  return { arms: compareArms(workload, measured, missing), rounds: measured, missing };
}

module.exports = { compareArms, runWorkload };
